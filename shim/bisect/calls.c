/* SPDX-License-Identifier: MIT */
#include "bisect/calls.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "report/index.h"

/* A trace shows that much of a path at most, and "..." for the rest; see vfs/explain.c. */
#define SHOWN 470

/* True for "\xNN", which a trace has for a byte that is no UTF-8. */
static bool is_byte(const char *p)
{
    return p[0] == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
           isxdigit((unsigned char)p[3]);
}

static void put_glob(FILE *out, const char *path, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 4 && is_byte(path + i)) {
            putc('?', out);
            i += 3;
        } else {
            if (strchr("*?[\\", path[i]) != NULL)
                putc('\\', out);
            putc(path[i], out);
        }
    }
}

static const char *finish_glob(struct lx_arena *arena, FILE *out, char **text)
{
    fclose(out);
    const char *glob = lx_arena_string(arena, *text, strlen(*text));
    free(*text);
    return glob;
}

const char *calls_glob(struct lx_arena *arena, const char *path)
{
    char *text = NULL;
    size_t room;
    size_t n = strlen(path);
    bool cut = n >= SHOWN && strcmp(path + n - 3, "...") == 0;
    if (n == 0)
        return "**/"; /* the root alone: nothing is behind it */
    FILE *out = open_memstream(&text, &room);
    if (out == NULL)
        return "**";
    put_glob(out, path, cut ? n - 3 : n);
    if (cut)
        fputs("**", out);
    return finish_glob(arena, out, &text);
}

static uint64_t hash_of(const char *op, const char *path)
{
    return index_hash(index_hash(INDEX_HASH, op, strlen(op) + 1), path, strlen(path));
}

/* Where a kind is in the table, or would be. */
static uint32_t *slot_of(const struct calls *c, const char *op, const char *path)
{
    size_t at = (size_t)hash_of(op, path) & (c->table_size - 1);
    while (c->table[at] != 0 && (strcmp(c->kinds[c->table[at] - 1].op, op) != 0 ||
                                 strcmp(c->kinds[c->table[at] - 1].path, path) != 0))
        at = (at + 1) & (c->table_size - 1);
    return &c->table[at];
}

static int grow(struct calls *c)
{
    size_t room = c->room * 2 + 512;
    size_t size = 1024;
    while (size < room * 2)
        size *= 2;
    struct call_kind *kinds = realloc(c->kinds, room * sizeof(kinds[0]));
    if (kinds != NULL)
        c->kinds = kinds;
    uint32_t *table = calloc(size, sizeof(table[0]));
    if (kinds == NULL || table == NULL) {
        free(table);
        return -ENOMEM;
    }
    free(c->table);
    c->table = table;
    c->table_size = size;
    c->room = room;
    for (size_t i = 0; i < c->count; i++)
        *slot_of(c, c->kinds[i].op, c->kinds[i].path) = (uint32_t)i + 1;
    return 0;
}

/* The kind of a call, which may be new; NULL without memory. */
static struct call_kind *kind_of(struct calls *c, const char *op, const char *path)
{
    /* Names that differ are few: they have been put first, before any call. */
    for (size_t i = 0; i < c->count && c->kinds[i].generic; i++)
        if (strcmp(c->kinds[i].op, op) == 0 && lx_glob_match(c->kinds[i].glob, path))
            return &c->kinds[i];
    if (c->count == c->room && grow(c) < 0)
        return NULL;
    uint32_t *slot = slot_of(c, op, path);
    if (*slot == 0) {
        struct call_kind *k = &c->kinds[c->count++];
        *k = (struct call_kind){.op = lx_arena_string(&c->arena, op, strlen(op)),
                                .path = lx_arena_string(&c->arena, path, strlen(path)),
                                .glob = calls_glob(&c->arena, path)};
        *slot = (uint32_t)c->count;
    }
    return &c->kinds[*slot - 1];
}

static const struct call_kind *find(const struct calls *c, const char *op, const char *path)
{
    uint32_t slot = c->count == 0 ? 0 : *slot_of(c, op, path);
    return slot == 0 ? NULL : &c->kinds[slot - 1];
}

static int fire(struct call_kind *k, const struct lx_ruleset *rules, uint32_t occurrence)
{
    if (k->fired_count == k->fired_room) {
        size_t room = k->fired_room * 2 + 4;
        uint32_t *fired = realloc(k->fired, room * sizeof(fired[0]));
        if (fired == NULL)
            return -ENOMEM;
        k->fired = fired;
        k->fired_room = room;
    }
    k->fired[k->fired_count++] = occurrence;
    lx_ruleset_join(&k->rules, rules);
    return 0;
}

