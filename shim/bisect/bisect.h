/* SPDX-License-Identifier: MIT */
/*
 * lxshim bisect: which rules, and which calls of theirs, a command fails over. What was asked for,
 * a test, and how one ends.
 */
#ifndef LXSHIM_BISECT_BISECT_H
#define LXSHIM_BISECT_BISECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bisect/search.h"

/* Where a run finds the project's files. */
enum bisect_fresh {
    BISECT_COPY,     /* in a copy of the current directory */
    BISECT_WORKTREE, /* in a work tree of git's, of what is committed */
    BISECT_IN_PLACE
};

struct bisect_options {
    const char *program; /* our own path */
    char *const *command;
    char *const *run; /* options of lxshim run that each run has */
    size_t run_count;
    const char *directory;     /* the current one, absolute and canonical */
    const char *setup;         /* a line for sh, in each fresh copy; or NULL */
    unsigned char answer[256]; /* enum bisect_answer of an exit status */
    unsigned runs;             /* of a test, at most */
    unsigned jobs;             /* tests at once */
    unsigned time_limit;       /* seconds of a run; 0: none */
    enum bisect_fresh fresh;
    json_t *overrides; /* the policy's own, an array */
};

/* Which rules speak on which calls: options of lxshim run. */
struct bisect_test {
    bool native;           /* no rule at all: the command alone */
    bool traced;           /* its trace is kept */
    bool every;            /* all runs are made, to learn how many of them fail */
    const char *enforce;   /* ids of the rules that speak, divided by commas; NULL: all do */
    const char *overrides; /* an array in JSON; NULL: the policy's own */
};

struct bisect_outcome {
    enum bisect_answer answer; /* BISECT_STOP: see problem */
    unsigned runs;
    unsigned failed;   /* of them */
    int status;        /* of the run that decided, as a shell has it */
    bool timed_out;    /* it was stopped at the time limit */
    char problem[512]; /* why it could not be tested at all; "" where it could */
};

#endif
