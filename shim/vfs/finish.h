/* SPDX-License-Identifier: MIT */
/*
 * A deletion that is pending ends with the last handle. So whoever gives one up looks: by close, by
 * leaving a directory, by ending; and whoever has waited for a process, which may have been killed.
 */
#ifndef LXSHIM_VFS_FINISH_H
#define LXSHIM_VFS_FINISH_H

#include <limits.h>
#include <stdatomic.h>

#include "fs/call.h"
#include "vfs/placement.h"

/* True where a deletion may be pending somewhere in the tree, as far as one look can tell. */
static inline bool vfs_may_be_pending(const struct lx_task *t)
{
    const struct lx_stats *stats = t->policy->stats;
    if (t->seccomp_confined || t->policy->observe)
        return false;
    return stats == NULL ? lx_mounts(t->policy)->count > 0
                         : atomic_load_explicit(&stats->pending, memory_order_relaxed) !=
                               atomic_load_explicit(&stats->settled, memory_order_relaxed);
}

/*
 * True where the end of a descriptor may end a deletion. Without counters of the tree, only of what
 * is remembered to be inside a mount: what came over an exec is looked at when the process ends.
 */
static inline bool vfs_end_matters(const struct lx_task *t, int fd)
{
    if (t->policy->stats == NULL) {
        const struct placement_entry *e = placement_descriptor(fd);
        if (e == NULL || (atomic_load_explicit(&e->data, memory_order_relaxed) >> 8 & 0xFF) == 0)
            return false;
    }
    return vfs_may_be_pending(t);
}

/*
 * Then, false where what a descriptor is open on is surely not pending, by one fstat. What is has
 * the mark, but for a file that another hard link keeps. Keeps errno.
 */
bool vfs_may_be_ending(const struct lx_task *t, int fd);

/* What a descriptor was open on that is pending, for after it was closed. */
struct vfs_ending {
    const struct lx_task *task;
    const struct lx_mount *mount; /* NULL: nothing of the kind */
    char path[PATH_MAX];
};

/* Before a descriptor ends that may be one (AT_FDCWD: the current directory). Keeps errno. */
void vfs_ending(const struct lx_task *t, int fd, struct vfs_ending *e);

/* And after that. */
void vfs_ended(struct vfs_ending *e);

/* Closes a descriptor by the plain call, and ends what that ends. 0 or -errno. */
int vfs_close(const struct lx_task *t, int fd);

/*
 * Finishes what nobody holds in any mount, where anything may be pending. `leaving`: this process
 * is about to end. The second does so wherever it may, and returns how much is left.
 */
void vfs_settle(const struct lx_task *t, bool leaving);
unsigned vfs_settle_all(const struct lx_task *t, bool leaving);

#endif
