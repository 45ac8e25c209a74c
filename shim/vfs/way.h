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

/* Of a condition that lays out what nearly every call goes through in one piece. */
#define LX_RARELY(condition) __builtin_expect(condition, 0)

struct vfs_way {
    uint64_t moment;      /* when it was asked: placement_stamp */
    size_t length;        /* of the path in bytes; LX_BAD_ADDRESS where it cannot be read */
    bool known;           /* where its directory is, and nothing about its spelling is special: */
    struct placement dir; /* on that directory */
    uint64_t base;        /* the hash of where the path starts */
    size_t above;         /* bytes of the path before its last component */
};

_Static_assert(LX_BAD_ADDRESS == SYS_UNREADABLE, "a length that is none is the same to both");

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
 * Looks for all but the moment, the length, and `above`, which are there. Returns whether all of it
 * is remembered: so it is for nearly every call of nearly every program. Always inline: a frame of
 * its own would be a tenth of what a call costs.
 */
static inline __attribute__((always_inline)) bool vfs_recall_way(int fd, const char *path,
                                                                 struct vfs_way *w)
{
    struct placement v = {0, 0};
    uint64_t base = PLACEMENT_SEED_ROOT;
    const uint64_t moment = w->moment;
    const size_t n = w->length;
    const size_t above = w->above;

    w->known = false;
    if (LX_RARELY(n - 1 >= PATH_MAX - 1)) /* LX_BAD_ADDRESS is longer than any */
        return false;
    /* None, "." or "..": all are told from nearly every name by one byte. */
    if (LX_RARELY((unsigned char)path[above] <= '.') &&
        (above == n || sys_is_dots(path + above, n - above)))
        return false;
    if (path[0] != '/' && LX_RARELY(!placement_recall_place(fd, moment, &v, &base)))
        return false;
    if (above != 0) {
        const size_t length = above - 1 + (above < 2); /* of the directory, which may be "/" */
        if (LX_RARELY(!placement_recall(placement_hash(base, path, length), moment, &v)))
            return false;
    }
    if ((v.flags & ~PLACEMENT_KERNELS) != 0)
        return false;
    w->known = true;
    w->dir = v;
    w->base = base;
    return true;
}

/*
 * The same for a path that starts from a descriptor or AT_FDCWD, of a task that lx_remembers:
 * fills in the moment, the length and what is above as well.
 */
static inline __attribute__((always_inline)) bool vfs_find_way(int fd, const char *path,
                                                               uint64_t moment, struct vfs_way *w)
{
    const struct sys_parts parts = sys_parts_of(path, moment >> PLACEMENT_TICK_SHIFT);
    w->moment = moment;
    w->length = parts.length;
    w->above = parts.above;
    return vfs_recall_way(fd, path, w);
}

/* A way of which nothing is known but how long the path is. */
static inline struct vfs_way vfs_no_way(uint64_t moment, size_t length)
{
    return (struct vfs_way){.moment = moment, .length = length};
}

#endif
