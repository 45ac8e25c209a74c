/* SPDX-License-Identifier: MIT */
#include "policy/rules.h"

#define V(symbol) (UINT64_C(1) << LX_##symbol)

const struct lx_rule_info lx_rules[LX_RULE_COUNT] = {
#define RULE(types, symbol, id, values, value, summary, grade, evidence) \
    [LX_RULE_##                                                          \
        symbol] = {id, values, LX_OF_##types, LX_##value, summary, LX_GRADE_##grade, evidence},
#include "rules.def"
#undef RULE
};
