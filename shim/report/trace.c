/* SPDX-License-Identifier: MIT */
/*
 * A trace read line by line. Lines that say the same but for time and process are taken once: what
 * they say is looked at when the first of them comes.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "report/chains.h"
#include "report/index.h"
#include "report/plain.h"
#include "report/report.h"

/* Bytes that are looked at as one line. One of ours is written by one write of at most 4 KiB. */
#define LONGEST 65536

/* After so many lines, less than a second's, somebody may want to hear of it. */
#define STEP 65536

/* Where in a line its time is, its pid, and all that follows them; see vfs/explain.c. */
struct parts {
    const char *time;
    size_t time_length;
    long pid;
    const char *rest;
    size_t rest_length;
};

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Takes a line apart as far as each line differs from the others. False where it is none. */
static bool take_apart(const char *line, size_t n, struct parts *out)
{
    static const char time[] = "{\"time\":\"";
    static const char pid[] = "\",\"pid\":";
    char *end;
    if (n == 0 || line[n - 1] != '}' || !starts(line, time))
        return false;
    out->time = line + sizeof(time) - 1;
    out->time_length = strcspn(out->time, "\"");
    if (!starts(out->time + out->time_length, pid))
        return false;
    out->pid = strtol(out->time + out->time_length + sizeof(pid) - 1, &end, 10);
    out->rest = end;
    out->rest_length = n - (size_t)(end - line);
    return *end == ',';
}

/* "2026-11-29T13:14:15.123456Z" in milliseconds; 0 for what is no time. */
static uint64_t milliseconds(const char *text)
{
    struct tm date = {0};
    unsigned micro = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%6u", &date.tm_year, &date.tm_mon, &date.tm_mday,
               &date.tm_hour, &date.tm_min, &date.tm_sec, &micro) != 7)
        return 0;
    date.tm_year -= 1900;
    date.tm_mon--;
    time_t seconds = timegm(&date);
    return seconds < 0 ? 0 : (uint64_t)seconds * 1000 + micro / 1000;
}

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text == NULL ? "" : text;
}

/* A string of the report's own. */
static const char *keep(struct report *r, const char *text)
{
    return lx_arena_string(&r->arena, text, strlen(text));
}

/* The same of a value that may be none, for which NULL stands. */
static const char *keep_optional(struct report *r, const json_t *value)
{
    return json_is_string(value) ? keep(r, json_string_value(value)) : NULL;
}

/* A path as the project knows it. */
static const char *keep_path(struct report *r, const json_t *value)
{
    const char *path = json_string_value(value);
    const char *root = r->about.directory == NULL ? "" : r->about.directory;
    size_t n = strlen(root);
    if (path == NULL)
        return lx_arena_format(&r->arena, "descriptor %" JSON_INTEGER_FORMAT,
                               json_integer_value(json_object_get(value, "fd")));
    if (n > 1 && strncmp(path, root, n) == 0 && path[n] == '/')
        path += n + 1;
    while (starts(path, "./") && path[2] != '\0')
        path += 2;
    return keep(r, path);
}

