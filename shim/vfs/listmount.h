/* SPDX-License-Identifier: MIT */
/* listmount(2), of Linux 6.8 and later, with the mounts that the kernel knows nothing of. */
#ifndef LXSHIM_VFS_LISTMOUNT_H
#define LXSHIM_VFS_LISTMOUNT_H

#include "vfs/statmount.h"

/*
 * Answers where a mount without one of the kernel's has a line in the task's mountinfo: the
 * kernel's list, and those behind it, as later ones are. `asked` is as of statmount, with the last
 * number that the task has in place of what is wanted. `n` numbers at `list`, the task's, which
 * `give` writes. How many there are, -errno, or -LX_CONTINUE.
 */
long vfs_listmount_drives(const struct lx_task *t, const struct vfs_statmount *asked, void *list,
                          size_t n, unsigned flags, vfs_statmount_give *give);

/* The same with the system call's arguments, for ourselves. */
long vfs_listmount(const struct lx_task *t, const long a[6]);

#endif
