/* SPDX-License-Identifier: MIT */
/* What a matrix has come to: an object of JSON, and the forms in which that is written. */
#ifndef LXSHIM_MATRIX_OUTCOME_H
#define LXSHIM_MATRIX_OUTCOME_H

#include <jansson.h>

#include "matrix/cells.h"
#include "matrix/shard.h"
#include "report/formats.h"
#include "trial/gaps.h"

/* What the writers of these forms are given: a report, which has the memory for texts. */
struct outcome {
    struct report report;
    json_t *document;
    bool each; /* a table has a row for each cell */
};

/* text, json, markdown, junit; ends with word NULL. Their writers take an outcome's report. */
extern const struct report_format outcome_formats[];

/*
 * Makes the document of results, which are taken over: which cells the matrix has, which shard of
 * it this is, and how its cells ended.
 */
json_t *outcome_make(const char *command, const struct cells *cells, const struct shard *shard,
                     json_t *results);

/*
 * Writes into a cell's result what lxshim run did not know of its runs, if anything: one that
 * passes cannot be said to.
 */
void outcome_gaps(json_t *result, const struct trial_gaps *gaps);

/* How the cells of a document have ended. */
struct outcome_counts {
    size_t pass;
    size_t fail;
    size_t other;   /* neither */
    size_t missing; /* of a matrix that was put together */
};
struct outcome_counts outcome_count(const json_t *document);

/* How a cell has ended, in words; in an arena. */
const char *outcome_words(struct lx_arena *arena, const json_t *result);

/* The rules that a cell fails over, or that have refused something: "a.b 2, c.d 1". */
const char *outcome_rules(struct lx_arena *arena, const json_t *result);

report_writer outcome_text;
report_writer outcome_json;
report_writer outcome_markdown;
report_writer outcome_junit;

#endif
