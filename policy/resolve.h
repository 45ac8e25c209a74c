/* SPDX-License-Identifier: MIT */
/* Paths of a policy: made canonical, and mounts that get into each other's way refused. */
#ifndef LXSHIM_POLICY_RESOLVE_H
#define LXSHIM_POLICY_RESOLVE_H

#include "policy/effective.h"
#include "policy/part.h"

/*
 * The canonical path of a backing directory that is there, which is written as `text` relative to a
 * directory; or NULL and refused.
 */
const char *lx_resolve_directory(struct lx_load *load, struct lx_place place, const char *directory,
                                 const char *text);

/*
 * Finds a directory, absolute, as who makes it with all that it is in would. From then on targets
 * may be in it, there or not. Returns it as a target is spelled where somebody would have to make
 * it; NULL where it is there, and where nobody could.
 */
const char *lx_resolve_made(struct lx_load *load, const char *path);

/* Fills target and backing of a mount from its part. Returns 0 or -EINVAL. */
int lx_resolve_mount(struct lx_load *load, const struct lx_mount_part *part,
                     struct lx_effective_mount *out);

/*
 * Refuses mount `index` where it overlaps one before it: no target may be equal to or inside
 * another mount's target or backing, nor a backing another's, but for directories of one drive.
 */
int lx_resolve_overlap(struct lx_load *load, const struct lx_mount_part *part,
                       const struct lx_effective_mount *mounts, size_t index);

/* The absolute path of a trace file whose directory is there, or NULL and refused. */
const char *lx_resolve_trace(struct lx_load *load, struct lx_place place, const char *directory,
                             const char *file);

/* The same of a file that is opened by a path without symlinks: its directory's own. */
const char *lx_resolve_record(struct lx_load *load, struct lx_place place, const char *directory,
                              const char *file);

#endif
