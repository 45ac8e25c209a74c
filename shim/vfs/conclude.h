/* SPDX-License-Identifier: MIT */
/* What becomes of a call that has been answered: it is remembered, forgotten, counted, told. */
#ifndef LXSHIM_VFS_CONCLUDE_H
#define LXSHIM_VFS_CONCLUDE_H

#include <sys/stat.h>

#include "vfs/locate.h"
#include "vfs/operation.h"
#include "vfs/stale.h"

/* Of an answered call, for those who count, or want to read of it. */
void vfs_account(const struct lx_call *c, long r);

/* True where a successful call has more to say than its result: of a descriptor or a directory. */
static inline bool vfs_tells(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_STAT:
        return S_ISDIR(((const struct stat *)c->buf)->st_mode);
    case LX_OP_OPEN:
    case LX_OP_CHDIR:
    case LX_OP_MKDIR:
        return true;
    default:
        return false;
    }
}

/* Remembers, and forgets, what a call has shown that was answered r. */
static inline void vfs_learn(struct lx_call *c, long r, const struct vfs_found *found)
{
    if (r < 0 || !c->task->caching)
        return;
    if ((vfs_ops[c->op].properties & CREATES) != 0)
        stale_after(c, found);
    if (vfs_tells(c))
        shown_after(c, (int)r, found);
}

/* Counts it, and tells of it. Returns r. */
static inline long vfs_tell(struct lx_call *c, long r)
{
    const struct lx_policy *policy = c->task->policy;
    if (policy->stats != NULL || policy->watches != 0)
        vfs_account(c, r);
    return r;
}

/* Both: ends a call that has been answered r, of a path that was found so. Returns r. */
static inline long vfs_conclude(struct lx_call *c, long r, const struct vfs_found *found)
{
    vfs_learn(c, r, found);
    return vfs_tell(c, r);
}

#endif
