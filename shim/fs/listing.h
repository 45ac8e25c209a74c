/* SPDX-License-Identifier: MIT */
/* Lists of extended attributes that show something else than the kernel's. */
#ifndef LXSHIM_FS_LISTING_H
#define LXSHIM_FS_LISTING_H

#include "fs/call.h"

/*
 * Has a list of n bytes, in `room`, be in place what a program sees of it. Its new length, -ERANGE
 * where there is no room, or another -errno.
 */
typedef long lx_list_shape(struct lx_call *c, char *list, size_t n, size_t room);

/* listxattr, by the kernel and then by `shape`. As listxattr answers. */
long lx_list_shaped(struct lx_call *c, lx_list_shape *shape);

#endif
