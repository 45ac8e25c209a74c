/* SPDX-License-Identifier: MIT */
#include "cli/summary.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name;
    uint64_t denied;
    uint64_t altered;
    uint64_t observed;
    char example[sizeof(((struct lx_stats_rule *)NULL)->example)];
};

/* A copy of a rule's counters; its example made fit for a terminal. */
static struct row row_of(const struct lx_stats_rule *rule, const char *name)
{
    struct row row = {
        .name = name, .denied = rule->denied, .altered = rule->altered, .observed = rule->observed};
    if (atomic_load_explicit(&rule->ready, memory_order_acquire) == 1)
        memcpy(row.example, rule->example, sizeof(row.example) - 1);
    for (char *p = row.example; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F)
            *p = '?';
    return row;
}

static int descending(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}

/* What was denied first, then what would have been, then what was altered; most often first. */
static int compare(const void *one, const void *other)
{
    const struct row *a = one;
    const struct row *b = other;
    int order = descending(a->denied, b->denied);
    if (order == 0)
        order = descending(a->observed, b->observed);
    if (order == 0)
        order = descending(a->altered, b->altered);
    return order != 0 ? order : strcmp(a->name, b->name);
}

static void print_lane(const struct lx_stats_lane *lane)
{
    uint32_t names = lane->names < LX_STATS_NAMES ? lane->names : LX_STATS_NAMES;
    if (names == 0)
        return;
    fprintf(stderr,
            "\nlxshim: the supervisor answered %" PRIu64 " calls that the library does not see, of "
            "%" PRIu64 " it was asked about\n  programs without the library:",
            lane->answered, lane->trapped);
    for (uint32_t i = 0; i < names; i++)
        fprintf(stderr, " %.15s", lane->name[i]);
    fputc('\n', stderr);
}

void summary_print(const struct lx_stats *stats, bool observe)
{
    struct row rows[LX_RULE_COUNT + 1];
    size_t count = 0;
    int width = (int)sizeof("rule") - 1;
    for (size_t i = 0; i <= LX_RULE_COUNT; i++) {
        struct row row = i < LX_RULE_COUNT ? row_of(&stats->rules[i], lx_rules[i].id)
                                           : row_of(&stats->rules[LX_RULE_MAX], SUMMARY_OVERRIDES);
        if ((row.denied | row.altered | row.observed) == 0)
            continue;
        int n = (int)strlen(row.name);
        width = n > width ? n : width;
        rows[count++] = row;
    }
    print_lane(&stats->lane);
    if (count == 0)
        return;
    qsort(rows, count, sizeof(rows[0]), compare);
    fprintf(stderr, "\nlxshim: %s\n  %-*s  %8s  %8s%s  first example\n",
            observe ? "what the rules would have done (observe mode)"
                    : "what the rules denied and altered",
            width, "rule", "denied", "altered", observe ? "  observed" : "");
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        fprintf(stderr, "  %-*s  %8" PRIu64 "  %8" PRIu64, width, r->name, r->denied, r->altered);
        if (observe)
            fprintf(stderr, "  %8" PRIu64, r->observed);
        fprintf(stderr, "  %s\n", r->example);
    }
    fprintf(stderr, "\"lxshim explain RULE\" tells more of each.\n");
}
