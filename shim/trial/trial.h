/* SPDX-License-Identifier: MIT */
/*
 * Trials: a command, run in fresh copies of a project, natively or by the rules of a policy. What
 * is the same for all of them, one of them, and how it ended.
 */
#ifndef LXSHIM_TRIAL_TRIAL_H
#define LXSHIM_TRIAL_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "trial/gaps.h"

enum trial_answer {
    TRIAL_PASS,
    TRIAL_FAIL,
    TRIAL_SKIP, /* neither: it could not be tested */
    TRIAL_STOP  /* there is no answer now */
};

/* Where a run finds the project's files. */
enum trial_fresh {
    TRIAL_COPY,     /* in a copy of the current directory */
    TRIAL_WORKTREE, /* in a work tree of git's, of what is committed */
    TRIAL_IN_PLACE
};

struct trial_options {
    const char *program; /* our own path */
    char *const *command;
    char *const *run; /* options of lxshim run that each run has */
    size_t run_count;
    const char *lane;          /* one more where a lane among those cannot be had; or NULL */
    const char *directory;     /* the current one, absolute and canonical */
    const char *setup;         /* a line for sh, in each fresh copy; or NULL */
    unsigned char answer[256]; /* enum trial_answer of an exit status */
    unsigned runs;             /* of a trial, at most */
    unsigned jobs;             /* trials at once */
    unsigned time_limit;       /* seconds of a run; 0: none */
    enum trial_fresh fresh;
};

/* Which rules speak on which calls: options of lxshim run. */
struct trial {
    bool native;            /* no rule at all: the command alone */
    bool traced;            /* its trace is kept, */
    bool changed;           /* of calls that a rule changed alone */
    bool every;             /* all runs are made, to learn how many of them fail */
    const char *profile;    /* NULL: the policy's own */
    const char *filesystem; /* of all volumes, a word; NULL: the policy's own */
    const char *enforce;    /* ids of the rules that speak, divided by commas; NULL: all do */
    const char *overrides;  /* an array in JSON; NULL: the policy's own */
    const char *scanner;    /* as --scanner has it; NULL: the policy's own */
    const char *latency;    /* as --latency has it; NULL: the policy's own */
};

struct trial_outcome {
    enum trial_answer answer; /* TRIAL_STOP: see problem */
    unsigned runs;
    unsigned failed;        /* of them */
    int status;             /* of the run that decided, as a shell has it */
    bool timed_out;         /* it was stopped at the time limit */
    struct trial_gaps gaps; /* of all of them */
    char said[1024];        /* the end of what that run has printed */
    char problem[512];      /* why it could not be tested at all; "" where it could */
};

#endif
