/* SPDX-License-Identifier: MIT */
/*
 * Calls of Linux 5.6 and later that take a directory, a path, and a structure that may grow, or are
 * of one family with such. Outside every mount each goes to the kernel as it came.
 */
#ifndef LXSHIM_VFS_EXTENSIBLE_H
#define LXSHIM_VFS_EXTENSIBLE_H

#include "fs/call.h"

/* What setxattrat and getxattrat have in theirs. */
struct vfs_xattr_args {
    uint64_t value; /* an address */
    uint32_t size;
    uint32_t flags;
};

/*
 * Takes the `least` bytes that are known of a structure of `size` bytes, as the kernel does: 0,
 * -EINVAL where it is shorter, -E2BIG where there is more in it than zeros, or -EFAULT.
 */
#define VFS_STRUCTURE_MAX 4096 /* a page: the kernel takes no larger ones */
int vfs_take_structure(const struct lx_task *t, const void *from, size_t size, void *to,
                       size_t least);

/* Each takes its six arguments as the kernel would get them. Returns as the call, or -errno. */
long vfs_openat2(const struct lx_task *t, const long a[6]);
long vfs_setxattrat(const struct lx_task *t, const long a[6]);
long vfs_getxattrat(const struct lx_task *t, const long a[6]);
long vfs_listxattrat(const struct lx_task *t, const long a[6]);
long vfs_removexattrat(const struct lx_task *t, const long a[6]);
long vfs_file_attributes_get(const struct lx_task *t, const long a[6]);
long vfs_file_attributes_set(const struct lx_task *t, const long a[6]);

#endif
