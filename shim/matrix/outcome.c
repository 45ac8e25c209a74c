/* SPDX-License-Identifier: MIT */
#include "matrix/outcome.h"

#include <string.h>

json_t *outcome_make(const char *command, const struct cells *cells, const struct shard *shard,
                     json_t *results)
{
    json_t *names = json_array();
    for (size_t i = 0; i < cells->count; i++)
        json_array_append_new(names, json_string(cells->list[i].name));
    return json_pack("{s:s, s:s, s:i, s:s, s:o, s:{s:i, s:i}, s:o}", "tool", "lxshim", "version",
                     LXSHIM_VERSION, "matrix", 1, "command", command, "cells", names, "shard",
                     "index", (int)shard->index + 1, "total", (int)shard->total, "results",
                     results);
}

static const char *text_of(const json_t *result, const char *key)
{
    const char *text = json_string_value(json_object_get(result, key));
    return text == NULL ? "" : text;
}

static long number_of(const json_t *result, const char *key)
{
    return (long)json_integer_value(json_object_get(result, key));
}

void outcome_gaps(json_t *result, const struct trial_gaps *gaps)
{
    if (!trial_gaps_any(gaps))
        return;
    json_object_set_new(result, "gaps",
                        json_pack("{s:I, s:I, s:I, s:I}", "programs", (json_int_t)gaps->programs,
                                  "calls", (json_int_t)gaps->calls, "lines",
                                  (json_int_t)gaps->lines, "failed", (json_int_t)gaps->failed));
    if (strcmp(text_of(result, "answer"), "pass") == 0)
        json_object_set_new(result, "answer", json_string("skip"));
}

/* "": all is known of a cell's runs; else how that begins which is not, and in which words. */
static const char *gaps_words(struct lx_arena *arena, const json_t *result, const char *before)
{
    char words[TRIAL_GAPS_ROOM];
    const json_t *object = json_object_get(result, "gaps");
    const struct trial_gaps gaps = {.programs = (uint64_t)number_of(object, "programs"),
                                    .calls = (uint64_t)number_of(object, "calls"),
                                    .lines = (uint64_t)number_of(object, "lines"),
                                    .failed = (uint64_t)number_of(object, "failed")};
    trial_gaps_words(&gaps, words);
    return words[0] == '\0' ? "" : lx_arena_format(arena, "%s%s", before, words);
}

struct outcome_counts outcome_count(const json_t *document)
{
    struct outcome_counts n = {0};
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(document, "results"), i, r)
    {
        const char *answer = text_of(r, "answer");
        if (strcmp(answer, "pass") == 0)
            n.pass++;
        else if (strcmp(answer, "fail") == 0)
            n.fail++;
        else if (strcmp(answer, "missing") == 0)
            n.missing++;
        else
            n.other++;
    }
    return n;
}

const char *outcome_words(struct lx_arena *arena, const json_t *result)
{
    const char *answer = text_of(result, "answer");
    const long status = number_of(result, "status");
    const long runs = number_of(result, "runs");
    const char *when = runs > 1 ? lx_arena_format(arena, "run %ld, ", runs) : "";
    const char *gaps = gaps_words(arena, result, ", and not all is known: ");
    if (strcmp(answer, "pass") == 0)
        return "passes";
    if (json_is_true(json_object_get(result, "timed_out")))
        return lx_arena_format(arena, "fails (%stime limit)%s", when, gaps);
    if (strcmp(answer, "fail") == 0)
        return lx_arena_format(arena, "fails (%sexit %ld)%s", when, status, gaps);
    if (strcmp(answer, "skip") == 0)
        return lx_arena_format(arena, "cannot be tested (exit %ld)%s", status, gaps);
    return answer;
}

const char *outcome_rules(struct lx_arena *arena, const json_t *result)
{
    const char *text = "";
    const json_t *rules = json_object_get(result, "rules");
    size_t i;
    json_t *e;
    json_array_foreach(rules, i, e)
    {
        text = lx_arena_format(arena, "%s%s%s", text, i > 0 ? " and " : "", json_string_value(e));
    }
    if (text[0] != '\0')
        return lx_arena_format(arena, "by %s alone", text);
    json_array_foreach(json_object_get(result, "refused"), i, e)
    {
        if (json_is_false(json_object_get(e, "expected")))
            text = lx_arena_format(arena, "%s%s%s %ld", text, text[0] != '\0' ? ", " : "",
                                   text_of(e, "rule"), number_of(e, "times"));
    }
    return text;
}

void outcome_json(struct report *report, FILE *out)
{
    const struct outcome *o = (const struct outcome *)(const void *)report;
    json_dumpf(o->document, out, JSON_INDENT(1));
    putc('\n', out);
}
