/* SPDX-License-Identifier: MIT */
/* What a policy says of programs of Windows': paths made absolute, and what a guest may not name.
 */
#ifndef LXSHIM_POLICY_SETTLE_INTEROP_H
#define LXSHIM_POLICY_SETTLE_INTEROP_H

#include "policy/effective.h"
#include "policy/part.h"

/*
 * Fills it in from the nearest of a policy and its bases that says anything; NULL: there is no
 * policy. Returns 0, or -EINVAL and refused.
 */
int lx_settle_interop(struct lx_load *load, const struct lx_part *part, struct lx_effective *out);

#endif