/* The rules that spoke on the call of a line. */
static void rules_of(struct calls *c, const json_t *line, struct lx_ruleset *rules)
{
    const char *outcome = json_string_value(json_object_get(line, "outcome"));
    const char *chief = json_string_value(json_object_get(line, "rule"));
    size_t i;
    json_t *id;
    lx_ruleset_clear(rules);
    if (outcome != NULL && chief != NULL && strcmp(outcome, "denied") == 0 &&
        lx_rule_find(chief) != LX_RULE_NONE) {
        lx_ruleset_add(rules, lx_rule_find(chief));
        lx_ruleset_add(&c->denied, lx_rule_find(chief));
    }
    json_array_foreach(json_object_get(line, "altered"), i, id)
    {
        enum lx_rule rule = json_is_string(id) ? lx_rule_find(json_string_value(id)) : LX_RULE_NONE;
        if (rule == LX_RULE_NONE)
            continue;
        lx_ruleset_add(rules, rule);
        lx_ruleset_add(&c->altered, rule);
    }
}

/* Notes that an override acted. */
static int note_override(struct calls *c, const json_t *line)
{
    const json_t *number = json_object_get(line, "override");
    size_t n = (size_t)json_integer_value(number);
    if (!json_is_integer(number))
        return 0;
    if (n >= c->overridden_count) {
        bool *all = realloc(c->overridden, (n + 1) * sizeof(all[0]));
        if (all == NULL)
            return -ENOMEM;
        memset(all + c->overridden_count, 0, (n + 1 - c->overridden_count) * sizeof(all[0]));
        c->overridden = all;
        c->overridden_count = n + 1;
    }
    c->overridden[n] = true;
    return 0;
}

/* Notes what brought a scanner that was in the way. */
static void note_events(struct calls *c, const json_t *line)
{
    size_t i;
    json_t *holder;
    json_array_foreach(json_object_get(line, "holders"), i, holder)
    {
        const char *by = json_string_value(json_object_get(holder, "by"));
        const char *event = json_string_value(json_object_get(holder, "event"));
        if (by == NULL || event == NULL || strcmp(by, "scanner") != 0)
            continue;
        if (c->events == NULL)
            c->events = json_object();
        json_object_set_new(c->events, event, json_true());
    }
}

/* Takes a line: its first path is what it is known by, and each of them is met by overrides. */
static int take(struct calls *c, const json_t *line)
{
    const json_t *inside = json_object_get(line, "inside");
    const char *op = json_string_value(json_object_get(line, "call"));
    struct lx_ruleset rules;
    size_t first = 0;
    int r = note_override(c, line);
    rules_of(c, line, &rules);
    if (lx_ruleset_any(&rules))
        note_events(c, line);
    if (op == NULL || json_array_size(inside) == 0)
        c->unplaced += lx_ruleset_any(&rules);
    if (op == NULL)
        return r;
    for (size_t i = 0; i < json_array_size(inside) && r == 0; i++) {
        const char *path = json_string_value(json_array_get(inside, i));
        struct call_kind *k = path == NULL ? NULL : kind_of(c, op, path);
        if (k == NULL)
            return -ENOMEM;
        size_t number = (size_t)(k - c->kinds);
        if (i > 0 && number == first)
            continue;
        first = i == 0 ? number : first;
        if (i == 0 && lx_ruleset_any(&rules))
            r = fire(k, &rules, k->matches);
        k->matches++;
    }
    return r;
}

/* The bytes that two texts begin with, as long as they are the same. */
static size_t common(const char *a, const char *b, bool backwards, size_t most)
{
    size_t an = strlen(a);
    size_t bn = strlen(b);
    size_t n = 0;
    while (n < an && n < bn && n < most &&
           (backwards ? a[an - n - 1] == b[bn - n - 1] : a[n] == b[n]))
        n++;
    return n;
}

/* Letters that mkstemp puts at the end of a name; in two of them some may be the same. */
#define RANDOM 6

/*
 * Takes more of a path for what differs: all digits beside it, since a number may have any; and of
 * letters in the same place as many as make a random word.
 */
