/* SPDX-License-Identifier: MIT */
/* How a rule speaks in a call: it refuses, or changes the answer, and is noted for the trace. */
#ifndef LXSHIM_FS_RULES_H
#define LXSHIM_FS_RULES_H

#include "fs/call.h"

/* True where rules only say what they would do: in observe mode, or an override allows the call. */
static inline bool lx_observing(const struct lx_call *c)
{
    return c->allowed || c->task->policy->observe;
}

/* The same of one rule, which may be silent while others speak. */
static inline bool lx_is_silent(const struct lx_call *c, enum lx_rule rule)
{
    return lx_observing(c) || lx_ruleset_has(&c->task->policy->silent, rule);
}

/* Notes that a rule would have refused the call, with that errno. */
void lx_spare(struct lx_call *c, enum lx_rule rule, int error);

/*
 * A rule refuses the call, which the kernel would not: see lx_forbid for where it might. Returns
 * -error, or 0 where the call is let through all the same (observe mode, or an override that allows
 * it): if ((r = lx_deny(c, RULE, EPERM)) < 0) return r;
 */
static inline int lx_deny(struct lx_call *c, enum lx_rule rule, int error)
{
    if (lx_is_silent(c, rule)) {
        lx_spare(c, rule, error);
        return 0;
    }
    c->denied = rule;
    return -error;
}

/* A rule is about to change the call or its answer. False where it must not (observe mode). */
static inline bool lx_alter(struct lx_call *c, enum lx_rule rule)
{
    if (lx_is_silent(c, rule)) {
        lx_ruleset_add(&c->observed, rule);
        return false;
    }
    lx_ruleset_add(&c->altered, rule);
    return true;
}

#endif
