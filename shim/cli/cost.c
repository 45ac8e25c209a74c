/* SPDX-License-Identifier: MIT */
/* What calls cost on a client of Windows' drives, at the end of lxshim run --latency. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/summary.h"
#include "report/cost.h"
#include "sys/own.h"

static struct report_cost read_cost(const struct lx_policy *policy, enum lx_cost kind)
{
    const _Atomic uint64_t *at =
        &policy->stats->counters[policy->image->costs + kind * LX_COST_EACH];
    unsigned bits = 0;
    for (unsigned i = 0; i < LX_COST_SET; i++)
        bits += (unsigned)__builtin_popcountll(at[2 + i]);
    return (struct report_cost){kind, at[0], at[1], lx_cost_distinct(bits)};
}

/* False where nothing is to be said. */
static bool read_costs(const struct lx_policy *policy, struct report_costs *out)
{
    *out = (struct report_costs){.client = policy->image->latency,
                                 .waited = (policy->image->flags & LX_IMAGE_COST_ONLY) == 0,
                                 .count = LX_COSTS};
    if (policy->image->latency == 0 || policy->stats == NULL)
        return false;
    for (unsigned i = 0; i < LX_COSTS; i++)
        out->of[i] = read_cost(policy, (enum lx_cost)i);
    report_order_costs(out);
    return out->count > 0;
}

void summary_cost(const struct lx_policy *policy)
{
    struct report_costs costs;
    struct lx_arena arena = {NULL};
    if (!read_costs(policy, &costs))
        return;
    fprintf(stderr, "\nlxshim: %s\n  seconds     calls  operation\n",
            report_cost_headline(&costs, &arena));
    for (unsigned i = 0; i < costs.count; i++) {
        const struct report_cost *c = &costs.of[i];
        const char *saving = report_cost_saving(&costs, c, &arena);
        fprintf(stderr, "  %7.3f  %8" PRIu64 "  %s\n", (double)c->ns / 1e9, c->calls,
                report_cost_words(c, &arena));
        if (saving != NULL)
            fprintf(stderr, "                     %s\n", saving);
    }
    lx_arena_free(&arena);
}

void trace_cost(const struct lx_policy *policy)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct report_costs costs;
    char when[32];
    struct tm date;
    time_t now = time(NULL);
    if (policy->trace == NULL || !read_costs(policy, &costs))
        return;
    int fd = policy->trace_own ? sys_open_own(policy->trace, flags, 0) : open(policy->trace, flags);
    json_t *all = report_costs_json(&costs);
    char *text = all == NULL ? NULL : json_dumps(all, JSON_COMPACT);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S.000000Z", gmtime_r(&now, &date));
    if (fd >= 0 && text != NULL)
        dprintf(fd, "{\"time\":\"%s\",\"pid\":%d,\"comm\":\"lxshim\",\"cost\":%s}\n", when,
                (int)getpid(), text);
    free(text);
    json_decref(all);
    if (fd >= 0)
        close(fd);
}
