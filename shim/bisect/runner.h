/* SPDX-License-Identifier: MIT */
/* Tests: commands run in fresh copies, several at once, of which nothing stays. */
#ifndef LXSHIM_BISECT_RUNNER_H
#define LXSHIM_BISECT_RUNNER_H

#include <signal.h>

#include "bisect/bisect.h"

#define RUNNER_JOBS_MAX 64

struct runner {
    const struct bisect_options *options;
    char *place;     /* where copies are made */
    unsigned number; /* of the next job */
    int interrupted; /* the signal that ended it, or 0 */
    sigset_t before; /* the signals that were blocked before */
};

/* One job: a test, where its trace goes (NULL: none), and how it ended. */
struct runner_job {
    const struct bisect_test *test;
    const char *trace;
    struct bisect_outcome outcome;
};

/*
 * Begins; from here on the signals that end a program are waited for. Returns 0 or -errno with
 * `why` in words.
 */
int runner_begin(struct runner *runner, const struct bisect_options *options, const char **why);

/* Removes what there is, and lets signals be as they were. */
void runner_end(struct runner *runner);

/*
 * Runs jobs at once, at most RUNNER_JOBS_MAX, and waits for all. Returns 0, or -EINTR with
 * `interrupted` set: none of them runs any more then, and nothing is left of them.
 */
int runner_round(struct runner *runner, struct runner_job *jobs, size_t count);

#endif
