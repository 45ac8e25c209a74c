/* SPDX-License-Identifier: MIT */
/* Tests: commands run in fresh copies, several at once, of which nothing stays. */
#ifndef LXSHIM_TRIAL_RUNNER_H
#define LXSHIM_TRIAL_RUNNER_H

#include <limits.h>
#include <signal.h>

#include "trial/trial.h"

#define RUNNER_JOBS_MAX 64

/* One job: a trial, where its trace goes (NULL: none), and how it ended. */
struct runner_job {
    const struct trial *test;
    const char *trace;
    unsigned number; /* of its directory */
    struct trial_outcome outcome;
};

struct runner {
    const struct trial_options *options;
    char *place;     /* where copies are made */
    unsigned number; /* of the next job */
    int interrupted; /* the signal that ended it, or 0 */
    sigset_t before; /* the signals that were blocked before */
    /* Called for each job as it ends, unless a signal has ended it; or NULL. */
    void (*ended)(void *context, const struct runner_job *job);
    void *context;
};

/*
 * Begins; from here on the signals that end a program are waited for. Returns 0 or -errno with
 * `why` in words.
 */
int runner_begin(struct runner *runner, const struct trial_options *options, const char **why);

/* Removes what there is, and lets signals be as they were. */
void runner_end(struct runner *runner);

/*
 * Runs jobs, as many at once as the options say, and waits for all. Returns 0, or -EINTR with
 * `interrupted` set: none of them runs any more then, and nothing is left of them.
 */
int runner_round(struct runner *runner, struct runner_job *jobs, size_t count);

/* The directory that a job has had, of which its copy was a part. */
void runner_directory(const struct runner *runner, const struct runner_job *job,
                      char out[PATH_MAX]);

#endif
