/* SPDX-License-Identifier: MIT */
#include "report/cost.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Components of a path, as the table of docs/design/latency.md has them. */
#define DEPTH 3

/* Less than this is not worth a change of a program. */
#define LEAST 100000000 /* ns */

static int dearer(const void *a, const void *b)
{
    const struct report_cost *x = a;
    const struct report_cost *y = b;
    return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

void report_order_costs(struct report_costs *costs)
{
    qsort(costs->of, costs->count, sizeof(costs->of[0]), dearer);
    while (costs->count > 0 && costs->of[costs->count - 1].calls == 0)
        costs->count--;
}

uint64_t report_cost_sum(const struct report_costs *costs)
{
    uint64_t ns = 0;
    for (unsigned i = 0; i < costs->count; i++)
        ns += costs->of[i].ns;
    return ns;
}

json_t *report_costs_json(const struct report_costs *costs)
{
    struct lx_arena arena = {NULL};
    json_t *operations = json_array();
    for (unsigned i = 0; i < costs->count; i++) {
        const struct report_cost *c = &costs->of[i];
        json_array_append_new(
            operations,
            json_pack("{s:s, s:I, s:I, s:I, s:s*}", "operation", lx_cost_word(c->kind), "calls",
                      (json_int_t)c->calls, "ns", (json_int_t)c->ns, "directories",
                      (json_int_t)c->directories, "saving", report_cost_saving(costs, c, &arena)));
    }
    lx_arena_free(&arena);
    return json_pack("{s:s?, s:b, s:I, s:o}", "client", lx_latency_word(costs->client), "waited",
                     costs->waited, "ns", (json_int_t)report_cost_sum(costs), "operations",
                     operations);
}

static bool read_cost(const json_t *value, struct report_cost *out)
{
    const char *word = json_string_value(json_object_get(value, "operation"));
    json_int_t calls = json_integer_value(json_object_get(value, "calls"));
    json_int_t ns = json_integer_value(json_object_get(value, "ns"));
    json_int_t directories = json_integer_value(json_object_get(value, "directories"));
    unsigned kind = 0;
    while (word != NULL && kind < LX_COSTS && strcmp(lx_cost_word((enum lx_cost)kind), word) != 0)
        kind++;
    if (word == NULL || kind == LX_COSTS || calls <= 0 || ns < 0 || directories < 0)
        return false;
    *out = (struct report_cost){(enum lx_cost)kind, (uint64_t)calls, (uint64_t)ns,
                                (uint64_t)directories};
    return true;
}

void report_keep_costs(struct report_costs *costs, const json_t *value)
{
    const char *client = json_string_value(json_object_get(value, "client"));
    struct report_costs found = {.waited = json_is_true(json_object_get(value, "waited"))};
    size_t i;
    json_t *operation;
    if (client == NULL || (found.client = lx_latency_find(client)) == 0)
        return;
    json_array_foreach(json_object_get(value, "operations"), i, operation)
    {
        if (found.count < LX_COSTS && read_cost(operation, &found.of[found.count]))
            found.count++;
    }
    report_order_costs(&found);
    *costs = found;
}

const char *report_cost_headline(const struct report_costs *costs, struct lx_arena *arena)
{
    return costs->client == 0 || costs->count == 0
               ? ""
               : lx_arena_format(
                     arena, "what calls %s on %s: %.3f s", costs->waited ? "cost" : "would cost",
                     lx_latency_word(costs->client), (double)report_cost_sum(costs) / 1e9);
}

const char *report_cost_words(const struct report_cost *cost, struct lx_arena *arena)
{
    return lx_arena_format(arena, "%s, in %" PRIu64 " director%s", lx_cost_word(cost->kind),
                           cost->directories, cost->directories == 1 ? "y" : "ies");
}

const char *report_cost_saving(const struct report_costs *costs, const struct report_cost *cost,
                               struct lx_arena *arena)
{
    uint64_t lists = cost->directories * lx_latency_mean(costs->client, LX_COST_LIST, DEPTH);
    bool asks = cost->kind == LX_COST_STAT || cost->kind == LX_COST_MISSING;
    if (!asks || cost->ns < lists || cost->ns - lists < LEAST)
        return NULL;
    return lx_arena_format(arena, "to list each of these directories once would take about %.2f s",
                           (double)lists / 1e9);
}
