/* SPDX-License-Identifier: MIT */
/* The forms in which a report is written. */
#ifndef LXSHIM_REPORT_FORMATS_H
#define LXSHIM_REPORT_FORMATS_H

#include "report/report.h"

/*
 * Writes a settled report. What cannot be written shows in the stream (ferror); texts that it needs
 * are the report's.
 */
typedef void report_writer(struct report *report, FILE *out);

struct report_format {
    const char *word;
    const char *what; /* for whom, in a few words */
    const char *mark; /* by which a file is known as one that we have written; see report/file.c */
    report_writer *write;
};

/* All there are; ends with word NULL. */
extern const struct report_format report_formats[];

/* The format with a word, or NULL. */
const struct report_format *report_format_find(const struct report_format *formats,
                                               const char *word, size_t n);

report_writer report_sarif;
report_writer report_junit;
report_writer report_github;
report_writer report_gitlab;
report_writer report_tap;
report_writer report_json;
report_writer report_markdown;
report_writer report_html;

#endif
