/* SPDX-License-Identifier: MIT */
/*
 * What a policy that was only found may say. It comes with somebody's repository: it may choose
 * rules, and drives and a trace below its own directory; it may write, cover or redirect nothing
 * else. One that somebody else may have written chooses rules, and no places: in a directory of
 * several people, what is below it is not all his.
 *
 * Each of these does nothing for a policy that was named, and takes what the policy's reader has
 * made canonical.
 */
#ifndef LXSHIM_POLICY_GUEST_H
#define LXSHIM_POLICY_GUEST_H

#include "policy/effective.h"
#include "policy/part.h"

/*
 * A mount in place: below the directory. Another: its backing below the directory, its target there
 * or where drives are mounted, and missing or empty. Returns 0, or -EINVAL and refused.
 */
int lx_guest_mount(struct lx_load *load, const struct lx_mount_part *part,
                   const struct lx_effective_mount *mount);

/*
 * A volume: its backing, which `text` is written as, is below the directory. Returns 0, or -EINVAL
 * and refused.
 */
int lx_guest_volume(struct lx_load *load, struct lx_place place, const char *text,
                    const char *backing);

/* No program at all: what it named would be run with its reader's rights. 0, or refused. */
int lx_guest_handler(struct lx_load *load, struct lx_place place, const char *handler);

/*
 * A trace, or a record, as `key` says: a file below the directory to which no symlink leads, a new
 * or empty one, or one that is one already. `file` is what the policy calls it. Returns the path
 * without "." and "..", or NULL and refused.
 */
const char *lx_guest_trace(struct lx_load *load, struct lx_place place, const char *key,
                           const char *file, const char *path);

#endif
