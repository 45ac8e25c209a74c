/* SPDX-License-Identifier: MIT */
/* The rules as data: ids, values, defaults, evidence. See rules.def and values.def. */
#ifndef LXSHIM_POLICY_RULES_H
#define LXSHIM_POLICY_RULES_H

#include <stdint.h>

enum lx_value {
#define VALUE(symbol, word, error) LX_##symbol,
#include "values.def"
#undef VALUE
    LX_VALUE_COUNT
};

enum lx_rule {
#define RULE(symbol, id, values, value, summary, evidence) LX_RULE_##symbol,
#include "rules.def"
#undef RULE
    LX_RULE_COUNT,
    LX_RULE_NONE = LX_RULE_COUNT
};

/* A call's set of rules is one 64-bit word, and an image reserves this much per mount. */
#define LX_RULE_MAX 64
_Static_assert(LX_RULE_COUNT < LX_RULE_MAX, "a set of rules no longer fits one word");

/* In a set of them, and among their counters: the override that acted, which is no rule. */
#define LX_RULE_OVERRIDE (LX_RULE_MAX - 1)
_Static_assert(LX_VALUE_COUNT <= 64, "a rule's values no longer fit one word");

struct lx_rule_info {
    const char *id;
    uint64_t values; /* one bit per enum lx_value that the rule may take */
    enum lx_value fallback;
    const char *summary;
    const char *evidence;
};

extern const struct lx_rule_info lx_rules[LX_RULE_COUNT];

/* The word of a value as policies spell it ("pending"). */
const char *lx_value_word(enum lx_value value);

/* The errno a value answers with, 0 for values that refuse nothing. */
int lx_value_errno(enum lx_value value);

/* The rule with that id, or LX_RULE_NONE. */
enum lx_rule lx_rule_find(const char *id);

/* The value with that word among those a rule may take, or LX_VALUE_COUNT. */
enum lx_value lx_rule_value_find(enum lx_rule rule, const char *word);

#endif
