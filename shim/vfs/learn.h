/* SPDX-License-Identifier: MIT */
/* A path's way of which nothing is remembered, for a thread that may have a small stack. */
#ifndef LXSHIM_VFS_LEARN_H
#define LXSHIM_VFS_LEARN_H

#include "fs/task.h"
#include "vfs/way.h"

/*
 * Where vfs_find_way has found none, of a task that is plain: asks where the path's directory is,
 * if that takes little of the stack, and fills the way in, of which the moment and the length are
 * there. False where the call has to be described and finds it out itself, which takes SYS_ROOM:
 * always of a thread that is known to have that.
 */
bool vfs_learn_way(const struct lx_task *t, int fd, const char *path, struct vfs_way *w);

#endif
