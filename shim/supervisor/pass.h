/* SPDX-License-Identifier: MIT */
/* Descriptors that go from one process to another, with a word beside them. */
#ifndef LXSHIM_SUPERVISOR_PASS_H
#define LXSHIM_SUPERVISOR_PASS_H

#include <stddef.h>
#include <sys/types.h>

/* Sends n bytes (at least one), and fd unless it is negative. Returns 0 or -errno. */
int pass_send(int socket, const void *data, size_t n, int fd);

/*
 * Receives up to n bytes, and a descriptor into *fd, close-on-exec, or -1 where none came. Returns
 * how many bytes, 0 where the other end was closed, or -errno.
 */
ssize_t pass_receive(int socket, void *data, size_t n, int *fd);

#endif
