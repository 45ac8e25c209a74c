/* SPDX-License-Identifier: MIT */
/* The one way every path operation goes: locate, ask the file system, explain. */
#ifndef LXSHIM_VFS_RUN_H
#define LXSHIM_VFS_RUN_H

#include "fs/call.h"
#include "vfs/arguments.h"
#include "vfs/operation.h"
#include "vfs/placement.h"
#include "vfs/way.h"

/* Starts a call of a moment: its task and operation set, no descriptor, no path, no rule. */
static inline void vfs_call_at(struct lx_call *c, const struct lx_task *task, enum lx_op op,
                               uint64_t moment)
{
    c->moment = moment;
    c->task = task;
    c->op = op;
    c->flags = 0;
    c->mode = 0;
    c->resolve = 0;
    c->buf = NULL;
    c->size = 0;
    c->name = NULL;
    c->value = NULL;
    lx_ruleset_clear(&c->altered);
    lx_ruleset_clear(&c->observed);
    c->denied = LX_RULE_NONE;
    c->override = 0;
    c->asks = false;
    c->allowed = false;
    c->made = false;
    c->tried = false;
    c->moves_directory = false;
    c->spared_count = 0;
    c->holder_count = 0;
    c->at[0].path = NULL;
    c->at[1].path = NULL;
    c->whole[0] = NULL;
    c->whole[1] = NULL;
}

/* The same, now. */
static inline void vfs_call_init(struct lx_call *c, const struct lx_task *task, enum lx_op op)
{
    vfs_call_at(c, task, op, placement_stamp());
}

/* The same as vfs_run for calls of one path, and of two. */
long vfs_run_one(struct lx_call *c);
long vfs_run_two(struct lx_call *c);

/* vfs_run_one of a call whose way has been looked for. */
long vfs_run_way(struct lx_call *c, const struct vfs_way *w);

/*
 * What an open has failed at, to the kernel, which gives it a descriptor before it looks for the
 * file, and after its arguments. Who was refused without the kernel has it asked by an open that
 * comes no further.
 */
long vfs_failed_open(const struct lx_call *c, long r);
static inline long vfs_opened_or(const struct lx_call *c, long r)
{
    return __builtin_expect(r < 0, 0) ? vfs_failed_open(c, r) : r;
}

/*
 * Goes on with a call whose way is plain, and which the kernel has answered r: -LX_EWALK where the
 * last component is a symlink that it was asked not to follow.
 */
long vfs_go_on(struct lx_call *c, const struct vfs_way *w, long r);

/*
 * Runs a call of any shape: one path or two, from descriptors or not. Returns its result or -errno.
 * What an openat2 promises has a way of its own: vfs_run_resolving. Always inline, as vfs_call.
 */
static inline __attribute__((always_inline)) long vfs_run(struct lx_call *c)
{
    return vfs_paths(c) == 1 ? vfs_run_one(c) : vfs_run_two(c);
}

/* What the kernel refuses of a call before it looks at a path, or VFS_GOES_ON. */
static inline __attribute__((always_inline)) long vfs_refused_unseen(const struct lx_call *c)
{
    return __builtin_expect(vfs_is_odd(c), 0) && !c->task->seccomp_confined ? vfs_ask_first(c)
                                                                            : VFS_GOES_ON;
}

/* vfs_run; but what the kernel refuses at once comes first. Always inline, for vfs_is_odd. */
static inline __attribute__((always_inline)) long vfs_call(struct lx_call *c)
{
    long r = vfs_refused_unseen(c);
    return r == VFS_GOES_ON ? vfs_run(c) : r;
}

/* The same as vfs_run_way. */
static inline __attribute__((always_inline)) long vfs_call_way(struct lx_call *c,
                                                               const struct vfs_way *w)
{
    long r = vfs_refused_unseen(c);
    return r == VFS_GOES_ON ? vfs_run_way(c, w) : r;
}

#endif
