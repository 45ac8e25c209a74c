/* SPDX-License-Identifier: MIT */
/* The rows of a matrix' table: one for each cell, or for those that end alike. */
#ifndef LXSHIM_MATRIX_ROWS_H
#define LXSHIM_MATRIX_ROWS_H

#include "matrix/outcome.h"

/* In a row: the era, the kind of volume ("" for the policy's), how it ended, which rules. */
enum { ROW_ERA, ROW_VOLUME, ROW_RESULT, ROW_RULES, ROW_COLUMNS };
struct row {
    const char *text[ROW_COLUMNS];
};

struct rows {
    struct row *list; /* in the outcome's arena */
    size_t count;
    size_t cells; /* that they stand for */
};

/*
 * Makes the rows of an outcome. Of a matrix of volumes, those of one era that end alike are one,
 * and eras behind each other whose rows are the same are written as "wsl1-1607 to wsl1-1709"; not
 * so where the outcome has `each`.
 */
struct rows rows_make(struct outcome *outcome);

#endif
