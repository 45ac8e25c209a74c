/* SPDX-License-Identifier: MIT */
/* Has the file system answer a call, once it is known where its paths lead. */
#ifndef LXSHIM_VFS_JUDGE_H
#define LXSHIM_VFS_JUDGE_H

#include "fs/call.h"
#include "fs/filesystems.h"
#include "vfs/caches.h"
#include "vfs/operation.h"
#include "vfs/provided.h"
#include "vfs/shown.h"
#include "vfs/tables.h"

/*
 * The answer to a call whose c->at are filled: the result, or -errno; -LX_EWALK where a path that
 * was not walked has to be, for a symlink or another spelling; -LX_CONTINUE where whoever asked can
 * make the call himself.
 */
long vfs_dispatch(struct lx_call *c);

/* The same of a call of one path, of this process for itself, that leads past no bar, in no run. */
long vfs_judge_one(struct lx_call *c);

/* True where the run may have something of its own to show by path `i`. */
static inline bool vfs_may_show(const struct lx_call *c, unsigned i)
{
    return __builtin_expect(c->task->policy->shows, false) &&
           (c->at[i].flags & LX_LOC_KERNELS) == 0;
}

/* What an open outside every mount gets, of which the kernel gave fd. */
static inline long vfs_opened_outside(struct lx_call *c, long fd)
{
    if (vfs_may_show(c, 0) && shown_may_open(c))
        fd = shown_opened(c, fd);
    if (fd >= 0 && caches_may_drop(c))
        caches_opened(c, (int)fd);
    return fd >= 0 && tables_may_open(c) ? tables_open(c, fd) : fd;
}

/* The host's answer outside every mount, and what stands in for it: a mount table, a program, what
 * a run shows. */
static inline long vfs_answer_outside(struct lx_call *c)
{
    long r;
    const bool shows = vfs_may_show(c, 0);
    if (shows && shown_instead(c, &r))
        return r;
    if (tables_straight(c))
        c->at[0].flags |= LX_LOC_WALKED;
    r = lx_host_fs.run[c->op](c);
    if (r < 0)
        return r == -ENOENT ? provided_instead(c) : r;
    if (shows)
        shown_held(c);
    return c->op == LX_OP_OPEN ? vfs_opened_outside(c, r) : r;
}

/* True for a change on a mount that is read-only. */
static inline bool vfs_refuses_changes(const struct lx_call *c, const struct lx_mount *m)
{
    return m != NULL && (vfs_ops[c->op].properties & CHANGES) != 0 &&
           (m->flags & LX_MOUNT_READONLY) != 0;
}

#endif
