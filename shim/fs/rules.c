/* SPDX-License-Identifier: MIT */
/* What a rule that only looks on would have refused. */
#include "fs/rules.h"

void lx_spare(struct lx_call *c, enum lx_rule rule, int error)
{
    lx_ruleset_add(&c->observed, rule);
    for (unsigned i = 0; i < c->spared_count; i++)
        if (c->spared[i].rule == rule)
            return;
    if (c->spared_count < LX_SPARED_MAX)
        c->spared[c->spared_count++] = (struct lx_refusal){rule, error};
}
