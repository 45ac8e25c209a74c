/* SPDX-License-Identifier: MIT */
/* System calls by number, for syscall() and for whoever sees calls as numbers only. */
#ifndef LXSHIM_VFS_SYSCALLS_H
#define LXSHIM_VFS_SYSCALLS_H

/* One more than the largest number there is a place for; read by assembly as well. */
#define VFS_SYSCALL_LIMIT 512

#ifndef __ASSEMBLER__

#include "fs/call.h"
#include "sys/hidden.h"

/* Answers one call: its six arguments as the kernel would get them; a result or -errno. */
typedef long vfs_syscall(const struct lx_task *t, const long a[6]);

/*
 * By number; NULL for calls that are none of our business. execve, execveat, prctl and seccomp
 * are, but what they need is the lane's to know: their entries only say so, with -ENOSYS.
 */
extern SYS_HIDDEN vfs_syscall *const vfs_syscalls[VFS_SYSCALL_LIMIT];

#endif

#endif
