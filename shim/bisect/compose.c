/* SPDX-License-Identifier: MIT */
#include "bisect/compose.h"

#include <stdlib.h>
#include <string.h>

static json_t *override_of(const char *op, const char *glob, bool allow)
{
    json_t *when = json_pack("{s:s}", "op", op);
    if (glob != NULL)
        json_object_set_new(when, "path", json_string(glob));
    return json_pack("{s:o, s:{s:b}}", "when", when, "then", "allow", allow);
}

/*
 * Runs of occurrences, an override each. Of several that fit, the next one does not count what the
 * one before it has acted on.
 */
void compose_calls(json_t *overrides, const struct call_choice *choice, bool speak)
{
    uint32_t taken = 0;
    if (choice->at == NULL) {
        json_array_append_new(overrides, override_of(choice->op, choice->glob, !speak));
        return;
    }
    for (size_t i = 0; i < choice->count;) {
        size_t n = 1;
        while (i + n < choice->count && choice->at[i + n] == choice->at[i] + n)
            n++;
        json_t *o = override_of(choice->op, choice->glob, !speak);
        json_object_set_new(o, "after", json_integer(choice->at[i] - taken));
        json_object_set_new(o, "times", json_integer((json_int_t)n));
        json_array_append_new(overrides, o);
        taken += (uint32_t)n;
        i += n;
    }
}

void compose_rest(json_t *overrides, bool speak)
{
    json_array_append_new(overrides, override_of("*", NULL, !speak));
}

void compose_join(json_t *overrides, const json_t *others)
{
    size_t i;
    json_t *o;
    json_array_foreach(others, i, o)
    {
        json_array_append(overrides, o);
    }
}

const char *compose_enforce(struct lx_arena *arena, const struct lx_ruleset *rules)
{
    const char *text = "";
    for (unsigned i = 0; (i = lx_ruleset_next(rules, i)) < LX_RULE_COUNT; i++)
        text = lx_arena_format(arena, "%s%s%s", text, text[0] != '\0' ? "," : "", lx_rules[i].id);
    return text;
}

const char *compose_text(struct lx_arena *arena, json_t *overrides)
{
    char *text = json_dumps(overrides, JSON_COMPACT);
    const char *kept = text == NULL ? "[]" : lx_arena_string(arena, text, strlen(text));
    free(text);
    json_decref(overrides);
    return kept;
}
