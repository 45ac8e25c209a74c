/* SPDX-License-Identifier: MIT */
/*
 * What lines of a trace say, of the many that are as a library writes them, read without a tree of
 * their JSON being made. What is in quotes in a name has a backslash before each of them, so that
 * no name looks like a key.
 */
#ifndef LXSHIM_REPORT_PLAIN_H
#define LXSHIM_REPORT_PLAIN_H

#include "report/report.h"

/* Bytes for the words of a kind, which are copied. */
#define PLAIN_ROOM 2048

/*
 * True for a line of a call that nothing was done to, nor would have been but that its answer would
 * have been altered.
 */
bool plain_nothing(const char *text, size_t n);

/*
 * Counts the rules that altered a call, of the rest of a line. False where it tells of none.
 */
bool plain_count(struct report *report, const char *text, size_t n);

/*
 * Counts the rules of a line that tells of nothing but that they altered a call. `text` is the line
 * behind its time and its pid, with a zero at its end. False for any other line.
 */
bool plain_altered(struct report *report, const char *text, size_t n);

/*
 * The kind of a line that tells of a denial, as far as kinds are told apart by it, with its texts
 * in `room`, and counts the rules that altered the call. False for any other line, and for one with
 * more to learn of: then nothing is counted. `text` as above.
 */
bool plain_denied(struct report *report, const char *text, size_t n, struct report_kind *kind,
                  char room[PLAIN_ROOM]);

#endif
