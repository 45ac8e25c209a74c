/* SPDX-License-Identifier: MIT */
/* Volumes, their folders and shares: paths made canonical, and what leads nowhere refused. */
#ifndef LXSHIM_POLICY_SETTLE_VOLUME_H
#define LXSHIM_POLICY_SETTLE_VOLUME_H

#include "policy/effective.h"
#include "policy/part.h"

/*
 * Settles what a policy, or the nearest that it extends, says in "volumes" and "shares". Returns 0
 * or -EINVAL and refused. out->flat has them then.
 */
int lx_settle_volumes(struct lx_load *load, const struct lx_part *file, struct lx_effective *out);

/* Adds the volume that comes with a mount; out->flat has it after lx_settle_flat. */
void lx_settle_implied(struct lx_effective *out, const struct lx_effective_volume *volume);
void lx_settle_flat(struct lx_effective *out);

/*
 * Refuses the source of a mount for which there is no volume, with what there are. Returns -EINVAL.
 */
int lx_refuse_source(struct lx_load *load, const struct lx_effective *policy, struct lx_place place,
                     const char *source);

#endif
