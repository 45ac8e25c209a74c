/* SPDX-License-Identifier: MIT */
/* Overrides: a policy's experiments on single calls (fail the second rename of *.lock). */
#ifndef LXSHIM_VFS_OVERRIDES_H
#define LXSHIM_VFS_OVERRIDES_H

#include "fs/call.h"

/* True where some override of the policy is about this operation. */
static inline bool vfs_overrides_apply(const struct lx_call *c)
{
    return (c->task->policy->override_ops >> c->op & 1) != 0;
}

/*
 * The path inside its mount, as programs see it, without a leading slash, from a canonical native
 * one; out has PATH_MAX bytes. False outside every mount.
 */
bool vfs_inner_path(const struct lx_call *c, const char *native, char *out);

/*
 * Lets the overrides speak before the call, in their order. `native` is the canonical path of its
 * last argument, `other` that of the first where it has two, else NULL: an override is about
 * either. Returns 0 to go on, or -errno; sets *waiting to one that wants to see the result first,
 * if any (index + 1).
 */
long vfs_override_before(struct lx_call *c, const char *native, const char *other,
                         uint32_t *waiting);

/* Gives the result to the override that waited for it; returns what the program shall see. */
long vfs_override_after(struct lx_call *c, uint32_t waiting, long result);

#endif
