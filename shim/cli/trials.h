/* SPDX-License-Identifier: MIT */
/* What commands have in common that run another one again and again, in fresh copies. */
#ifndef LXSHIM_CLI_TRIALS_H
#define LXSHIM_CLI_TRIALS_H

#include <limits.h>

#include "cli/cli.h"
#include "policy/arena.h"
#include "trial/trial.h"

struct cli_trials {
    const struct cli_arguments *arguments;
    struct lx_request request;
    struct lx_effective policy;
    struct trial_options options;
    struct lx_arena arena;
    const char **run; /* options of lxshim run that each run has */
    size_t run_count;
    const char *repeated; /* of them those that no policy says, as a shell takes them */
    const char *extends;  /* the policy's file as the runs name it; NULL: there is none */
    const char *command;  /* the command, as a shell takes it */
    char program[PATH_MAX];
    char *directory;
};

/*
 * Reads what is said of runs: --runs, --good, --bad, --skip, -j, --time-limit, --fresh, --setup.
 * False after saying what is wrong with it.
 */
bool cli_trials_read(struct cli_trials *trials, const struct cli_arguments *arguments);

/*
 * Loads the policy, and works out how the runs get it. False after saying why there can be none.
 * Give it back with cli_trials_end in either case.
 */
bool cli_trials_begin(struct cli_trials *trials);

/* The lane of the runs, where they are made on this machine: see cli_lane_of_runs. */
void cli_trials_settle_lane(struct cli_trials *trials);

/* One option more that each run has; at most two of them. */
void cli_trials_add(struct cli_trials *trials, const char *option, const char *value);

void cli_trials_end(struct cli_trials *trials);

/* A word as a shell takes it. */
const char *cli_trials_quote(struct cli_trials *trials, const char *word);

/* A number from an option; nothing where it was not given. False after saying what is wrong. */
bool cli_read_number(const char *option, const char *text, unsigned least, unsigned most,
                     unsigned *out);

#endif
