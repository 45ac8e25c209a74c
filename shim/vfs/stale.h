/* SPDX-License-Identifier: MIT */
/* Placements that a call has made untrue, or has shown. */
#ifndef LXSHIM_VFS_STALE_H
#define LXSHIM_VFS_STALE_H

#include "vfs/locate.h"

/*
 * What a successful call does to the placements of this process. A rename outside may have moved a
 * symlink or a directory; asking which would cost every rename a system call, so only names matter
 * that were just used as directories. (The clock's tick takes care of the rest.)
 */
void stale_after(const struct lx_call *c, const struct vfs_found *found);

/*
 * Remembers what a successful call, with its result, has shown: of a descriptor, of the current
 * directory, or of a directory by its spelling.
 */
void shown_after(const struct lx_call *c, int r, const struct vfs_found *found);

#endif
