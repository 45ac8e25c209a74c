/* SPDX-License-Identifier: MIT */
/* Tests asked for once: what is known from the log is not run again, and rounds are run at once. */
#ifndef LXSHIM_BISECT_SESSION_H
#define LXSHIM_BISECT_SESSION_H

#include <jansson.h>

#include "bisect/beside.h"
#include "bisect/log.h"
#include "bisect/search.h"
#include "policy/arena.h"
#include "trial/runner.h"

struct session {
    const struct trial_options *options;
    json_t *overrides;    /* the policy's own, an array */
    struct beside beside; /* what else there is than rules and overrides */
    struct runner runner;
    struct log log;
    struct lx_arena arena; /* of texts that last as long */
    const char *step;      /* what is being looked for, for who watches */
    size_t left;           /* things among which it is */
    unsigned runs;         /* made now */
    char problem[600];     /* why there is no answer any more; "" where it was interrupted */
    bool verbose;          /* what each run has printed last is shown */
    bool shows;            /* stderr is a terminal, on which a line is written over */
};

/* How a test ended; NULL where there is no answer: interrupted, or see problem. */
const struct trial_outcome *session_ask(struct session *session, const struct trial *test);

/* The trace of a test that has been asked for, opened; or NULL. */
FILE *session_trace(const struct session *session, const struct trial *test);

/* The path of that trace. */
char *session_trace_path(const struct session *session, const struct trial *test);

/* Makes the test of a set of items; what it points to is the session's. */
typedef struct trial session_make(struct session *session, const void *items, const bool *in);

/*
 * Searches among items for those with which tests fail. With several jobs the tests that may come
 * next are run beside the one that is asked for: what is found is the same. Returns as
 * bisect_search.
 */
int session_search(struct session *session, size_t count, session_make *make, const void *items,
                   bool *in);

/* The end of what a run has printed, each line behind a bar; with a title where there is any. */
void session_put_said(const struct trial_outcome *outcome, const char *title, FILE *out);

/* Ends the line that is written over. */
void session_clear_line(const struct session *session);

#endif