static void widen(const char *path, size_t *before, size_t *behind, bool as_long)
{
    size_t n = strlen(path);
    while (*before > 0 && isdigit((unsigned char)path[*before - 1]))
        --*before;
    while (*behind > 0 && isdigit((unsigned char)path[n - *behind]))
        --*behind;
    while (as_long && n - *before - *behind<RANDOM && * before> 0 &&
           isalnum((unsigned char)path[*before - 1]))
        --*before;
    while (as_long && n - *before - *behind<RANDOM && * behind> 0 &&
           isalnum((unsigned char)path[n - *behind]))
        --*behind;
}

/* How alike two paths are that differ in a part of one name; 0 for others. */
static size_t likeness(const char *a, const char *b, size_t *before, size_t *behind)
{
    size_t an = strlen(a);
    size_t bn = strlen(b);
    *before = common(a, b, false, SIZE_MAX);
    *behind = common(a, b, true, (an < bn ? an : bn) - *before);
    if (memchr(a + *before, '/', an - *before - *behind) != NULL ||
        memchr(b + *before, '/', bn - *before - *behind) != NULL)
        return 0;
    size_t alike = *before + *behind + 1;
    widen(a, before, behind, an == bn);
    return alike;
}

/* Puts a kind for the names that are like one which only this run has. */
static int generalise(struct calls *c, const struct calls *plain, const struct calls *other,
                      const struct call_kind *k)
{
    size_t best = 0;
    size_t from = 0;
    size_t behind = 0;
    for (size_t i = 0; other->kinds != NULL && i < other->count; i++) {
        const struct call_kind *o = &other->kinds[i];
        size_t a;
        size_t b;
        if (strcmp(o->op, k->op) != 0 || find(plain, o->op, o->path) != NULL)
            continue;
        size_t like = likeness(k->path, o->path, &a, &b);
        if (like > best) {
            best = like;
            from = a;
            behind = b;
        }
    }
    if (best <= 1)
        return 0;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->kinds[i].op, k->op) == 0 && lx_glob_match(c->kinds[i].glob, k->path))
            return 0;
    char *text = NULL;
    size_t room;
    FILE *out = open_memstream(&text, &room);
    if (out == NULL || (c->count == c->room && grow(c) < 0))
        return -ENOMEM;
    put_glob(out, k->path, from);
    putc('*', out);
    put_glob(out, k->path + strlen(k->path) - behind, behind);
    const char *glob = finish_glob(&c->arena, out, &text);
    c->kinds[c->count++] =
        (struct call_kind){.op = lx_arena_string(&c->arena, k->op, strlen(k->op)),
                           .path = glob,
                           .glob = glob,
                           .generic = true};
    return 0;
}

static int read_lines(struct calls *c, FILE *trace)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int r = 0;
    while (r == 0 && (n = getline(&line, &room, trace)) > 0) {
        json_t *parsed = json_loadb(line, (size_t)n, 0, NULL);
        if (json_is_object(parsed))
            r = take(c, parsed);
        json_decref(parsed);
    }
    free(line);
    return r == 0 && ferror(trace) ? -EIO : r;
}

int calls_read(struct calls *calls, FILE *trace, const struct calls *other)
{
    struct calls plain;
    *calls = (struct calls){.count = 0};
    int r = read_lines(calls, trace);
    if (r < 0 || other == NULL)
        return r;
    plain = *calls;
    *calls = (struct calls){.count = 0};
    for (size_t i = 0; i < plain.count && r == 0; i++)
        if (plain.kinds[i].fired_count > 0 &&
            find(other, plain.kinds[i].op, plain.kinds[i].path) == NULL)
            r = generalise(calls, &plain, other, &plain.kinds[i]);
    rewind(trace);
    if (r == 0 && calls->count > 0) {
        calls_free(&plain);
        return read_lines(calls, trace);
    }
    calls_free(calls);
    *calls = plain;
    return r;
}

size_t calls_fired(const struct calls *calls, const struct lx_ruleset *rules)
{
    size_t n = 0;
    for (size_t i = 0; i < calls->count; i++) {
        bool speaks = rules == NULL;
        for (unsigned w = 0; w < LX_RULESET_WORDS && !speaks; w++)
            speaks = (calls->kinds[i].rules.word[w] & rules->word[w]) != 0;
        n += speaks ? calls->kinds[i].fired_count : 0;
    }
    return n;
}

void calls_free(struct calls *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        free(calls->kinds[i].fired);
    free(calls->kinds);
    free(calls->table);
    free(calls->overridden);
    json_decref(calls->events);
    lx_arena_free(&calls->arena);
    *calls = (struct calls){.count = 0};
}
