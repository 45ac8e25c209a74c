/* SPDX-License-Identifier: MIT */
/* What calls cost on a client of Windows' drives, at the end of lxshim run --latency. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/summary.h"
#include "policy/latency.h"

struct cost {
    const char *word;
    uint64_t calls;
    uint64_t ns;
    uint64_t directories; /* about */
};

static int dearer(const void *a, const void *b)
{
    const struct cost *x = a;
    const struct cost *y = b;
    return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

static struct cost read_cost(const struct lx_policy *policy, enum lx_cost kind)
{
    const _Atomic uint64_t *at =
        &policy->stats->counters[policy->image->costs + kind * LX_COST_EACH];
    unsigned bits = 0;
    for (unsigned i = 0; i < LX_COST_SET; i++)
        bits += (unsigned)__builtin_popcountll(at[2 + i]);
    return (struct cost){lx_cost_word(kind), at[0], at[1], lx_cost_distinct(bits)};
}

void summary_cost(const struct lx_policy *policy)
{
    const char *client = lx_latency_word(policy->image->latency);
    struct cost costs[LX_COSTS];
    uint64_t ns = 0;
    for (unsigned i = 0; i < LX_COSTS; i++) {
        costs[i] = read_cost(policy, (enum lx_cost)i);
        ns += costs[i].ns;
    }
    if (ns == 0)
        return;
    qsort(costs, LX_COSTS, sizeof(costs[0]), dearer);
    fprintf(stderr, "\nlxshim: what calls %s on %s: %.3f s\n  seconds     calls  operation\n",
            (policy->image->flags & LX_IMAGE_COST_ONLY) != 0 ? "would cost" : "cost", client,
            (double)ns / 1e9);
    for (unsigned i = 0; i < LX_COSTS && costs[i].calls > 0; i++)
        fprintf(stderr, "  %7.3f  %8" PRIu64 "  %s, in %" PRIu64 " director%s\n",
                (double)costs[i].ns / 1e9, costs[i].calls, costs[i].word, costs[i].directories,
                costs[i].directories == 1 ? "y" : "ies");
}
