/* SPDX-License-Identifier: MIT */
/* The one way every path operation goes: locate, ask the file system, explain. */
#ifndef LXSHIM_VFS_RUN_H
#define LXSHIM_VFS_RUN_H

#include "fs/call.h"

/* Starts a call: its task and operation set, no descriptor, no path, no rule. */
static inline void vfs_call_init(struct lx_call *c, const struct lx_task *task, enum lx_op op)
{
    c->task = task;
    c->op = op;
    c->flags = 0;
    c->mode = 0;
    c->buf = NULL;
    c->size = 0;
    c->name = NULL;
    c->value = NULL;
    c->altered = 0;
    c->observed = 0;
    c->denied = LX_RULE_NONE;
    c->override = 0;
    c->asks = false;
    c->allowed = false;
    c->moves_directory = false;
    c->holder_count = 0;
    c->at[0].path = NULL;
    c->at[1].path = NULL;
}

/* Runs a call. Returns its result or -errno. */
long vfs_run(struct lx_call *c);

#endif
