/* SPDX-License-Identifier: MIT */
/*
 * What says values of rules, the lowest first: the profile, the policies that are extended, the
 * axes of the profile that a mount is on, the policy, the mount, the command line.
 */
#ifndef LXSHIM_POLICY_LAYERS_H
#define LXSHIM_POLICY_LAYERS_H

#include "policy/effective.h"
#include "policy/part.h"
#include "policy/profile.h"

struct lx_layers {
    const struct lx_profile *profile;
    const struct lx_part *file; /* the policy, which leads to its bases; NULL without one */
    const struct lx_rule_set *flags;
};

/*
 * Settles the rules of a mount, with where each value comes from. part: the mount as it was
 * written, or NULL.
 */
void lx_layers_settle(const struct lx_layers *layers, enum lx_filesystem filesystem, bool metadata,
                      const struct lx_mount_part *part, struct lx_setting rules[LX_RULE_COUNT]);

/* The same layers as tables, without what single mounts say. */
void lx_layers_tables(const struct lx_layers *layers, struct lx_axes *out);

/* What a mount alone says and the command line does not, a table; NULL where that is nothing. */
const uint8_t *lx_layers_own(const struct lx_layers *layers, struct lx_arena *arena,
                             const struct lx_mount_part *part);

#endif
