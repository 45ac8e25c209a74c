/* SPDX-License-Identifier: MIT */
/* What an ELF program says about itself. */
#ifndef LXSHIM_CLI_ELF_H
#define LXSHIM_CLI_ELF_H

#include <limits.h>
#include <stdbool.h>

#include "sys/elf_head.h"

struct elf_facts {
    enum sys_elf_kind kind;
    unsigned bits;         /* 32 or 64 */
    unsigned machine;      /* e_machine; 0 where the byte order is another */
    bool go;               /* made by the Go compiler; of no foreign program */
    char loader[PATH_MAX]; /* PT_INTERP; empty for a static program, and for a foreign one */
};

/* Reads the headers of an open file. Returns 0, or -ENOEXEC for what is no ELF file, or damaged. */
int elf_read(int fd, struct elf_facts *facts);

#endif
