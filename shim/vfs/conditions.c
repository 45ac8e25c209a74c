/* SPDX-License-Identifier: MIT */
#include "vfs/conditions.h"

#include <stdatomic.h>

#include "policy/condition.h"
#include "policy/glob.h"
#include "vfs/caller.h"

_Atomic uint64_t *vfs_counter(const struct lx_policy *policy, uint32_t number)
{
    static _Atomic uint64_t own[64]; /* any thread of a process that lost the shared counters */
    return policy->stats != NULL ? &policy->stats->counters[number] : &own[number % 64];
}

/* How many bytes a call is about. */
static uint64_t size_of(const struct lx_call *c)
{
    return c->op == LX_OP_SETXATTR ? c->size : (uint64_t)c->length;
}

static bool has_descriptor(const struct lx_call *c, const struct lx_image_range *fd)
{
    if (!lx_range_says(fd))
        return true;
    if ((c->at[0].flags & LX_LOC_DESCRIPTOR) == 0)
        return false;
    int number = vfs_number_of(c->task, c->fd[0]);
    return number >= 0 && lx_range_holds(fd, (uint64_t)number);
}

static bool has_name(const struct lx_call *c, const struct lx_image_condition *w)
{
    char comm[VFS_COMM_ROOM];
    const char *glob = lx_image_string(c->task->policy->image, w->comm);
    if (glob == NULL)
        return true;
    vfs_comm_of(c->task, comm);
    return lx_glob_match(glob, comm);
}

bool vfs_condition_holds(const struct lx_call *c, const struct lx_image_condition *w)
{
    if (w == NULL)
        return true;
    return (c->flags & w->flags_mask) == w->flags &&
           (!lx_range_says(&w->size) || lx_range_holds(&w->size, size_of(c))) &&
           (!lx_range_says(&w->offset) ||
            lx_range_touches(&w->offset, (uint64_t)c->offset, (uint64_t)c->length)) &&
           (w->bytes == 0 || (uint64_t)c->length > w->bytes) && has_descriptor(c, &w->fd) &&
           (!lx_range_says(&w->uid) || lx_range_holds(&w->uid, vfs_uid_of(c->task))) &&
           has_name(c, w);
}

bool vfs_condition_drawn(const struct lx_call *c, const struct lx_image_condition *w,
                         const char *inside)
{
    if (w == NULL || w->chance == 0)
        return true;
    const struct lx_policy *policy = c->task->policy;
    uint32_t slot = policy->image->occurrences + lx_draw_slot(w, c->op, inside);
    uint64_t n = atomic_fetch_add_explicit(vfs_counter(policy, slot), 1, memory_order_relaxed);
    return lx_draw(w, c->op, inside, n);
}

enum vfs_reach vfs_condition_reached(struct lx_call *c, const struct lx_image_override *o,
                                     const struct lx_image_condition *w)
{
    uint64_t size = vfs_moves(c) ? (uint64_t)c->length : 0;
    if (w == NULL || size == 0)
        return VFS_REACHED;
    if (w->after_bytes != 0) {
        _Atomic uint64_t *moved = vfs_counter(c->task->policy, o->counter + 1);
        uint64_t before = atomic_fetch_add_explicit(moved, size, memory_order_relaxed);
        uint64_t left = lx_bytes_left(w, before, size);
        if (left == size)
            return VFS_PASSES;
        if (left > 0) {
            c->length = (off_t)left;
            return VFS_SHORTENED;
        }
    }
    /* What is before a bad place can be read, and a call that comes as far says so. */
    if (lx_range_says(&w->offset) && o->error != 0 && (uint64_t)c->offset < w->offset.least) {
        c->length = (off_t)(w->offset.least - (uint64_t)c->offset);
        return VFS_SHORTENED;
    }
    return VFS_REACHED;
}
