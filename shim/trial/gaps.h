/* SPDX-License-Identifier: MIT */
/* What lxshim run does not know of a run, for whoever has started it to learn from the answer. */
#ifndef LXSHIM_TRIAL_GAPS_H
#define LXSHIM_TRIAL_GAPS_H

#include <stdbool.h>
#include <stdint.h>

/* How many there were of each, all 0 where all of the run is known. */
struct trial_gaps {
    uint64_t programs; /* that were not counted: theirs may be missing among the rules that spoke */
    uint64_t calls;    /* that went by no rule */
    uint64_t lines;    /* that the trace lacks */
    uint64_t failed;   /* calls that failed for a process of the supervisor's that died */
};

bool trial_gaps_any(const struct trial_gaps *gaps);

void trial_gaps_add(struct trial_gaps *to, const struct trial_gaps *more);

/*
 * "2 programs were not counted and 1 call went by no rule", as many words as there is room for;
 * `out` is "" where there are none.
 */
#define TRIAL_GAPS_ROOM 400
void trial_gaps_words(const struct trial_gaps *gaps, char out[TRIAL_GAPS_ROOM]);

/*
 * In the process that becomes lxshim run: what that knows is to be written to a pipe's end, which
 * it inherits, and finds by its environment. Returns 0 or -errno.
 */
int trial_gaps_ask(int pipe);

/*
 * In lxshim run: the pipe's end, which its command does not inherit, nor the variable; -1 where
 * nobody has asked. To be called once.
 */
int trial_gaps_asked(void);

/* Tells it, and closes the pipe's end; -1 is nobody's. */
void trial_gaps_tell(int pipe, const struct trial_gaps *gaps);

/* What was told by a run that has ended; nothing where it was killed. It does not wait. */
void trial_gaps_hear(int pipe, struct trial_gaps *gaps);

#endif
