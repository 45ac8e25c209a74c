/* SPDX-License-Identifier: MIT */
/* statmount(2), of Linux 6.8 and later: what mountinfo says of one mount, by its number. */
#ifndef LXSHIM_VFS_STATMOUNT_H
#define LXSHIM_VFS_STATMOUNT_H

#include "fs/call.h"

/* What is asked for, in the kernel's form: of its first size, then with a mount namespace. */
struct vfs_statmount {
    uint32_t size;
    uint32_t other; /* 0, where no namespace is named by a descriptor */
    uint64_t mount;
    uint64_t wanted; /* bits, see statmount.c */
    uint64_t space;  /* 0: the task's own */
};

#define VFS_STATMOUNT_FIRST 24 /* bytes of the first size */

/* Gives a task n bytes at an address that nobody has tried: as lx_give. 0 or -EFAULT. */
typedef int vfs_statmount_give(const struct lx_task *t, void *to, const void *from, size_t n);

/*
 * Answers for a mount of ours that the kernel has as well: its answer, with type, source, root,
 * device, options and attributes of the line that mountinfo has. `room` bytes at `answer`, the
 * task's, which `give` writes. 0; -EOVERFLOW where they are too few; -EFAULT; or -LX_CONTINUE for
 * all other mounts, and for a task that has another "/".
 */
long vfs_statmount_drive(const struct lx_task *t, const struct vfs_statmount *asked, void *answer,
                         size_t room, vfs_statmount_give *give);

/* The same with the system call's arguments, for ourselves. */
long vfs_statmount(const struct lx_task *t, const long a[6]);

#endif
