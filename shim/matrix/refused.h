/* SPDX-License-Identifier: MIT */
/* What rules did in a run, by its trace. */
#ifndef LXSHIM_MATRIX_REFUSED_H
#define LXSHIM_MATRIX_REFUSED_H

#include <jansson.h>

#include "trial/runner.h"

/*
 * Adds to the result of a cell: "refused", an array of a rule, how often it refused something,
 * whether programs expect that, and what the first such call was, in words; and "altered", the
 * rules that made a call go another way.
 */
void refused_add(json_t *result, const struct runner *runner, const struct runner_job *job);

#endif
