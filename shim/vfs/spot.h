/* SPDX-License-Identifier: MIT */
/* What a call about mounts is about: a path's two names, where something is mounted, or will be. */
#ifndef LXSHIM_VFS_SPOT_H
#define LXSHIM_VFS_SPOT_H

#include <limits.h>

#include "fs/call.h"

/* A directory, or what else something is mounted on, by absolute names. */
struct spot {
    char native[PATH_MAX];  /* the kernel's */
    char program[PATH_MAX]; /* and the task's */
};

/*
 * Finds a spot by a path, which may be LX_DESCRIPTOR; `follow` a symlink that it ends in. 0 or
 * -errno.
 */
int spot_find(const struct lx_task *t, int dirfd, const char *path, bool follow, struct spot *spot);

/*
 * The mount of ours whose root a path is, with where programs see it; NULL where it is none's, or
 * cannot be found.
 */
const struct lx_mount *lx_mounted_at(const struct lx_task *t, int dirfd, const char *path,
                                     bool follow, char target[PATH_MAX]);

#endif
