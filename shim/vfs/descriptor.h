/* SPDX-License-Identifier: MIT */
/* Where an open descriptor, or the current directory, leads. */
#ifndef LXSHIM_VFS_DESCRIPTOR_H
#define LXSHIM_VFS_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/call.h"
#include "vfs/placement.h"

/*
 * The native path of a directory descriptor, or of the task's cwd for AT_FDCWD, into buf of
 * PATH_MAX bytes. Returns its length, or -errno (-ENOENT: it has no path any more; -ENXIO: there is
 * no /proc to tell it, and buf is as it was).
 */
long vfs_directory_path(const struct lx_task *task, int dirfd, char *buf);

/*
 * True where the name that a directory's descriptor has does not lead to it from this process's
 * "/": the kernel tells it from that of the mount namespace it was opened in, and pivot_root, or
 * setns, may have brought us to where the same words are something else, or nothing.
 */
bool vfs_is_misnamed(int fd, const char *name);

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
    if (lx_remembers(task) && placement_recall_place(fd, stamp, &v, hash))
        return v;
    return vfs_unremembered_descriptor(task, fd, stamp, hash);
}

#endif
