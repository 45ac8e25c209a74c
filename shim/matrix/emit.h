/* SPDX-License-Identifier: MIT */
/* The jobs of a matrix, as those who run many machines want to be told of them. */
#ifndef LXSHIM_MATRIX_EMIT_H
#define LXSHIM_MATRIX_EMIT_H

#include <stdio.h>

#include "matrix/cells.h"

struct emit_engine {
    const char *word;
    unsigned most; /* jobs of one matrix that it runs */
    const char *name;
    /* Writes `jobs` shards of cells; `command`: the words after "lxshim matrix --shard SHARD". */
    void (*write)(const struct cells *cells, unsigned jobs, const char *command, FILE *out);
};

/* All there are; ends with word NULL. */
extern const struct emit_engine emit_engines[];

#endif
