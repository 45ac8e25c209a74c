/* SPDX-License-Identifier: MIT */
/* Overrides in which rules speak on some calls alone, and policies of them. */
#ifndef LXSHIM_BISECT_COMPOSE_H
#define LXSHIM_BISECT_COMPOSE_H

#include <jansson.h>

#include "bisect/calls.h"

/* Calls of one kind that count: all, or those occurrences. */
struct call_choice {
    const char *op;
    const char *path; /* as it is shown */
    const char *glob;
    bool generic;
    uint32_t *at; /* occurrences from 0, ascending; NULL: all */
    size_t count;
    size_t matches; /* how many calls there were of the kind */
};

/*
 * Adds overrides that let the rules speak (true) or be silent (false) on the calls of a choice.
 */
void compose_calls(json_t *overrides, const struct call_choice *choice, bool speak);

/* Adds one that is about all calls: the rules speak, or are silent, and none behind it acts. */
void compose_rest(json_t *overrides, bool speak);

/* Adds copies of all of another array. */
void compose_join(json_t *overrides, const json_t *others);

/* Ids of the rules of a set, divided by commas. */
const char *compose_enforce(struct lx_arena *arena, const struct lx_ruleset *rules);

/* The text of an array, which is given back; in an arena. */
const char *compose_text(struct lx_arena *arena, json_t *overrides);

#endif
