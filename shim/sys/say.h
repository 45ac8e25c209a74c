/* SPDX-License-Identifier: MIT */
/* Writing what no program asked for, without the signals that it would be sent for it. */
#ifndef LXSHIM_SYS_SAY_H
#define LXSHIM_SYS_SAY_H

#include <sys/uio.h>

#include "sys/sys.h"

/*
 * One writev of `n` parts to a file of any kind. Where nobody reads a pipe or a socket any more, or
 * a file is as large as the task may make one, the kernel would send the thread SIGPIPE or SIGXFSZ,
 * which end a program that wrote nothing: here they are -EPIPE and -EFBIG alone. Returns how many
 * bytes were written, or -errno.
 */
long sys_say(int fd, const struct iovec *parts, size_t n);

/*
 * Writes all of `n` bytes to a new file of ours. Returns 0, or -errno: -EFBIG, and nothing is
 * written, where the task may make no file so large (RLIMIT_FSIZE).
 */
long sys_fill(int fd, const void *from, size_t n);

/* Whether the task may make a file of `n` bytes, in memory too, without the signal for more. */
bool sys_may_fill(size_t n);

#endif
