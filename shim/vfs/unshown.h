/* SPDX-License-Identifier: MIT */
/* Directories in which, and below which, a run has nothing of its own to show (vfs/shown.h). */
#ifndef LXSHIM_VFS_UNSHOWN_H
#define LXSHIM_VFS_UNSHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/task.h"
#include "vfs/placement.h"

/*
 * The placement on a directory, by an absolute path (n bytes) without "." and "..", with
 * PLACEMENT_KERNELS where it is outside every mount, and the run shows things, but none by a path
 * that begins so.
 */
struct placement unshown_marked(const struct lx_policy *policy, struct placement v,
                                const char *directory, size_t n);

/* True where that is remembered of an open directory. */
bool unshown_is(const struct lx_task *t, int fd);

#endif
