/* SPDX-License-Identifier: MIT */
#include "policy/rules.h"

#include <errno.h>
#include <string.h>

#define V(symbol) (UINT64_C(1) << LX_##symbol)

const struct lx_rule_info lx_rules[LX_RULE_COUNT] = {
#define RULE(types, symbol, id, values, value, summary, grade, evidence) \
    [LX_RULE_##                                                          \
        symbol] = {id, values, LX_OF_##types, LX_##value, summary, LX_GRADE_##grade, evidence},
#include "rules.def"
#undef RULE
};

static const struct {
    const char *word;
    int error;
} values[LX_VALUE_COUNT] = {
#define VALUE(symbol, word, error) [LX_##symbol] = {word, error},
#include "values.def"
#undef VALUE
};

static const char *const grades[LX_GRADES] = {
#define GRADE(symbol, word) [LX_GRADE_##symbol] = word,
#include "grades.def"
#undef GRADE
};

const char *lx_grade_word(enum lx_grade grade)
{
    return grade < LX_GRADES ? grades[grade] : "no grade";
}

enum lx_grade lx_grade_find(const char *word)
{
    unsigned i = 0;
    while (i < LX_GRADES && strcmp(grades[i], word) != 0)
        i++;
    return (enum lx_grade)i;
}

const char *lx_value_word(enum lx_value value)
{
    return value < LX_VALUE_COUNT ? values[value].word : "?";
}

int lx_value_errno(enum lx_value value)
{
    return value < LX_VALUE_COUNT ? values[value].error : 0;
}

bool lx_rule_takes(enum lx_rule rule, unsigned value)
{
    return value < LX_VALUE_COUNT && (lx_rules[rule].values >> value & 1) != 0;
}

bool lx_rule_belongs(enum lx_rule rule, enum lx_mount_type type)
{
    return (lx_rules[rule].types >> type & 1) != 0;
}

bool lx_rule_is_of_run(enum lx_rule rule)
{
    return lx_rules[rule].types < LX_OF_ANY && lx_rules[rule].types > LX_OF_HOST;
}

enum lx_rule lx_rule_find(const char *id)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (strcmp(lx_rules[i].id, id) == 0)
            return (enum lx_rule)i;
    return LX_RULE_NONE;
}

enum lx_value lx_rule_value_find(enum lx_rule rule, const char *word)
{
    for (unsigned i = 0; i < LX_VALUE_COUNT; i++)
        if (lx_rules[rule].values >> i & 1 && strcmp(values[i].word, word) == 0)
            return (enum lx_value)i;
    return LX_VALUE_COUNT;
}
