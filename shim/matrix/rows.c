/* SPDX-License-Identifier: MIT */
#include "matrix/rows.h"

#include <string.h>

#include "policy/profile.h"

static const char *era_of(const json_t *results, size_t i)
{
    return json_string_value(json_object_get(json_array_get(results, i), "era"));
}

static struct row row_of(struct lx_arena *arena, const json_t *result)
{
    const char *filesystem = json_string_value(json_object_get(result, "filesystem"));
    return (struct row){{json_string_value(json_object_get(result, "era")),
                         filesystem == NULL ? "" : filesystem, outcome_words(arena, result),
                         outcome_rules(arena, result)}};
}

/* True where two rows say the same from a column on. */
static bool alike(const struct row *a, const struct row *b, unsigned from)
{
    for (unsigned i = from; i < ROW_COLUMNS; i++)
        if (strcmp(a->text[i], b->text[i]) != 0)
            return false;
    return true;
}

/* Adds the rows of the cells from..to, which are of one era. */
static void add_era(struct outcome *o, const json_t *results, size_t from, size_t to,
                    struct rows *out)
{
    struct lx_arena *arena = &o->report.arena;
    size_t volumes[LX_FILESYSTEMS] = {0}; /* of each row how many */
    struct row *mine = out->list + out->count;
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        struct row row = row_of(arena, json_array_get(results, i));
        size_t k = 0;
        while (k < n && (o->each || !alike(&mine[k], &row, ROW_RESULT)))
            k++;
        if (k == n)
            mine[n++] = row;
        else
            mine[k].text[ROW_VOLUME] =
                lx_arena_format(arena, "%s, %s", mine[k].text[ROW_VOLUME], row.text[ROW_VOLUME]);
        if (++volumes[k] == LX_FILESYSTEMS)
            mine[k].text[ROW_VOLUME] = "all";
    }
    out->count += n;
}

/* True where the n rows before the last n say of another era what these do. */
static bool repeats(const struct rows *rows, size_t first, size_t n)
{
    if (first < n || rows->count - first != n ||
        strcmp(rows->list[first].text[ROW_VOLUME], "") == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!alike(&rows->list[first - n + i], &rows->list[first + i], ROW_VOLUME) ||
            strcmp(rows->list[first - n + i].text[ROW_ERA], rows->list[first - n].text[ROW_ERA]) !=
                0)
            return false;
    return first == n || strcmp(rows->list[first - n - 1].text[ROW_ERA],
                                rows->list[first - n].text[ROW_ERA]) != 0;
}

/* True where one era comes right after another: of "a to b" a reader takes it that all between ran.
 */
static bool comes_after(const char *one, const char *other)
{
    const struct lx_profile *p;
    for (size_t i = 0; (p = lx_profile_at(i)) != NULL; i++)
        if (strcmp(p->name, other) == 0)
            return (p = lx_profile_at(i + 1)) != NULL && strcmp(p->name, one) == 0;
    return false;
}

/* The eras that rows stand for, told so far, and which of them the last words are about. */
struct span {
    const char *before; /* "a, c to e, " */
    const char *first;
    const char *last;
};

/* One more. Returns the words for all. */
static const char *extend(struct span *span, struct lx_arena *arena, const char *era)
{
    if (!comes_after(era, span->last)) {
        span->before =
            span->first == span->last
                ? lx_arena_format(arena, "%s%s, ", span->before, span->last)
                : lx_arena_format(arena, "%s%s to %s, ", span->before, span->first, span->last);
        span->first = era;
    }
    span->last = era;
    return span->first == era
               ? lx_arena_format(arena, "%s%s", span->before, era)
               : lx_arena_format(arena, "%s%s to %s", span->before, span->first, era);
}

struct rows rows_make(struct outcome *o)
{
    struct lx_arena *arena = &o->report.arena;
    const json_t *results = json_object_get(o->document, "results");
    const size_t count = json_array_size(results);
    /* Between the eras of a shard are those of others. */
    const bool whole = count == json_array_size(json_object_get(o->document, "cells"));
    struct rows out = {.list = lx_arena_alloc(arena, (count + 1) * sizeof(out.list[0])),
                       .cells = count};
    struct span span = {"", "", ""};
    for (size_t from = 0, to; from < count; from = to) {
        const size_t first = out.count;
        for (to = from + 1; to < count && strcmp(era_of(results, to), era_of(results, from)) == 0;)
            to++;
        add_era(o, results, from, to, &out);
        const size_t n = out.count - first;
        if (o->each || !whole || !repeats(&out, first, n)) {
            span = (struct span){"", era_of(results, from), era_of(results, from)};
            continue;
        }
        const char *eras = extend(&span, arena, era_of(results, from));
        out.count = first;
        for (size_t i = 0; i < n; i++)
            out.list[first - n + i].text[ROW_ERA] = eras;
    }
    return out;
}
