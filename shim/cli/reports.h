/* SPDX-License-Identifier: MIT */
/* Reports of what a run's rules did: those of lxshim run, and of a trace. */
#ifndef LXSHIM_CLI_REPORTS_H
#define LXSHIM_CLI_REPORTS_H

#include "cli/cli.h"
#include "report/file.h"

/* What reports of a run need while it goes on. */
struct cli_reports {
    struct report_order *orders;
    size_t count;
    const char *fail_on; /* or NULL */
    struct report_about about;
    FILE *trace;      /* stands where this run's lines begin */
    const char *kept; /* the directory they are kept in where nobody wants a trace; or NULL */
};

/*
 * Reads FORMAT[:FILE] of a table of formats. False after saying which is no format, and that `help`
 * has more.
 */
bool cli_orders_read(const struct report_format *formats, const char *help, char *const *texts,
                     size_t count, struct report_order *out);

/* True where they can be written; says which cannot, and why. */
bool cli_orders_check(const struct report_order *orders, size_t count);

/* Writes a report in each form; says what could not be written. */
bool cli_orders_write(const struct report_order *orders, size_t count, struct report *report);

/*
 * Begins what --report and --fail-on ask for, before the command does: what cannot be written is
 * said at once. Where nobody wants a trace, one is kept in a file without a name, which the policy
 * is told. False after saying what is wrong.
 */
bool cli_reports_begin(const struct cli_arguments *arguments, struct lx_effective *policy,
                       struct cli_reports *out);

/*
 * Writes them once the command has ended, with a wait status. whole: no line of the run is lost.
 * Returns what the status becomes: a command that has succeeded fails where --fail-on says so, and
 * where a report is not written, or cannot have all.
 */
int cli_reports_end(struct cli_reports *reports, int status, bool whole);

#endif
