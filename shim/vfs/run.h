/* SPDX-License-Identifier: MIT */
/* The one way every path operation goes: locate, ask the file system, explain. */
#ifndef LXSHIM_VFS_RUN_H
#define LXSHIM_VFS_RUN_H

#include "fs/call.h"
#include "vfs/arguments.h"
#include "vfs/operation.h"
#include "vfs/placement.h"

_Static_assert(LX_TICK_SHIFT == PLACEMENT_TICK_SHIFT, "a call's moment is a stamp of placements");

/* Starts a call, now: its task and operation set, no descriptor, no path, no rule. */
static inline void vfs_call_init(struct lx_call *c, const struct lx_task *task, enum lx_op op)
{
    /* First, as for all a compiler knows the clock may write to the call: what follows it knows. */
    c->moment = placement_stamp();
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

/* The same as vfs_run for calls of one path, and of two. */
long vfs_run_one(struct lx_call *c);
long vfs_run_two(struct lx_call *c);

/*
 * Runs a call of any shape: one path or two, from descriptors or not. Returns its result or -errno.
 * What an openat2 promises has a way of its own: vfs_run_resolving. Always inline, as vfs_call.
 */
static inline __attribute__((always_inline)) long vfs_run(struct lx_call *c)
{
    return vfs_paths(c) == 1 ? vfs_run_one(c) : vfs_run_two(c);
}

/*
 * vfs_run; but what the kernel refuses of a call before it looks at a path comes first. Always
 * inline, for vfs_is_odd.
 */
static inline __attribute__((always_inline)) long vfs_call(struct lx_call *c)
{
    long r = VFS_GOES_ON;
    if (__builtin_expect(vfs_is_odd(c), 0) && !c->task->seccomp_confined)
        r = vfs_ask_first(c);
    return r == VFS_GOES_ON ? vfs_run(c) : r;
}

#endif
