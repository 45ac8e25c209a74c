/* SPDX-License-Identifier: MIT */
#include "vfs/conclude.h"

#include "vfs/debug.h"
#include "vfs/explain.h"
#include "vfs/latency.h"

void vfs_account(const struct lx_call *c, long r)
{
    if ((c->task->policy->watches & LX_WATCH_COST) != 0)
        vfs_take_time(c, r);
    if (debug_wants(c->task->policy, LX_DEBUG_ALL))
        debug_call(c, r);
    if (r != -LX_CONTINUE &&
        (lx_ruleset_any(&c->altered) || lx_ruleset_any(&c->observed) || c->denied != LX_RULE_NONE ||
         c->override != 0 || c->task->policy->trace_all))
        vfs_explain(c, r);
}
