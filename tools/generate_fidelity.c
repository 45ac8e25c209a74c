/* SPDX-License-Identifier: MIT */
/*
 * The table of docs/fidelity.md: what each rule is by era, client and kind of volume, why we
 * believe it, how good a reason that is, and which tests hold it. Tests are looked for below the
 * current directory, which is a source tree.
 */
#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/eras.h"
#include "policy/rules.h"
#include "tools/generate.h"

#define TESTS "tests/bats/*.bats"

/* A text in a table's cell. */
static void cell(FILE *out, const char *text)
{
    fputs(" | ", out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '|' ? "\\|" : "%c", *text);
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
static void line(void *context, const struct era_value *v)
{
    FILE *out = context;
    const char *reason = v->reason != NULL ? v->reason : lx_rules[v->rule].evidence;
    fprintf(out, "| `%s` | `%s`", lx_rules[v->rule].id, lx_value_word(v->value));
    cell(out, v->where);
    cell(out, lx_grade_word(v->grade));
    cell(out, reason);
    tests(out, lx_rules[v->rule].id);
}

void generate_fidelity(FILE *out)
{
    fputs("| rule | value | where | grade | evidence | tests |\n|---|---|---|---|---|---|\n", out);
    for (unsigned rule = 0; rule < LX_RULE_COUNT; rule++)
        eras_of((enum lx_rule)rule, line, out);
}
