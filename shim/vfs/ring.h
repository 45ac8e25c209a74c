/* SPDX-License-Identifier: MIT */
/* io_uring_setup, of a task that stands for this process. */
#ifndef LXSHIM_VFS_RING_H
#define LXSHIM_VFS_RING_H

#include "fs/call.h"

/*
 * Makes a ring that is held to what takes no path (sys/ring.h). Arguments as the kernel has them.
 * Returns a descriptor or -errno: -ENOSYS where the kernel cannot hold a ring to anything, or the
 * program is under a filter of its own, which may end it for the calls that this takes.
 */
long vfs_ring_setup(const struct lx_task *t, const long a[6]);

#endif
