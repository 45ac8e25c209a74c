/* SPDX-License-Identifier: MIT */
#include "policy/rules.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define V(symbol) (UINT64_C(1) << LX_##symbol)

/*
 * No pointers: each would be a relocation, and a page of each process that ld.so writes before the
 * program begins. The words are one block, by offsets.
 */
static const struct words {
#define RULE(types, symbol, id, values, value, summary, grade, evidence) \
    char symbol##_id[sizeof(id)];                                        \
    char symbol##_evidence[sizeof(evidence)];
#include "rules.def"
#undef RULE
} words = {
#define RULE(types, symbol, id, values, value, summary, grade, evidence) id, evidence,
#include "rules.def"
#undef RULE
};

_Static_assert(sizeof(words) <= UINT16_MAX, "words of rules are no longer found by 16 bits");

static const struct {
    uint64_t values;
    unsigned types;
    uint16_t id;
    uint16_t evidence;
    uint8_t fallback;
} rules[LX_RULE_COUNT] = {
#define RULE(types, symbol, id, values, value, summary, grade, evidence)              \
    [LX_RULE_##symbol] = {values, LX_OF_##types, offsetof(struct words, symbol##_id), \
                          offsetof(struct words, symbol##_evidence), LX_##value},
#include "rules.def"
#undef RULE
};

static const struct {
    char word[20];
    int error;
} values[LX_VALUE_COUNT] = {
#define VALUE(symbol, word, error) [LX_##symbol] = {word, error},
#include "values.def"
#undef VALUE
};

#define VALUE(symbol, text, error) \
    _Static_assert(sizeof(text) <= sizeof(values[0].word), text " is long");
#include "values.def"
#undef VALUE

static const char *const grades[LX_GRADES] = {
#define GRADE(symbol, word) [LX_GRADE_##symbol] = word,
#include "grades.def"
#undef GRADE
};

const char *lx_rule_id(enum lx_rule rule)
{
    return (const char *)&words + rules[rule].id;
}

const char *lx_rule_evidence(enum lx_rule rule)
{
    return (const char *)&words + rules[rule].evidence;
}

uint8_t lx_rule_fallback(enum lx_rule rule)
{
    return rules[rule].fallback;
}

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
    return value < LX_VALUE_COUNT && (rules[rule].values >> value & 1) != 0;
}

bool lx_rule_belongs(enum lx_rule rule, enum lx_mount_type type)
{
    return (rules[rule].types >> type & 1) != 0;
}

bool lx_rule_is_of_run(enum lx_rule rule)
{
    return rules[rule].types < LX_OF_ANY && rules[rule].types > LX_OF_HOST;
}

enum lx_rule lx_rule_find(const char *id)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (strcmp(lx_rule_id((enum lx_rule)i), id) == 0)
            return (enum lx_rule)i;
    return LX_RULE_NONE;
}

enum lx_value lx_rule_value_find(enum lx_rule rule, const char *word)
{
    for (unsigned i = 0; i < LX_VALUE_COUNT; i++)
        if (rules[rule].values >> i & 1 && strcmp(values[i].word, word) == 0)
            return (enum lx_value)i;
    return LX_VALUE_COUNT;
}
