/* SPDX-License-Identifier: MIT */
/* Runs a command once for each cell of a shard, and notes how each ended and what refused it. */
#ifndef LXSHIM_MATRIX_SWEEP_H
#define LXSHIM_MATRIX_SWEEP_H

#include <jansson.h>

#include "matrix/cells.h"
#include "matrix/shard.h"
#include "trial/runner.h"

struct sweep {
    const struct trial_options *options;
    const struct cells *cells;
    struct shard shard;
    bool blame;     /* which of the rules a cell fails over is found out, too */
    bool shows;     /* stderr is a terminal, on which a line is written over */
    json_t *result; /* an array: see docs/design/eras-side-by-side.md */
    char problem[600];
    int interrupted; /* the signal that ended it, or 0 */
};

/*
 * Runs the cells. Returns 0 with their results in `result`, to be given back; -ECANCELED where a
 * signal has ended it, or another -errno with `problem` in words. Nothing is left of the runs.
 */
int sweep_run(struct sweep *sweep);

#endif
