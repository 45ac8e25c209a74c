/* SPDX-License-Identifier: MIT */
/* AF_UNIX addresses that are paths of the file system. */
#ifndef LXSHIM_VFS_SOCKETS_H
#define LXSHIM_VFS_SOCKETS_H

#include <sys/socket.h>

#include "fs/call.h"

/* True for an AF_UNIX address with a path: not abstract, not unnamed, not cut short. */
bool vfs_socket_has_path(const struct sockaddr *address, socklen_t size);

/*
 * True where such an address means something to a descriptor. To no socket, to a closed one and to
 * one of another family the kernel says what it thinks of it before it looks at the path. (Not
 * asked under a seccomp filter of the program's.)
 */
bool vfs_socket_is_unix(const struct lx_task *t, int fd);

/* bind and connect; addresses of other kinds go to the kernel as they are. */
long lx_bind(const struct lx_task *t, int fd, const struct sockaddr *address, socklen_t size);
long lx_connect(const struct lx_task *t, int fd, const struct sockaddr *address, socklen_t size);

/*
 * The native address for sending to or connecting to one: `out` where it had to change, else
 * `address` itself. *dir is a descriptor to close after use, or -1. NULL with *error set where the
 * path cannot be resolved.
 */
struct sockaddr_un;
const struct sockaddr *vfs_socket_native(const struct lx_task *t, const struct sockaddr *address,
                                         socklen_t *size, struct sockaddr_un *out, int *dir,
                                         int *error);

/* Turns an address the kernel gave into what programs see, in place; `room` as the program gave it.
 */
void vfs_socket_to_program(const struct lx_task *t, struct sockaddr *address, socklen_t room,
                           socklen_t *size);

#endif
