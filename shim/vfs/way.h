/* SPDX-License-Identifier: MIT */
/* What is remembered of a path's way, before anything else is known of a call: its first question.
 */
#ifndef LXSHIM_VFS_WAY_H
#define LXSHIM_VFS_WAY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fs/call.h"
#include "fs/task.h"
#include "sys/address.h"
#include "sys/dirents.h"
#include "vfs/placement.h"

_Static_assert(LX_TICK_SHIFT == PLACEMENT_TICK_SHIFT, "a call's moment is a stamp of placements");

struct vfs_way {
    uint64_t moment;      /* when it was asked: placement_stamp */
    size_t length;        /* of the path in bytes; LX_BAD_ADDRESS where it cannot be read */
    bool known;           /* where its directory is, and nothing about its spelling is special: */
    struct placement dir; /* on that directory */
    uint64_t base;        /* the hash of where the path starts */
    const char *leaf;     /* its last component */
    size_t leaf_length;
};

/* Of a path of a task that nothing is remembered of: its length, or -EFAULT. */
long vfs_measure_other(const struct lx_task *task, const char *path, uint64_t moment);

/* Finds out how long a path is, and whether it can be read at all: first of all. */
static inline size_t vfs_measured(const struct lx_task *task, const char *path, uint64_t moment)
{
    long n = __builtin_expect(lx_remembers(task), 1)
                 ? sys_string(path, moment >> PLACEMENT_TICK_SHIFT)
                 : vfs_measure_other(task, path, moment);
    return n < 0 ? LX_BAD_ADDRESS : (size_t)n;
}

/*
 * Looks for all but the moment and the length, which are there. Returns whether all of it is
 * remembered: so it is for nearly every call of nearly every program. Always inline: a frame of its
 * own would be a tenth of what a call costs.
 */
static inline __attribute__((always_inline)) bool vfs_recall_way(int fd, const char *path,
                                                                 struct vfs_way *w)
{
    struct placement v = {0, 0};
    uint64_t base = PLACEMENT_SEED_ROOT;
    const uint64_t moment = w->moment;
    const size_t n = w->length;

    if (n - 1 >= PATH_MAX - 1) /* LX_BAD_ADDRESS is longer than any */
        return false;
    const char *slash = memrchr(path, '/', n);
    const char *leaf = slash == NULL ? path : slash + 1;
    const size_t leaf_length = (size_t)(path + n - leaf);
    if (leaf_length == 0 || sys_is_dots(leaf, leaf_length))
        return false;
    if (path[0] != '/' && !placement_recall_place(fd, moment, &v, &base))
        return false;
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (slash != NULL && !placement_recall(placement_hash(base, path, length), moment, &v))
        return false;
    if ((v.flags & ~PLACEMENT_KERNELS) != 0)
        return false;
    w->dir = v;
    w->base = base;
    w->leaf = leaf;
    w->leaf_length = leaf_length;
    return true;
}

/* Fills all of it, for a path that starts from a descriptor or AT_FDCWD. */
static inline __attribute__((always_inline)) void vfs_find_way(const struct lx_task *task, int fd,
                                                               const char *path, uint64_t moment,
                                                               struct vfs_way *w)
{
    const bool remembers = lx_remembers(task);
    w->moment = moment;
    w->length = vfs_measured(task, path, moment);
    w->known = remembers && vfs_recall_way(fd, path, w);
}

#endif
