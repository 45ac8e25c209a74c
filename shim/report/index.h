/* SPDX-License-Identifier: MIT */
/* Kinds of a report by what they are, and lines of a trace by their words. */
#ifndef LXSHIM_REPORT_INDEX_H
#define LXSHIM_REPORT_INDEX_H

#include "report/report.h"

/* In place of a kind. */
#define REPORT_OTHER UINT32_MAX

/* Makes the index of a report, which has no kinds yet. */
void index_start(struct report *report);

void index_free(struct report *report);

/*
 * Adds a kind, unless it is there. Returns its place, or REPORT_OTHER where there are as many as
 * are kept.
 */
uint32_t index_put(struct report *report, const struct report_kind *kind);

/* The place of a kind like that, REPORT_OTHER where there is none. */
uint32_t index_find(const struct report *report, const struct report_kind *kind);

/* True where a line with those words was learnt; *place is its kind's. */
bool index_known(const struct report *report, const char *words, size_t n, uint32_t *place);

/* Learns the kind of a line with those words. Of two that are mixed up the later one counts. */
void index_learn(struct report *report, const char *words, size_t n, uint32_t place);

/* A number of a text, the same in every run. FNV-1a, of 64 bits. */
uint64_t index_hash(uint64_t hash, const char *text, size_t n);
#define INDEX_HASH UINT64_C(0xcbf29ce484222325)

#endif
