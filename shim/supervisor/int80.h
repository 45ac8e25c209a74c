/* SPDX-License-Identifier: MIT */
/*
 * Calls that a worker makes by the way of 32-bit x86 itself, for a caller that came by it: where
 * the kernel's answer is another for such programs. A file that they open without O_LARGEFILE ends
 * at 2 GiB, and places in a directory are told in 32 bits (ext4 keeps hashes there).
 */
#ifndef LXSHIM_SUPERVISOR_INT80_H
#define LXSHIM_SUPERVISOR_INT80_H

#include <sys/types.h>

#include "vfs/syscalls.h"

/* As sys_open. */
int int80_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve);

/*
 * getdents and getdents64: a descriptor, a buffer and its length; and readdir, which writes one
 * record to the buffer and returns 1, or 0 at the end. As vfs_syscalls: names are the program's.
 */
vfs_syscall int80_entries;
vfs_syscall int80_entries64;
vfs_syscall int80_one_entry;

#endif
