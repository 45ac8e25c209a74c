/* SPDX-License-Identifier: MIT */
/* Where an open descriptor, or the current directory, leads. */
#ifndef LXSHIM_VFS_DESCRIPTOR_H
#define LXSHIM_VFS_DESCRIPTOR_H

#include <stdint.h>

#include "fs/call.h"
#include "vfs/placement.h"

/*
 * The native path of a directory descriptor, or of the task's cwd for AT_FDCWD, into buf of
 * PATH_MAX bytes. Returns its length, or -errno (-ENOENT: it has no path any more; -ENXIO: there is
 * no /proc to tell it).
 */
long vfs_directory_path(const struct lx_task *task, int dirfd, char *buf);

/*
 * The placement on an open descriptor (AT_FDCWD: the cwd), as it is remembered or else found out.
 * `hash`: that of its path's spelling, by which what is below it is remembered; 0 where it has
 * none.
 */
struct placement vfs_descriptor(const struct lx_task *task, int fd, uint64_t *hash);

/* The rare half of vfs_descriptor_at: nothing is remembered, or nothing may be asked. */
struct placement vfs_unremembered_descriptor(const struct lx_task *task, int fd, uint64_t stamp,
                                             uint64_t *hash);

/* vfs_descriptor at a moment that is known already. */
static inline struct placement vfs_descriptor_at(const struct lx_task *task, int fd, uint64_t stamp,
                                                 uint64_t *hash)
{
    struct placement v = {0, 0};
    if (task->caching && !task->seccomp_confined && placement_recall_place(fd, stamp, &v, hash))
        return v;
    return vfs_unremembered_descriptor(task, fd, stamp, hash);
}

#endif
