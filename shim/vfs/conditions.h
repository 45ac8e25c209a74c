/* SPDX-License-Identifier: MIT */
/* What an override asks of a call beside its operation and path. */
#ifndef LXSHIM_VFS_CONDITIONS_H
#define LXSHIM_VFS_CONDITIONS_H

#include "fs/call.h"

/* True for a call that moves bytes. */
static inline bool vfs_moves(const struct lx_call *c)
{
    return c->op == LX_OP_READ || c->op == LX_OP_WRITE;
}

/* True where a call is as a condition (NULL: none) wants it; nothing is counted. */
bool vfs_condition_holds(const struct lx_call *c, const struct lx_image_condition *w);

/* Counts a call on a path inside its mount, and draws; true where it asks for no chance. */
bool vfs_condition_drawn(const struct lx_call *c, const struct lx_image_condition *w,
                         const char *inside);

/* How an override acts on a call of which it wants to see bytes pass first. */
enum vfs_reach {
    VFS_PASSES,    /* not yet */
    VFS_SHORTENED, /* on the next one: this one moves what is before that, by c->length */
    VFS_REACHED
};
enum vfs_reach vfs_condition_reached(struct lx_call *c, const struct lx_image_override *o,
                                     const struct lx_image_condition *w);

/* The shared counter of that number; one of this process's own where there are none. */
_Atomic uint64_t *vfs_counter(const struct lx_policy *policy, uint32_t number);

#endif