static const char *keep_result(struct report *r, const json_t *value)
{
    return json_is_string(value)
               ? keep(r, json_string_value(value))
               : lx_arena_format(&r->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static void keep_holders(struct report *r, const json_t *holders, struct report_kind *kind)
{
    size_t i;
    json_t *holder;
    json_array_foreach(holders, i, holder)
    {
        if (kind->holder_count == REPORT_HOLDERS)
            return;
        kind->holders[kind->holder_count++] =
            (struct report_holder){.comm = keep(r, text_of(holder, "comm")),
                                   .by = keep(r, text_of(holder, "by")),
                                   .event = keep_optional(r, json_object_get(holder, "event")),
                                   .pid = (int)json_integer_value(json_object_get(holder, "pid"))};
    }
}

/* Counts what rules did beside refusing. */
static void count_altered(struct report *r, const json_t *line)
{
    size_t i;
    json_t *id;
    json_array_foreach(json_object_get(line, "altered"), i, id)
    {
        enum lx_rule rule = json_is_string(id) ? lx_rule_find(json_string_value(id)) : LX_RULE_NONE;
        if (rule != LX_RULE_NONE)
            r->altered[rule]++;
    }
}

/* True where a line tells of a refusal; which it is goes to the kind. */
static bool is_refusal(const json_t *line, struct report_kind *kind)
{
    const char *outcome = text_of(line, "outcome");
    if (strcmp(outcome, "denied") == 0)
        kind->outcome = REPORT_DENIED;
    else if (strcmp(outcome, "overridden") == 0)
        kind->outcome = REPORT_OVERRIDDEN;
    else if (strcmp(outcome, "observed") == 0)
        kind->outcome = REPORT_OBSERVED;
    else
        return false;
    if (kind->outcome == REPORT_OBSERVED)
        return json_object_size(json_object_get(line, "would")) > 0;
    return kind->outcome != REPORT_OVERRIDDEN || (json_is_string(json_object_get(line, "result")) &&
                                                  !json_is_true(json_object_get(line, "let")));
}

/*
 * Of the rules that would have refused a call, the one that it would have come to at last: a
 * program that expects a refusal tries again.
 */
static void fill_would(struct report *r, const json_t *line, struct report_kind *kind)
{
    const char *id;
    json_t *result;
    json_object_foreach(json_object_get(line, "would"), id, result)
    {
        enum lx_rule rule = lx_rule_find(id);
        kind->result = keep_result(r, result);
        if (rule == LX_RULE_NONE)
            continue;
        kind->number = rule;
        kind->rule = lx_rules[rule].id;
        kind->evidence = lx_rules[rule].evidence;
        if (!report_is_probed(rule))
            return;
    }
}

/* Makes a kind of a line that is a refusal. */
static void fill(struct report *r, const json_t *line, long pid, struct report_kind *kind)
{
    const char *chain = chains_of(r, pid);
    const json_t *args = json_object_get(line, "args");
    const char *rule = text_of(line, "rule");
    bool override = kind->outcome == REPORT_OVERRIDDEN;
    kind->number = override ? LX_RULE_NONE : lx_rule_find(rule);
    kind->rule = override ? "overrides" : keep(r, rule);
    kind->evidence = keep(r, text_of(line, "evidence"));
    kind->call = keep(r, text_of(line, "call"));
    kind->comm = keep(r, text_of(line, "comm"));
    kind->chain =
        chain[0] == '\0' ? kind->comm : lx_arena_format(&r->arena, "%s > %s", chain, kind->comm);
    kind->result = keep_result(r, json_object_get(line, "result"));
    kind->note = keep_optional(r, json_object_get(line, "note"));
    if (kind->outcome == REPORT_OBSERVED)
        fill_would(r, line, kind);
    for (size_t i = 0; i < 2 && i < json_array_size(args); i++)
        kind->paths[i] = keep_path(r, json_array_get(args, i));
    keep_holders(r, json_object_get(line, "holders"), kind);
}

/*
 * The place of a kind that a line makes, REPORT_OTHER where it is not kept. What its texts take is
 * given back where the kind was there already: the report does not grow with the trace.
 */
static uint32_t place_of(struct report *r, const json_t *line, const struct parts *parts,
                         struct report_kind *kind)
{
    struct lx_arena before = r->arena;
    size_t count = r->count;
    r->arena = (struct lx_arena){NULL};
    fill(r, line, parts->pid, kind);
    kind->first = lx_arena_string(&r->arena, parts->time, parts->time_length);
    kind->last = kind->first;
    uint32_t place = index_put(r, kind);
    if (r->count > count)
        lx_arena_join(&before, &r->arena);
    else
        lx_arena_free(&r->arena);
    r->arena = before;
    return place;
}

/* A line with the stack of the call that its process was refused last. */
static void keep_stack(struct report *r, const json_t *stack, uint32_t place)
{
    size_t i;
    json_t *frame;
    struct report_kind *kind = &r->kinds[place];
    struct report_frame *frames = lx_arena_alloc(&r->arena, REPORT_FRAMES * sizeof(frames[0]));
    json_array_foreach(stack, i, frame)
    {
        const char *root = r->about.directory;
        const json_t *file = json_object_get(frame, "file");
        const char *path = json_string_value(file);
        size_t n = root == NULL ? 0 : strlen(root);
        if (i == REPORT_FRAMES)
            break;
        frames[i].function = keep(r, text_of(frame, "function"));
        frames[i].file = path == NULL ? NULL : keep_path(r, file);
        frames[i].line = (unsigned)json_integer_value(json_object_get(frame, "line"));
        frames[i].own = path != NULL && n > 1 && strncmp(path, root, n) == 0 && path[n] == '/';
        frames[i].in = keep(r, text_of(frame, "in"));
        kind->frame_count = (unsigned)i + 1;
    }
    kind->frames = frames;
}

/* The kind of a line, REPORT_OTHER where it is no refusal, or its kind is not kept. */
static uint32_t look(struct report *r, const struct parts *parts, const char *line, size_t n)
{
    struct report_kind kind = {.count = 0};
    uint32_t place = REPORT_OTHER;
    json_t *parsed = json_loadb(line, n, 0, NULL);
    if (!json_is_object(parsed))
        r->damaged++;
    else
        count_altered(r, parsed);
    chains_learn(r, parts->pid, json_object_get(parsed, "parents"));
    report_keep_costs(&r->costs, json_object_get(parsed, "cost"));
    const json_t *stack = json_object_get(parsed, "stack");
    uint32_t last = stack == NULL ? REPORT_OTHER : chains_last(r, parts->pid);
    if (last != REPORT_OTHER && r->kinds[last].frames == NULL)
        keep_stack(r, stack, last);
    if (json_is_object(parsed) && is_refusal(parsed, &kind)) {
        r->refused++;
        place = place_of(r, parsed, parts, &kind);
        r->left_out += place == REPORT_OTHER;
    }
    json_decref(parsed);
    return place;
}

/* Notes that a kind has happened once more. */
static void happened(struct report *r, uint32_t place, const struct parts *parts)
{
    struct report_kind *kind = &r->kinds[place];
    chains_refused(r, parts->pid, place);
    kind->count++;
    if (kind->count > 1 && strlen(kind->last) == parts->time_length) {
        if (kind->last == kind->first)
            kind->last = lx_arena_string(&r->arena, parts->time, parts->time_length);
        else
            memcpy((char *)(uintptr_t)kind->last, parts->time, parts->time_length);
    }
    if (r->moment_count < REPORT_MOMENTS)
        r->moments[r->moment_count++] =
            (struct report_moment){place, (int32_t)parts->pid, milliseconds(parts->time)};
}

/*
 * The place of a line of a kind that need not be made, REPORT_OTHER where no further one is kept.
 * False for a line that has to be looked at.
 */
static bool is_plain(struct report *r, const struct parts *parts, uint32_t *place)
{
    char room[PLAIN_ROOM];
    struct report_kind kind;
    bool full = r->count == REPORT_KINDS;
    if (!full || !plain_denied(r, parts->rest, parts->rest_length, &kind, room))
        return false;
    *place = index_find(r, &kind);
    r->refused++;
    r->left_out += *place == REPORT_OTHER;
    return true;
}

static void take(struct report *r, const char *line, size_t n)
{
    struct parts parts;
    uint32_t place;
    r->lines++;
    if (!take_apart(line, n, &parts)) {
        r->damaged++;
        return;
    }
    if (plain_nothing(parts.rest, parts.rest_length) ||
        plain_altered(r, parts.rest, parts.rest_length))
        return;
    if (index_known(r, parts.rest, parts.rest_length, &place)) {
        (void)plain_count(r, parts.rest, parts.rest_length);
        r->refused++;
    } else if (!is_plain(r, &parts, &place)) {
        place = look(r, &parts, line, n);
        if (place != REPORT_OTHER)
            index_learn(r, parts.rest, parts.rest_length, place);
    }
    if (place != REPORT_OTHER)
        happened(r, place, &parts);
}

/* The bytes of a trace, of which those from `begin` to `end` are still to be read. */
struct bytes {
    FILE *from;
    char *room; /* of LONGEST and one for the end of a text */
    size_t begin, end;
};

/* Reads on behind what is there, which goes to the front. False at the end. */
static bool more(struct bytes *b)
{
    memmove(b->room, b->room + b->begin, b->end - b->begin);
    b->end -= b->begin;
    b->begin = 0;
    size_t n = fread(b->room + b->end, 1, LONGEST - b->end, b->from);
    b->end += n;
    return n > 0;
}

/*
 * The next line, as a text without its end, of *n bytes; NULL at the end of the trace. One that is
 * longer than LONGEST comes as many, so that the memory it takes is bounded.
 */
static const char *next_line(struct bytes *b, size_t *n)
{
    size_t seen = 0;
    for (;;) {
        char *at = b->room + b->begin;
        char *end = memchr(at + seen, '\n', b->end - b->begin - seen);
        seen = b->end - b->begin;
        if (end == NULL && seen < LONGEST && more(b))
            continue;
        if (end == NULL && seen == 0)
            return NULL;
        at = b->room + b->begin;
        *n = end == NULL ? seen : (size_t)(end - at);
        at[*n] = '\0';
        b->begin += *n + (end != NULL);
        return at;
    }
}

void report_start(struct report *report, const struct report_about *about)
{
    *report = (struct report){.about = *about};
    index_start(report);
}

int report_read(struct report *report, FILE *trace)
{
    struct bytes bytes = {.from = trace, .room = malloc(LONGEST + 1)};
    const char *line;
    size_t n;
    if (bytes.room == NULL)
        return -ENOMEM;
    errno = 0;
    while ((line = next_line(&bytes, &n)) != NULL) {
        if (n > 0)
            take(report, line, n);
        if (report->about.reading != NULL && report->lines > 0 && report->lines % STEP == 0)
            report->about.reading(report->lines);
    }
    int error = ferror(trace) ? errno : 0;
    free(bytes.room);
    return -error;
}
