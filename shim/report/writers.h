/* SPDX-License-Identifier: MIT */
/* What several of the forms need in which a report is written. */
#ifndef LXSHIM_REPORT_WRITERS_H
#define LXSHIM_REPORT_WRITERS_H

#include "report/report.h"

/* "error", "warning" or "note". */
const char *report_level_word(enum report_level level);

/* How many kinds are of a level. */
size_t report_count_level(const struct report *report, enum report_level level);

/* "lxshim: 12 calls refused, of 3 kinds" and what it lacks, in the report's memory. */
const char *report_headline(struct report *report);

/* What is to be known of the report as a whole: what it lacks, and that the command may have failed
 * over altered answers alone. Sentences, "" for none; in the report's memory. */
const char *report_remarks(struct report *report);

/* The sentence on altered answers alone, "" where something was refused, or the command passed. */
const char *report_altered(struct report *report);

/* report_sentence, and where that was, if a stack tells it: "..., at deep (a.c:3) < main (a.c:9)".
 */
const char *report_sentence_at(struct report *report, const struct report_kind *kind);

/* The file and line that stand for a kind where a format wants one. */
const char *report_place(const struct report *report, const struct report_kind *kind,
                         unsigned *line);

/* Text for XML and HTML: what has a meaning there is named, what may not be there is "?". */
void report_put_xml(FILE *out, const char *text);

/* An attribute of an element of XML, with a blank before it. */
void report_put_attribute(FILE *out, const char *name, const char *value);

/* The same as a piece of code, which has all characters as they are but a line's end. */
void report_put_markdown_code(FILE *out, const char *text);

/* Text as one line of Markdown that means only itself. */
void report_put_markdown(FILE *out, const char *text);

#endif
