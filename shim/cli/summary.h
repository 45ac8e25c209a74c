/* SPDX-License-Identifier: MIT */
/* What a run's rules did, at its end. */
#ifndef LXSHIM_CLI_SUMMARY_H
#define LXSHIM_CLI_SUMMARY_H

#include <stdbool.h>

#include "cli/relay.h"
#include "policy/image.h"

/* What calls cost on the client that a policy names, dearest first. Nothing where none were made.
 */
void summary_cost(const struct lx_policy *policy);

/* The same as a line at the end of the run's trace, if it has one, from which reports take it. */
void trace_cost(const struct lx_policy *policy);

/* The name of the row that counts overrides: no rule, but explained like one. */
#define SUMMARY_OVERRIDES "overrides"

/*
 * Prints on stderr how many calls came by which lane, where any led into a mount, and the table of
 * the rules that did something.
 */
void summary_print(const struct lx_stats *stats, const struct relay_lanes *lanes, bool observe);

/*
 * Says on stderr how many lines the trace lacks, where it lacks any; or the report, whose lines are
 * `kept` in that directory. True where none is lacking.
 */
bool summary_trace(const struct lx_stats *stats, const char *file, const char *kept);

/*
 * Says on stderr, where it is to be `said`, how many programs the counters did not reach; and where
 * there are reports, how many calls no rule was asked about. True where there are neither.
 */
bool summary_lost(const struct lx_stats *stats, bool said, bool reports);

/* Says on stderr how many processes of the supervisor's died, and how many calls failed by that. */
void summary_deaths(const struct lx_stats *stats);

/* Says on stderr that programs of the x32 ABI were refused their system calls, where any were: what
 * ends by that says nothing itself. */
void summary_x32(const struct lx_stats *stats);

#endif
