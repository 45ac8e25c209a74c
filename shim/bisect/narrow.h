/* SPDX-License-Identifier: MIT */
/* One cause: from the rules that spoke to those that matter, their calls, and their occurrences. */
#ifndef LXSHIM_BISECT_NARROW_H
#define LXSHIM_BISECT_NARROW_H

#include "bisect/cause.h"
#include "bisect/session.h"

/*
 * Finds a cause in a test that fails, of which `all` are the calls; those that are excluded by
 * overrides are so in every test. Fills *cause where it returns PLAN_FOUND.
 */
enum plan_verdict narrow(struct session *session, const struct calls *all, const json_t *excluded,
                         struct plan_cause *cause);

#endif
