/* SPDX-License-Identifier: MIT */
/*
 * The search is bisect's, over rules alone: which calls of theirs it is, lxshim bisect finds out
 * for one of the eras.
 */
#include "matrix/blame.h"

#include <string.h>

#include "bisect/search.h"
#include "policy/arena.h"
#include "policy/rules.h"

struct blame {
    struct runner *runner;
    const struct trial *trial; /* of the cell, in which all rules speak */
    const char *rules[LX_RULE_COUNT];
    size_t count;
    struct trial_gaps *gaps; /* of all that is asked */
    struct lx_arena arena;
};

/* How it ends where only some of the rules speak. */
static enum trial_answer ask(void *context, const bool *in)
{
    struct blame *b = context;
    const char *text = "";
    for (size_t i = 0; i < b->count; i++)
        if (in[i])
            text =
                lx_arena_format(&b->arena, "%s%s%s", text, text[0] != '\0' ? "," : "", b->rules[i]);
    struct trial trial = *b->trial;
    trial.enforce = text;
    struct runner_job job = {.test = &trial};
    if (runner_round(b->runner, &job, 1) < 0)
        return TRIAL_STOP;
    trial_gaps_add(b->gaps, &job.outcome.gaps);
    return job.outcome.answer;
}

static bool has(const json_t *array, const char *key, const char *word)
{
    size_t i;
    json_t *e;
    json_array_foreach(array, i, e)
    {
        const char *own = json_string_value(key != NULL ? json_object_get(e, key) : e);
        if (own != NULL && strcmp(own, word) == 0)
            return true;
    }
    return false;
}

/* The rules that spoke, those that refused something first. */
static void list_rules(struct blame *b, const json_t *result)
{
    const json_t *refused = json_object_get(result, "refused");
    const json_t *altered = json_object_get(result, "altered");
    b->count = 0;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (has(refused, "rule", lx_rules[i].id))
            b->rules[b->count++] = lx_rules[i].id;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (has(altered, NULL, lx_rules[i].id) && !has(refused, "rule", lx_rules[i].id))
            b->rules[b->count++] = lx_rules[i].id;
}

/* True where the one rule that broke another cell breaks this one as well. */
static bool is_broken_by(struct blame *b, const json_t *known, bool *in)
{
    bool any = false;
    for (size_t i = 0; json_array_size(known) == 1 && i < b->count; i++)
        any |= in[i] = has(known, NULL, b->rules[i]);
    return any && ask(b, in) == TRIAL_FAIL;
}

json_t *blame_find(struct runner *runner, const struct trial *trial, const json_t *result,
                   const json_t *known, struct trial_gaps *gaps)
{
    struct blame b = {.runner = runner, .trial = trial, .gaps = gaps};
    bool in[LX_RULE_COUNT] = {false};
    json_t *rules = NULL;
    list_rules(&b, result);
    const struct bisect_search search = {b.count, ask, &b};
    /* It has to pass where none speaks. */
    if (b.count > 0 && ask(&b, in) == TRIAL_PASS &&
        (is_broken_by(&b, known, in) ||
         (bisect_search(&search, in) == 0 && ask(&b, in) == TRIAL_FAIL)))
        rules = json_array();
    for (size_t i = 0; rules != NULL && i < b.count; i++)
        if (in[i])
            json_array_append_new(rules, json_string(b.rules[i]));
    lx_arena_free(&b.arena);
    return rules;
}
