/* SPDX-License-Identifier: MIT */
/*
 * What mount_setattr(2) changes of a mount of ours: its own flags, which of them the kernel has as
 * well, and how it propagates, which is the kernel's alone.
 */
#ifndef LXSHIM_VFS_ATTRIBUTES_H
#define LXSHIM_VFS_ATTRIBUTES_H

#include "fs/call.h"

#define ATTRIBUTES_ATIME 0x70u /* MOUNT_ATTR__ATIME: one choice of three */

/* The flags that a mount has, as mount(2) takes them. */
unsigned long attributes_flags(const struct lx_mount *m);

/* Flags of mount(2) for attributes (MOUNT_ATTR_*) that are set and cleared, from what they were. */
uint64_t attributes_apply(uint64_t flags, uint64_t set, uint64_t clear);

/* True for attributes that fsmount takes. */
bool attributes_of_fsmount(unsigned attributes);

/*
 * The mount of a clone's descriptor, by its mark: what else is mounted of the same backing is by
 * the same name. NULL where it is mounted no more.
 */
const struct lx_mount *attributes_clone(const struct lx_task *t, int fd);

/*
 * Answers mount_setattr(2), as the system call has its arguments, with a structure (of the size
 * that they say) that can be read here; -LX_CONTINUE for what is none of ours, or wrong in a way
 * that the kernel looks at before it looks for the mount.
 */
long vfs_mount_setattr(const struct lx_task *t, const long a[6]);

#endif
