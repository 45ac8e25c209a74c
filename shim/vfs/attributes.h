/* SPDX-License-Identifier: MIT */
/*
 * What mount_setattr(2) changes of a mount of ours: its own flags, which of them the kernel has as
 * well, and how it propagates, which is the kernel's alone.
 */
#ifndef LXSHIM_VFS_ATTRIBUTES_H
#define LXSHIM_VFS_ATTRIBUTES_H

#include "fs/call.h"

#define ATTRIBUTES_ATIME 0x70u /* MOUNT_ATTR__ATIME: one choice of three */

/* The structure that the system calls take, of its first size. */
struct attributes {
    uint64_t set;
    uint64_t clear;
    uint64_t propagation;
    uint64_t namespace;
};

/* True for a size that the structure may have. */
bool attributes_fit(size_t size);

/* True where it can be read here. What is another task's its supervisor has brought here. */
bool attributes_readable(const struct lx_task *t, const void *structure, size_t size);

/*
 * Brings a structure. 1 where something is to change, 0 where nothing is, or -errno: what is wrong
 * with it comes in the kernel's order.
 */
int attributes_bring(const void *structure, size_t size, bool readable, struct attributes *given);

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

/* A clone that nobody else has yet gets attributes. 0 or -errno. */
int attributes_of_clone(int fd, const struct attributes *given);

/* A mount of ours at a path gets attributes, or a clone does; -LX_CONTINUE for any other. */
long attributes_change(const struct lx_task *t, int fd, const char *path, unsigned flags,
                       const struct attributes *given);

/*
 * Answers mount_setattr(2), as the system call has its arguments, with a structure (of the size
 * that they say) that can be read here; -LX_CONTINUE for what is none of ours, or wrong in a way
 * that the kernel looks at before it looks for the mount.
 */
long vfs_mount_setattr(const struct lx_task *t, const long a[6]);

#endif
