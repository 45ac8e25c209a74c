/* SPDX-License-Identifier: MIT */
/*
 * What a program can only do to itself: go to another directory, become another program. We run the
 * rules up to where that would be done; then the program does it by its own words, is refused, or,
 * where its words lead nowhere for the kernel (a name that is spelled otherwise on the disk, a link
 * of Windows' on the way, a mount that the kernel does not know), is made to do it by the kernel's.
 */
#ifndef LXSHIM_SUPERVISOR_DECIDE_H
#define LXSHIM_SUPERVISOR_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"
#include "supervisor/request.h"

/* True for a call that is decided about and not made. */
bool decides(long nr);

/* True where a decision would be to let the caller go on, whatever the path. */
bool decide_needs_none(const struct lx_policy *policy, long nr);

/* True where it has to be looked at even if its path and descriptors are outside every mount. */
bool decide_needs_look(const struct lx_policy *policy, long nr);

/* The caller has its answer already. Far from any errno, as LX_CONTINUE. */
#define DECIDE_ANSWERED 5010

/*
 * Decides about a call. -LX_CONTINUE: let it go on; a descriptor, where it opens one;
 * -DECIDE_ANSWERED: it was made to; -errno: it is refused, with -EOPNOTSUPP where it would have to
 * be made to and cannot.
 */
long decide(struct request *r);

#endif
