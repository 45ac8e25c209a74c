/* SPDX-License-Identifier: MIT */
/*
 * What has been tested already: a line of JSON for each test, in a directory of the user's state,
 * so that a bisect that was interrupted goes on where it was. Traces of tests lie beside it.
 */
#ifndef LXSHIM_BISECT_LOG_H
#define LXSHIM_BISECT_LOG_H

#include <stdint.h>

#include "trial/trial.h"

struct log_entry {
    char key[24];
    struct trial_outcome outcome;
};

struct log {
    char *directory; /* where traces are kept; the user's, or one that goes at the end */
    char *lasting;   /* it is in the user's state; NULL where there is no place for that */
    int fd;          /* of the file, -1 for none; locked */
    struct log_entry *entries;
    size_t count;
    size_t room;
    size_t known; /* of them, from an earlier bisect */
    bool changed; /* there were some, of another state of the project */
};

/*
 * Opens the log of what `identity` says, a text: the directory, the command and all that was asked
 * for. `place` is used where the user has no state. What is there is forgotten with restart, and
 * where it is of another state of the project, for which `project` stands. Returns 0, -EBUSY where
 * somebody else has it, or -ENOMEM.
 */
int log_open(struct log *log, const char *identity, uint64_t project, const char *place,
             bool restart);

/* A number of a text, the same in every run, in 16 digits. */
void log_key(const char *text, char out[24]);

/* How a test ended, or NULL. One that has a trace counts only where that is there. */
const struct trial_outcome *log_find(const struct log *log, const char *key, bool traced);

void log_add(struct log *log, const char *key, const struct trial_outcome *outcome);

/* What lxshim run did not know of all tests, together, and of how many that was. */
size_t log_gaps(const struct log *log, struct trial_gaps *gaps);

/* The path of a test's trace, to be freed. */
char *log_trace(const struct log *log, const char *key);

/* Ends it; done: there is nothing to go on with, and all goes. */
void log_close(struct log *log, bool done);

#endif
