/* SPDX-License-Identifier: MIT */
/*
 * Sets of rules, as a call has them: a bit each, in as many words as there are rules for. All loops
 * here have a constant end, so that sets of one word cost what a word costs.
 */
#ifndef LXSHIM_POLICY_RULESET_H
#define LXSHIM_POLICY_RULESET_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/rules.h"

/* A test has sets of more than there are. */
#ifndef LX_RULESET_COUNT
#define LX_RULESET_COUNT LX_RULE_COUNT
#endif
#define LX_RULESET_WORDS ((LX_RULESET_COUNT + 63) / 64)

struct lx_ruleset {
    uint64_t word[LX_RULESET_WORDS];
};

static inline void lx_ruleset_clear(struct lx_ruleset *set)
{
    for (unsigned i = 0; i < LX_RULESET_WORDS; i++)
        set->word[i] = 0;
}

static inline void lx_ruleset_add(struct lx_ruleset *set, unsigned rule)
{
    set->word[rule / 64] |= UINT64_C(1) << rule % 64;
}

static inline void lx_ruleset_remove(struct lx_ruleset *set, unsigned rule)
{
    set->word[rule / 64] &= ~(UINT64_C(1) << rule % 64);
}

/* Adds all of another set. */
static inline void lx_ruleset_join(struct lx_ruleset *set, const struct lx_ruleset *other)
{
    for (unsigned i = 0; i < LX_RULESET_WORDS; i++)
        set->word[i] |= other->word[i];
}

static inline bool lx_ruleset_has(const struct lx_ruleset *set, unsigned rule)
{
    return (set->word[rule / 64] >> rule % 64 & 1) != 0;
}

static inline bool lx_ruleset_any(const struct lx_ruleset *set)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < LX_RULESET_WORDS; i++)
        all |= set->word[i];
    return all != 0;
}

/* The first rule of a set from `rule` on; LX_RULESET_COUNT after the last. */
static inline unsigned lx_ruleset_next(const struct lx_ruleset *set, unsigned rule)
{
    for (unsigned i = rule / 64; i < LX_RULESET_WORDS; i++) {
        uint64_t left = set->word[i];
        if (i == rule / 64)
            left &= ~UINT64_C(0) << rule % 64;
        if (left != 0)
            return i * 64 + (unsigned)__builtin_ctzll(left);
    }
    return LX_RULESET_COUNT;
}

#endif
