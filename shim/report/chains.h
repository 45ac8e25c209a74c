/* SPDX-License-Identifier: MIT */
/* Whose children processes are, as far as a trace has told it. */
#ifndef LXSHIM_REPORT_CHAINS_H
#define LXSHIM_REPORT_CHAINS_H

#include <jansson.h>

#include "report/report.h"

/* Learns the parents of a process, the nearest first, from a line that has them. */
void chains_learn(struct report *report, long pid, const json_t *parents);

/* Notes of which kind a process was refused a call last, and tells it: REPORT_OTHER for none. */
void chains_refused(struct report *report, long pid, uint32_t kind);
uint32_t chains_last(const struct report *report, long pid);

/* "npm > node > sh", from the first parent that is known; "" where none is. */
const char *chains_of(const struct report *report, long pid);

#endif
