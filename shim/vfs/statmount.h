/* SPDX-License-Identifier: MIT */
/* statmount(2), of Linux 6.8 and later: what mountinfo says of one mount, by its number. */
#ifndef LXSHIM_VFS_STATMOUNT_H
#define LXSHIM_VFS_STATMOUNT_H

#include "fs/call.h"
#include "vfs/ownmounts.h"

/* Gives a task n bytes at an address that nobody has tried: as lx_give. 0 or -EFAULT. */
typedef int vfs_statmount_give(const struct lx_task *t, void *to, const void *from, size_t n);

/*
 * Answers for a mount of ours. One that the kernel has as well has its answer, with type, source,
 * root, device, options, attributes and parent of the line that mountinfo has; any other one
 * (ownmounts.h) has that of the line alone. `room` bytes at `answer`, the
 * task's, which `give` writes. 0; -EOVERFLOW where they are too few; -EFAULT; or -LX_CONTINUE for
 * all other mounts, and for a task that has another "/".
 */
long vfs_statmount_drive(const struct lx_task *t, const struct vfs_statmount *asked, void *answer,
                         size_t room, vfs_statmount_give *give);

/* Reads what is asked for from this process's memory. False where the kernel is to say so. */
bool vfs_statmount_read(const void *at, struct vfs_statmount *asked);

/* The same with the system call's arguments, for ourselves. */
long vfs_statmount(const struct lx_task *t, const long a[6]);

#endif
