/* SPDX-License-Identifier: MIT */
/* mount(2) and its relatives by number, for libc's names and for syscall(). */
#ifndef LXSHIM_PRELOAD_MOUNTING_H
#define LXSHIM_PRELOAD_MOUNTING_H

/*
 * Answers one of these calls (its arguments as the kernel would get them), or has a supervisor
 * answer it. A result or -errno.
 */
long lx_mounting(long nr, const long a[6]);

#endif
