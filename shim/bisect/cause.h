/* SPDX-License-Identifier: MIT */
/* What a command fails over: rules, and calls of theirs. */
#ifndef LXSHIM_BISECT_CAUSE_H
#define LXSHIM_BISECT_CAUSE_H

#include "bisect/beside.h"
#include "bisect/compose.h"

enum plan_verdict {
    PLAN_FOUND,
    PLAN_NATIVE,     /* it fails, or cannot be tested, without lxshim */
    PLAN_PASSES,     /* it passes under the profile */
    PLAN_UNTESTABLE, /* under the profile it can neither pass nor fail */
    PLAN_UNTRACED,   /* it passes where it is traced, and fails where it is not */
    PLAN_FICKLE,     /* it has passed where it had failed before */
    PLAN_NO_RULE,    /* it fails although no rule speaks that has left a trace */
    PLAN_STOPPED     /* there was no answer: interrupted, or a problem */
};

struct plan_cause {
    struct lx_ruleset rules;
    struct beside_part beside;
    const char *no_events; /* why a scanner's could not be told apart, a sentence; or NULL */
    bool *overrides;       /* of the policy's own, by number */
    size_t override_count;
    struct call_choice *calls; /* none: see no_calls */
    size_t call_count;
    size_t spoke;         /* calls on which these rules spoke */
    const char *no_calls; /* why the calls could not be told apart, a sentence; or NULL */
    json_t *minimal;      /* the overrides with which it fails */
    char *trace;          /* of a run with only these */
    bool passes_without;  /* without just these */
};

#endif
