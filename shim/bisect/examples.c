/* SPDX-License-Identifier: MIT */
#include "bisect/examples.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct example {
    enum lx_rule rule;
    enum lx_value value;
    const char *lines;
} examples[] = {
#define EXAMPLE(symbol, value, lines) {LX_RULE_##symbol, LX_##value, lines},
#include "policy/examples.def"
#undef EXAMPLE
};

static const struct example *find(enum lx_rule rule)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
        if (examples[i].rule == rule)
            return &examples[i];
    return NULL;
}

const char *example_lines(enum lx_rule rule)
{
    const struct example *e = find(rule);
    return e == NULL ? NULL : e->lines;
}

enum lx_value example_value(enum lx_rule rule)
{
    const struct example *e = find(rule);
    return e == NULL ? LX_VALUE_COUNT : e->value;
}

/* True for what JSON, XML and a terminal can hold as it is. */
static bool is_utf8(const char *word)
{
    json_t *text = json_string(word);
    json_decref(text);
    return text != NULL;
}

/* A word that is not UTF-8, as what printf writes; of such a newline at its end is lost. */
static const char *quote_bytes(struct lx_arena *arena, const char *word)
{
    char *text = lx_arena_alloc(arena, strlen(word) * 4 + sizeof("\"$(printf '')\""));
    char *out = stpcpy(text, "\"$(printf '");
    for (; *word != '\0'; word++) {
        if (*word < ' ' || *word > '~') {
            out += sprintf(out, "\\%03o", (unsigned)(unsigned char)*word);
        } else if (*word == '\'') {
            out = stpcpy(out, "'\\''");
        } else {
            if (*word == '%' || *word == '\\')
                *out++ = *word;
            *out++ = *word;
        }
    }
    stpcpy(out, "')\"");
    return text;
}

const char *example_quote(struct lx_arena *arena, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./+,:@%^=-";
    const char *text = "'";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0')
        return word;
    if (!is_utf8(word))
        return quote_bytes(arena, word);
    while (*word != '\0') {
        size_t n = strcspn(word, "'");
        text =
            lx_arena_format(arena, "%s%.*s%s", text, (int)n, word, word[n] == '\'' ? "'\\''" : "");
        word += n + (word[n] == '\'');
    }
    return lx_arena_format(arena, "%s'", text);
}

void example_put(FILE *out, const char *indent, const char *lines)
{
    fputs("sh -euc '\n", out);
    /* In single quotes, which the lines may have themselves. */
    for (const char *at = lines; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        fputs(indent, out);
        for (size_t i = 0; i < n; i++)
            if (at[i] == '\'')
                fputs("'\\''", out);
            else
                putc(at[i], out);
        at += n + (at[n] == '\n');
        if (*at != '\0')
            putc('\n', out);
    }
    putc('\'', out);
}

/* "mkdir -p DIR" for a path in a directory. */
static const char *directory_line(struct lx_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return "";
    const char *directory = lx_arena_string(arena, path, (size_t)(slash - path));
    return lx_arena_format(arena, "mkdir -p %s\n", example_quote(arena, directory));
}

/* The second path of a call, as the trace of the cause has it; or one that is made up. */
static const char *second_path(struct session *s, const struct plan_cause *cause)
{
    const struct call_choice *call = &cause->calls[0];
    const char *found = lx_arena_format(&s->arena, "%s.new", call->path);
    char *line = NULL;
    size_t room = 0;
    FILE *trace = cause->trace == NULL ? NULL : fopen(cause->trace, "re");
    while (trace != NULL && getline(&line, &room, trace) > 0) {
        json_t *parsed = json_loads(line, 0, NULL);
        const json_t *inside = json_object_get(parsed, "inside");
        const char *op = json_string_value(json_object_get(parsed, "call"));
        const char *first = json_string_value(json_array_get(inside, 0));
        const char *second = json_string_value(json_array_get(inside, 1));
        if (op != NULL && first != NULL && second != NULL && strcmp(op, call->op) == 0 &&
            strcmp(first, call->path) == 0)
            found = lx_arena_string(&s->arena, second, strlen(second));
        json_decref(parsed);
    }
    free(line);
    if (trace != NULL)
        fclose(trace);
    return found;
}

/* True where lines end natively with 0, and by the rule alone with something else. */
static bool works(struct session *s, const char *lines, enum lx_rule rule, const char *profile)
{
    const char *const sh[] = {"sh", "-euc", lines, NULL};
    const char *const run[] = {"--profile", profile};
    const struct trial_options *were = s->runner.options;
    struct trial_options options = {.program = were->program,
                                    .command = (char *const *)(uintptr_t)sh,
                                    .run = (char *const *)(uintptr_t)run,
                                    .run_count = 2,
                                    .directory =
                                        lx_arena_format(&s->arena, "%s/empty", s->runner.place),
                                    .runs = 1,
                                    .jobs = 2,
                                    .time_limit = 60};
    memset(options.answer, TRIAL_FAIL, sizeof(options.answer));
    options.answer[0] = TRIAL_PASS;
    const struct trial natively = {.native = true};
    const struct trial ruled = {.enforce = lx_rules[rule].id};
    struct runner_job jobs[2] = {{.test = &natively}, {.test = &ruled}};
    mkdir(options.directory, 0700);
    s->runner.options = &options;
    int r = runner_round(&s->runner, jobs, 2);
    s->runner.options = were;
    return r == 0 && jobs[0].outcome.answer == TRIAL_PASS && jobs[1].outcome.answer == TRIAL_FAIL &&
           jobs[1].outcome.status != 125;
}

const char *example_of(struct session *session, const struct plan_cause *cause, const char *profile)
{
    struct lx_arena *arena = &session->arena;
    unsigned rule = lx_ruleset_next(&cause->rules, 0);
    if (rule == LX_RULE_COUNT || lx_ruleset_next(&cause->rules, rule + 1) != LX_RULE_COUNT ||
        cause->call_count != 1 || cause->beside.scanner || cause->beside.latency ||
        cause->override_count > 0 || cause->calls[0].generic || cause->calls[0].path[0] == '\0' ||
        example_lines((enum lx_rule)rule) == NULL)
        return NULL;
    const char *first = cause->calls[0].path;
    const char *second = second_path(session, cause);
    const char *above = directory_line(arena, first);
    const char *other = directory_line(arena, second);
    const char *lines =
        lx_arena_format(arena, "%s%sset -- %s %s\n%s", above,
                        strcmp(above, other) == 0 ? "" : other, example_quote(arena, first),
                        example_quote(arena, second), example_lines((enum lx_rule)rule));
    return works(session, lines, (enum lx_rule)rule, profile) ? lines : NULL;
}
