/* SPDX-License-Identifier: MIT */
/*
 * LXSHIM_DEBUG (policy/debug.h): a line for what each floor has decided. Asked for where somebody
 * looks whether there is a trace, or on a way that makes system calls anyway.
 */
#ifndef LXSHIM_VFS_DEBUG_H
#define LXSHIM_VFS_DEBUG_H

#include "fs/call.h"

struct walk;

/* True where a floor (enum lx_debug) is to say what it decides. */
static inline bool debug_wants(const struct lx_policy *policy, unsigned floors)
{
    return __builtin_expect((policy->debug & floors) != 0, 0);
}

/* Where a walk from a path came to, with its result. */
void debug_walk(const struct lx_call *c, const char *path, const struct walk *w, int r);

/* Where a call led, and who answered what; before that, what is mounted, if that is another. */
void debug_call(const struct lx_call *c, long result);

/* What a supervisor answers to a call of a process; "": one that has no path. */
void debug_reply(const struct lx_task *task, const char *name, long result);

#endif
