/* SPDX-License-Identifier: MIT */
/* What calls cost on a client of Windows' drives: a line at the end of a run's trace. */
#ifndef LXSHIM_REPORT_COST_H
#define LXSHIM_REPORT_COST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/arena.h"
#include "policy/latency.h"

/* Calls of one kind. */
struct report_cost {
    enum lx_cost kind;
    uint64_t calls;
    uint64_t ns;
    uint64_t directories; /* that they were in, about */
};

struct report_costs {
    unsigned client;                 /* its number; 0: nothing is known */
    bool waited;                     /* calls took that long; else it was only counted */
    struct report_cost of[LX_COSTS]; /* dearest first, without what was never called */
    unsigned count;
};

/* Puts the dearest first and leaves out what was never called. */
void report_order_costs(struct report_costs *costs);

/* Nanoseconds of them all. */
uint64_t report_cost_sum(const struct report_costs *costs);

/* As a trace has it, and back: what is no such value leaves the costs as they are. */
json_t *report_costs_json(const struct report_costs *costs);
void report_keep_costs(struct report_costs *costs, const json_t *value);

/* "what calls cost on 9p-2023: 74.400 s"; "" where nothing is known. In the arena. */
const char *report_cost_headline(const struct report_costs *costs, struct lx_arena *arena);

/* "stat, in 3100 directories"; in the arena. */
const char *report_cost_words(const struct report_cost *cost, struct lx_arena *arena);

/*
 * What somebody saves who lists directories once instead of asking for each of their files, a
 * sentence in the arena; NULL where that is not much.
 */
const char *report_cost_saving(const struct report_costs *costs, const struct report_cost *cost,
                               struct lx_arena *arena);

#endif
