/* SPDX-License-Identifier: MIT */
/* Headers of programs of both word sizes, in this machine's byte order, from memory. */
#ifndef LXSHIM_SYS_ELF_HEAD_H
#define LXSHIM_SYS_ELF_HEAD_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What programs are to a kernel and libraries of this machine. */
enum sys_elf_kind {
    SYS_ELF_FOREIGN, /* another machine's, or not known */
    SYS_ELF_64,
    SYS_ELF_I386,
    SYS_ELF_X32 /* 32-bit pointers and the registers of x86-64, by calls of its own */
};

struct sys_elf {
    enum sys_elf_kind kind;
    unsigned bits;
    unsigned machine;  /* e_machine; 0 in another byte order */
    uint64_t segments; /* where they are in the file */
    uint64_t sections;
    size_t segment_size;
    size_t section_size;
    size_t segment_count;
    size_t section_count;
    size_t names; /* which section has their names */
};

/* A segment or a section. */
struct sys_elf_part {
    uint32_t type;
    uint32_t name; /* of a section, where that is in their names */
    uint64_t offset;
    uint64_t size;
};

/* The machine that 64-bit programs are for. */
#if defined(__x86_64__) || defined(__i386__)
#define SYS_ELF_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define SYS_ELF_MACHINE EM_AARCH64
#endif

static inline enum sys_elf_kind sys_elf_kind(unsigned char class, unsigned machine)
{
    if (class == ELFCLASS64)
        return machine == SYS_ELF_MACHINE ? SYS_ELF_64 : SYS_ELF_FOREIGN;
    if (class != ELFCLASS32 || SYS_ELF_MACHINE != EM_X86_64)
        return SYS_ELF_FOREIGN;
    return machine == EM_386 ? SYS_ELF_I386 : machine == EM_X86_64 ? SYS_ELF_X32 : SYS_ELF_FOREIGN;
}

/* Fills `to` with the fields of a header, by the word size that it says. */
#define SYS_ELF_TAKE(header)                     \
    do {                                         \
        to->machine = (header).e_machine;        \
        to->segments = (header).e_phoff;         \
        to->sections = (header).e_shoff;         \
        to->segment_size = (header).e_phentsize; \
        to->section_size = (header).e_shentsize; \
        to->segment_count = (header).e_phnum;    \
        to->section_count = (header).e_shnum;    \
        to->names = (header).e_shstrndx;         \
    } while (0)

/*
 * Reads the header in the first n bytes of a file. False where that is none, or cut off. Of another
 * byte order only so much is known.
 */
static inline bool sys_elf_header(const void *head, size_t n, struct sys_elf *to)
{
    union {
        unsigned char ident[EI_NIDENT];
        Elf32_Ehdr small;
        Elf64_Ehdr large;
    } h;
    *to = (struct sys_elf){.kind = SYS_ELF_FOREIGN};
    if (n < EI_NIDENT || memcmp(head, ELFMAG, SELFMAG) != 0)
        return false;
    memset(&h, 0, sizeof(h));
    memcpy(&h, head, n < sizeof(h) ? n : sizeof(h));
    to->bits = h.ident[EI_CLASS] == ELFCLASS32 ? 32 : 64;
    if (h.ident[EI_DATA] != ELFDATA2LSB) /* as all machines of ours have it */
        return true;
    bool large = h.ident[EI_CLASS] == ELFCLASS64;
    if (n < (large ? sizeof(h.large) : sizeof(h.small)))
        return false;
    if (large)
        SYS_ELF_TAKE(h.large);
    else
        SYS_ELF_TAKE(h.small);
    to->kind = sys_elf_kind(h.ident[EI_CLASS], to->machine);
    bool fits = to->segment_size == (large ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
    return fits || to->kind == SYS_ELF_FOREIGN;
}

/* Reads a segment, or a section, from the bytes that are it. */
static inline struct sys_elf_part sys_elf_segment(const struct sys_elf *elf, const void *at)
{
    Elf32_Phdr small;
    Elf64_Phdr large;
    if (elf->segment_size == sizeof(large)) {
        memcpy(&large, at, sizeof(large));
        return (struct sys_elf_part){large.p_type, 0, large.p_offset, large.p_filesz};
    }
    memcpy(&small, at, sizeof(small));
    return (struct sys_elf_part){small.p_type, 0, small.p_offset, small.p_filesz};
}

static inline struct sys_elf_part sys_elf_section(const struct sys_elf *elf, const void *at)
{
    Elf32_Shdr small;
    Elf64_Shdr large;
    if (elf->section_size == sizeof(large)) {
        memcpy(&large, at, sizeof(large));
        return (struct sys_elf_part){large.sh_type, large.sh_name, large.sh_offset, large.sh_size};
    }
    memcpy(&small, at, sizeof(small));
    return (struct sys_elf_part){small.sh_type, small.sh_name, small.sh_offset, small.sh_size};
}

#endif
