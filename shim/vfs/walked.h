/* SPDX-License-Identifier: MIT */
/* Calls whose paths have to be walked, with their overrides: the slow way, in large frames. */
#ifndef LXSHIM_VFS_WALKED_H
#define LXSHIM_VFS_WALKED_H

#include "fs/call.h"
#include "vfs/locate.h"

/*
 * Walks to the paths of a call, and has it answered. `fast`: what is found of the only path without
 * a walk, a stamp at least; of two nothing of it counts. Returns the result or -errno.
 */
long vfs_run_walked(struct lx_call *c, const struct vfs_found *fast);

/* The same of an openat2 that has resolve flags: its path is walked, as they want it. */
long vfs_run_resolving(struct lx_call *c);

/* A call that led into a mount without a walk, and may be overridden by the native path it has. */
long vfs_run_overridden(struct lx_call *c, const struct vfs_found *found);

/*
 * A call with a path that is none (vfs_is_no_path): the kernel refuses it, but of two paths looks
 * for the first before it looks at the second.
 */
long vfs_run_refused(struct lx_call *c);

#endif
