/* SPDX-License-Identifier: MIT */
/*
 * The table of docs/fidelity.md: what each rule is by era, client and kind of volume, why we
 * believe it, how good a reason that is, and which tests hold it. Tests are looked for below the
 * current directory, which is a source tree.
 */
#include <ctype.h>
#include <glob.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policy/axes.h"
#include "policy/embedded.h"
#include "policy/profile.h"
#include "policy/rules.h"
#include "tools/generate.h"

#define TESTS "tests/bats/*.bats"

/* Which words in a reason make it what, the best first. A reason that says none of them is none. */
static const struct grade {
    const char *word;
    const char *name;
} grades[] = {
    {"vendor test", "vendor test"},
    {"openvmm", "vendor source"},
    {"seed", "vendor's post"},
    {"MicrosoftDocs", "vendor's manual"},
    {"strace", "trace in a report"},
    {"RN:", "release note"},
    {"#", "report"},
    {"recalled", "recalled"},
    {"inference", "inference"},
    {"", "no evidence"},
};

static const char *grade_of(const char *reason)
{
    const struct grade *g = grades;
    /* What is said to be inferred is that, whatever it is inferred from. */
    if (strncmp(reason, "inference", 9) == 0 || strncmp(reason, "no source", 9) == 0)
        return "inference";
    while (strstr(reason, g->word) == NULL)
        g++;
    return g->name;
}

/* A text in a table's cell. */
static void cell(FILE *out, const char *text)
{
    fputs(" | ", out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '|' ? "\\|" : "%c", *text);
}

/* What a profile itself says of a rule in its comments, or on an axis; NULL for nothing. */
static const char *said(const char *name, const char *axis, const char *rule)
{
    static json_t *profiles; /* by name: they live as long as the program */
    if (profiles == NULL)
        profiles = json_object();
    json_t *profile = json_object_get(profiles, name);
    for (const struct lx_embedded *e = lx_embedded_profiles; profile == NULL && e->name != NULL;
         e++)
        if (strcmp(e->name, name) == 0)
            json_object_set_new(profiles, name, profile = json_loads(e->text, 0, NULL));
    if (axis != NULL) {
        json_t *on = json_object_get(json_object_get(profile, "on"), axis);
        const char *why = json_string_value(json_object_get(on, "//"));
        if (why != NULL)
            return why;
    }
    return json_string_value(json_object_get(json_object_get(profile, "//"), rule));
}

/* True where a text has a rule's id, and not as the beginning of another word. */
static bool has_word(const char *text, const char *before, const char *id)
{
    char word[128];
    snprintf(word, sizeof(word), "%s%s", before, id);
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += n)
        if (!isalnum((unsigned char)at[n]) && at[n] != '_')
            return true;
    return false;
}

static char *text_of(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    if (file != NULL && getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* The files with a test that a rule's id begins, or else those that set it. */
static void tests(FILE *out, const char *id)
{
    static glob_t found;
    static char *text[256];
    bool any = false;
    if (found.gl_pathc == 0 && glob(TESTS, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && i < 256; i++)
            text[i] = text_of(found.gl_pathv[i]);
    fputs(" |", out);
    for (int titles = 1; titles >= 0 && !any; titles--)
        for (size_t i = 0; i < found.gl_pathc && i < 256; i++)
            if (text[i] != NULL && has_word(text[i], titles ? "@test \"" : "", id)) {
                fprintf(out, "%s %s", any ? "," : "", strrchr(found.gl_pathv[i], '/') + 1);
                any = true;
            }
    fputs(any ? " |\n" : " none |\n", out);
}

/* One line: a value, where it is, and why. */
static void line(FILE *out, enum lx_rule rule, unsigned value, const char *where, const char *why)
{
    const char *reason = why != NULL ? why : lx_rules[rule].evidence;
    fprintf(out, "| `%s` | `%s`", lx_rules[rule].id, lx_value_word((enum lx_value)value));
    cell(out, where);
    cell(out, grade_of(reason));
    cell(out, reason);
    tests(out, lx_rules[rule].id);
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

#define PROFILES_MAX 64

/* Writes which profiles those are of the list that `has` says: all, or runs of three and more by
 * their ends. */
static void list(char *where, size_t room, const bool has[PROFILES_MAX], size_t count)
{
    size_t n = 0;
    where[0] = '\0';
    for (size_t i = 0; i < count && n < room; i++) {
        size_t end = i;
        if (!has[i])
            continue;
        while (end + 1 < count && has[end + 1])
            end++;
        if (i == 0 && end + 1 == count) {
            snprintf(where, room, "all");
            return;
        }
        const char *between = n > 0 ? ", " : "";
        if (end > i + 1) {
            n += (size_t)snprintf(where + n, room - n, "%s%s to %s", between,
                                  lx_profile_at(i)->name, lx_profile_at(end)->name);
            i = end;
        } else {
            n += (size_t)snprintf(where + n, room - n, "%s%s", between, lx_profile_at(i)->name);
        }
    }
}

/*
 * A value that one profile states, with all profiles that have it from there. `axis`: of a kind of
 * volume, or LX_AXES for what the profiles say themselves.
 */
static void stated(FILE *out, enum lx_rule rule, enum lx_axis axis, const struct lx_profile *by)
{
    char where[512];
    bool has[PROFILES_MAX];
    bool any = false;
    size_t count = 0;
    bool on = axis != LX_AXES;
    const char *from = on ? by->on_from[axis][rule] : by->from[rule];
    unsigned value = on ? by->on[axis][rule] : by->rules[rule];
    const struct lx_profile *p;
    if (on && value == LX_UNSAID)
        return;
    for (; (p = lx_profile_at(count)) != NULL && count < PROFILES_MAX; count++) {
        has[count] = same(on ? p->on_from[axis][rule] : p->from[rule], from) &&
                     (on ? p->on[axis][rule] : p->rules[rule]) == value;
        if (has[count] && !any && p != by)
            return; /* said with the first that has it */
        any |= has[count];
    }
    list(where, sizeof(where), has, count);
    if (on) {
        size_t n = strlen(where);
        snprintf(where + n, sizeof(where) - n, ", on %s", lx_axis_word(axis));
    }
    const char *why = NULL; /* the rule's own */
    if (on || from != NULL)
        why = said(from == NULL ? LX_DEFAULT_PROFILE : from, on ? lx_axis_word(axis) : NULL,
                   lx_rules[rule].id);
    if (on && why != NULL && strcmp(grade_of(why), "inference") != 0 &&
        strcasestr(lx_rules[rule].evidence, lx_axis_word(axis)) != NULL)
        why = NULL; /* that speaks of this rule, the other of the kind of volume */
    line(out, rule, value, where, why);
}

void generate_fidelity(FILE *out)
{
    const struct lx_profile *p;
    fputs("| rule | value | where | grade | evidence | tests |\n|---|---|---|---|---|---|\n", out);
    for (unsigned rule = 0; rule < LX_RULE_COUNT; rule++)
        for (unsigned axis = 0; axis <= LX_AXES; axis++)
            for (size_t i = 0; (p = lx_profile_at(i)) != NULL; i++)
                /* What holds everywhere first. */
                stated(out, (enum lx_rule)rule, axis == 0 ? LX_AXES : (enum lx_axis)(axis - 1), p);
}
