/* SPDX-License-Identifier: MIT */
/* The fast way to a path: decides from remembered placements where it leads, without walking it. */
#ifndef LXSHIM_VFS_LOCATE_H
#define LXSHIM_VFS_LOCATE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/call.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"
#include "vfs/way.h"

/* What locating a path says beside its lx_loc, at the call's moment: for the descriptor that an
 * open may return. */
struct vfs_found {
    struct placement self; /* of the object, if it is a directory and no symlink */
    uint64_t hash;         /* of its spelling; 0 where it is not known, or only by vfs_spelling */
    uint64_t base;         /* of the directory that the path starts from, for vfs_spelling, or 0 */
    uint64_t dir_hash;     /* of a directory that the open itself is to prove, or 0 */
    struct placement dir;  /* on that directory */
};

/*
 * Fills c->at[i] for c->path[i], which vfs_has_path. Returns 0, or LX_EWALK where only the walk can
 * tell; then nothing is found. The path in c->at[i] is the program's own, untouched.
 */
int vfs_locate(struct lx_call *c, unsigned i, struct vfs_found *found);

/*
 * The same where all of it is remembered and nothing about the spelling is special: nearly every
 * call of nearly every program. False for whatever else, path or none.
 */
bool vfs_locate_remembered(struct lx_call *c, unsigned i, struct vfs_found *found);

/* The part of it that is about descriptors. */
bool vfs_locate_remembered_descriptor(struct lx_call *c, unsigned i, struct vfs_found *found);

_Static_assert((unsigned)LX_LOC_KERNELS == (unsigned)PLACEMENT_KERNELS,
               "the same, of its directory");

static inline void vfs_set_location(struct lx_call *c, unsigned i, const struct lx_mount *mount,
                                    int dfd, const char *path, unsigned flags)
{
    struct lx_loc *at = &c->at[i];
    at->mount = mount;
    at->dfd = dfd;
    at->path = path;
    at->given = NULL;
    at->flags = flags;
}

/*
 * Fills c->at[i] by a way that is known. False where there is more to the spelling on the mount
 * that it leads to.
 */
static inline __attribute__((always_inline)) bool
vfs_take_way(struct lx_call *c, unsigned i, const struct vfs_way *w, struct vfs_found *found)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    if (mount != NULL && mounts_kind_on(mount, c->path[i] + w->above, w->length - w->above) != 0)
        return false;
    vfs_set_location(c, i, mount, c->fd[i], c->path[i],
                     w->dir.flags); /* at most the last of them */
    found->self = w->dir;
    found->hash = 0;
    found->base = w->base;
    found->dir_hash = 0;
    return true;
}

/* The hash by which the object at path i would be remembered, was it a directory; 0 for none. */
static inline uint64_t vfs_spelling(const struct lx_call *c, unsigned i,
                                    const struct vfs_found *found)
{
    if (found->hash != 0 || found->base == 0)
        return found->hash;
    return placement_hash(found->base, c->path[i], c->path_length[i]);
}

/* The same by which a symlink is remembered that stays outside and need not be walked again: apart
 * from what is said of directories. */
static inline uint64_t vfs_symlink_spelling(const struct lx_call *c, const struct vfs_found *found)
{
    return vfs_spelling(c, 0, found) ^ UINT64_C(0x8ebc6af09c88c6e3);
}

/* False for a path that the kernel refuses unseen: a bad address, empty where that means nothing.
 */
bool vfs_has_path(const struct lx_call *c, unsigned i);

/* True where a path is none, or longer than any: the kernel refuses it before it looks for it. */
static inline bool vfs_is_no_path(const struct lx_call *c, unsigned i)
{
    bool usual =
        c->path_length[i] - 1 < PATH_MAX - 1; /* not empty, and none of those that are none */
    return !usual && (!vfs_has_path(c, i) || c->path_length[i] >= PATH_MAX);
}

/* Finds out how long path i is: before it is located. */
static inline void vfs_measure(struct lx_call *c, unsigned i)
{
    c->path_length[i] = vfs_measured(c->task, c->path[i], c->moment);
}

#endif
