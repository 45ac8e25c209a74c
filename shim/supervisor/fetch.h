/* SPDX-License-Identifier: MIT */
/* Descriptors of other programs. */
#ifndef LXSHIM_SUPERVISOR_FETCH_H
#define LXSHIM_SUPERVISOR_FETCH_H

#include <sys/types.h>

/*
 * A duplicate of a thread's descriptor, close-on-exec, or -errno: -EBADF where it has none of that
 * number, -EPERM where the kernel does not let this process look into it.
 */
int fetch_descriptor(pid_t tid, int fd);

#endif
