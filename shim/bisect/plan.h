/* SPDX-License-Identifier: MIT */
/* What is asked in which order, and what follows from it: causes, each tested both ways. */
#ifndef LXSHIM_BISECT_PLAN_H
#define LXSHIM_BISECT_PLAN_H

#include "bisect/cause.h"
#include "bisect/session.h"

#define PLAN_CAUSES 9

struct plan_result {
    enum plan_verdict verdict;
    bool native_known; /* that it passes natively; */
    bool full_known;   /* and fails with all rules */
    struct trial_outcome native;
    struct trial_outcome full;
    struct lx_ruleset fired; /* under the profile */
    size_t calls;            /* on which they spoke */
    struct plan_cause causes[PLAN_CAUSES];
    size_t cause_count;
};

/* Finds out. `session->overrides` are the policy's own. */
void plan_run(struct session *session, struct plan_result *result);

void plan_free(struct plan_result *result);

#endif
