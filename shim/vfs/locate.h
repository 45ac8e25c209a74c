/* SPDX-License-Identifier: MIT */
/* The fast way to a path: decides from remembered placements where it leads, without walking it. */
#ifndef LXSHIM_VFS_LOCATE_H
#define LXSHIM_VFS_LOCATE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/call.h"
#include "sys/address.h"
#include "sys/dirents.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"

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
 * All of it for a task that lx_remembers. Always inline: a frame of its own, and `i` in a register,
 * would be a tenth of what a call costs.
 */
static inline __attribute__((always_inline)) bool vfs_recall_location(struct lx_call *c, unsigned i,
                                                                      struct vfs_found *found)
{
    const char *path = c->path[i];
    struct placement v = {0, 0};
    uint64_t base = PLACEMENT_SEED_ROOT;

    size_t n = c->path_length[i];
    if (n - 1 >= PATH_MAX - 1) /* LX_BAD_ADDRESS is longer than any */
        return vfs_locate_remembered_descriptor(c, i, found);
    const char *slash = memrchr(path, '/', n);
    const char *leaf = slash == NULL ? path : slash + 1;
    size_t leaf_length = (size_t)(path + n - leaf);
    if (leaf_length == 0 || sys_is_dots(leaf, leaf_length))
        return false;
    if (path[0] != '/' && !placement_recall_place(c->fd[i], c->moment, &v, &base))
        return false;
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (slash != NULL && !placement_recall(placement_hash(base, path, length), c->moment, &v))
        return false;
    if (v.flags != 0)
        return false;
    const struct lx_mount *mount = mounts_of(c->task->policy, v);
    if (mount != NULL && mounts_kind_on(mount, leaf, leaf_length) != 0)
        return false;
    vfs_set_location(c, i, mount, c->fd[i], path, 0);
    found->self = v;
    found->hash = 0;
    found->base = base;
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

/* Of a path of a task that nothing is remembered of: its length, or -EFAULT. */
long vfs_measure_other(const struct lx_call *c, const char *path);

/*
 * Finds out how long a path is, and whether it can be read at all: first of all. Returns whether
 * the task lx_remembers.
 */
static inline bool vfs_measure(struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    const bool remembers = lx_remembers(c->task);
    long n =
        __builtin_expect(remembers, 1) ? sys_string(path, lx_tick(c)) : vfs_measure_other(c, path);
    c->path_length[i] = n < 0 ? LX_BAD_ADDRESS : (size_t)n;
    return remembers;
}

#endif
