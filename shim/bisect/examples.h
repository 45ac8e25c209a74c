/* SPDX-License-Identifier: MIT */
/* What fails by a rule: a few lines of shell, and whether they do. */
#ifndef LXSHIM_BISECT_EXAMPLES_H
#define LXSHIM_BISECT_EXAMPLES_H

#include "bisect/plan.h"

/* The lines for a rule, for sh -eu with two paths; NULL where there are none. */
const char *example_lines(enum lx_rule rule);

/* The value that the rule has to have for them to fail. */
enum lx_value example_value(enum lx_rule rule);

/*
 * The lines for a cause with one rule and one call, with that call's paths, which were tried: they
 * succeed natively, in an empty directory, and fail there by the rule of the profile. In the
 * session's memory; NULL where there are none.
 */
const char *example_of(struct session *session, const struct plan_cause *cause,
                       const char *profile);

/* Writes sh -euc and the lines as its word, each line behind `indent`; the last one has no end. */
void example_put(FILE *out, const char *indent, const char *lines);

/* A word of the shell's, in quotes where it needs them. */
const char *example_quote(struct lx_arena *arena, const char *word);

#endif
