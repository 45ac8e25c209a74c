/* SPDX-License-Identifier: MIT */
/* mount(2) and its relatives, in a run whose mounts may change. */
#ifndef LXSHIM_VFS_MOUNTING_H
#define LXSHIM_VFS_MOUNTING_H

#include <limits.h>

#include "fs/call.h"

/*
 * Answers mount(2) where it is about one of our file systems, or about a directory in a mount of
 * one; -LX_CONTINUE for everything else. Who has no privilege is refused as by the kernel; root
 * that the kernel refuses, as in a container, has its paths translated. [facts: DS 9; eras 2.4]
 */
long lx_mount(const struct lx_task *t, const char *source, const char *target, const char *type,
              unsigned long flags, const void *data);

/* The same by a directory's descriptor, and with the choice not to follow a symlink. */
long lx_mount_at(const struct lx_task *t, const char *source, int dirfd, const char *target,
                 bool follow, const char *type, unsigned long flags, const void *data);

/*
 * The mount of ours whose root a path is, with where programs see it; NULL where it is none's, or
 * cannot be found.
 */
const struct lx_mount *lx_mounted_at(const struct lx_task *t, int dirfd, const char *path,
                                     bool follow, char target[PATH_MAX]);

/* The same of a mount of ours that a directory is in; `where` is the directory's own name. */
const struct lx_mount *lx_mount_of(const struct lx_task *t, int dirfd, const char *path,
                                   bool follow, char where[PATH_MAX]);

/*
 * Whether a source of that type, which is one of ours, is there: 0, or -errno as mount(2) says it.
 */
int lx_mount_source(const struct lx_task *t, const char *type, const char *source);

/* True for a type that is one of ours; NULL is none. */
bool lx_mounts_type(const char *type);

/* The same of umount2(2). */
long lx_umount(const struct lx_task *t, const char *target, int flags);

#endif
