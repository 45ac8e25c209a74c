/* SPDX-License-Identifier: MIT */
/* The policy in which a command fails by what was found alone. */
#ifndef LXSHIM_BISECT_MINIMAL_H
#define LXSHIM_BISECT_MINIMAL_H

#include "bisect/plan.h"
#include "policy/effective.h"

/* What a result is told with, beside itself. */
struct bisect_about {
    const char *extends; /* the policy, as one in the current directory names it; or NULL */
    const char *profile; /* the one that holds, */
    bool chosen;         /* by an option */
    const char *options; /* the other options of lxshim run, each with a space behind it */
    const char *command; /* as it was typed, nearly */
    char *const *sets;   /* --set RULE=VALUE */
    size_t set_count;
    const char *output;    /* where the policy goes; or NULL */
    const char *elsewhere; /* lines with policies of bugs that no profile has; or NULL */
    const char *examples[PLAN_CAUSES];
    double seconds;
    const struct beside *beside;
    const struct lx_effective *policy; /* by which it fails with all rules */
};

/* Makes the policy of a cause. */
json_t *minimal_policy(const struct plan_cause *cause, const struct bisect_about *about);

/* Prints it, a line for each override. */
void minimal_print(const json_t *policy, FILE *out);

/*
 * 0 where a policy may be written to a file: it is not there, or one that was made here; as
 * report_file_check.
 */
int minimal_check(const char *file);

/* Writes the policy of a cause, beside the file first. Returns 0 or -errno. */
int minimal_write(const char *file, const struct plan_cause *cause,
                  const struct bisect_about *about);

#endif
