/* SPDX-License-Identifier: MIT */
/* What is in the files that ProcFs answers for. */
#ifndef LXSHIM_FS_PROCFS_PAGES_H
#define LXSHIM_FS_PROCFS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/procfs/kernels.h"

/* What a file is made of: the run's kernel, what the real kernel says (n bytes), and where to. */
struct page {
    const struct lx_policy *policy;
    const struct kernel *kernel;
    const char *name; /* the kernel's, of the file */
    const char *given;
    size_t given_length;
    char *out;
    size_t length;
    size_t room;
};

/* Adds n bytes, as far as there is room. */
void page_put(struct page *p, const char *text, size_t n);

/* The writers of files.def: each adds what is in its file; nothing where the era has none such, or
 * what the kernel has is what WSL has. */
typedef void page_write(struct page *p);
page_write page_line, page_release, page_version, page_signature, page_cmdline, page_filesystems,
    page_interop, page_status, page_cgroup, page_loadavg, page_meminfo, page_cpuinfo, page_hosts,
    page_resolver;

/*
 * The bytes of swap that WSL1 shows on a machine of so many bytes of memory whose own system has
 * none: Windows' page file is an eighth of it, and 32 GiB at most, unless somebody has said
 * another.
 */
uint64_t page_swap(uint64_t memory);

/* SysFs', and CgroupFs' */
page_write page_processors, page_controllers, page_groups;

#endif
