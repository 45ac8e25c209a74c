/* SPDX-License-Identifier: MIT */
/* Which rules a cell fails over. */
#ifndef LXSHIM_MATRIX_BLAME_H
#define LXSHIM_MATRIX_BLAME_H

#include <jansson.h>

#include "trial/runner.h"

/*
 * The smallest set of the rules that spoke in a cell, by its result, with which it fails; it passes
 * where none of them speaks. NULL where there is none. What is `known` of another cell, or NULL, is
 * tried first. `trial` is the cell's own. What was not known of the runs that it takes is added to
 * `gaps`.
 */
json_t *blame_find(struct runner *runner, const struct trial *trial, const json_t *result,
                   const json_t *known, struct trial_gaps *gaps);

#endif
