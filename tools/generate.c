/* SPDX-License-Identifier: MIT */
/*
 * generate ROOT: writes what follows from the registries of rules, options and commands into the
 * files of a source tree that have it, between a line that says so and the one that ends it.
 * generate: prints the names of these files.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/axes.h"
#include "policy/presets.h"
#include "policy/rules.h"
#include "tools/generate.h"

#define COLUMNS 100

/* A string as JSON has it. Texts of the registries have no control characters. */
static void json_text(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void schema_rules(FILE *out)
{
    fprintf(out, "      \"additionalProperties\": false,\n      \"properties\": {\n"
                 "        \"//\": {\"$ref\": \"#/$defs/comment\"}");
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const char *between = "";
        fprintf(out, ",\n        \"%s\": {\n          \"description\": ", lx_rules[i].id);
        json_text(out, lx_rules[i].summary);
        fprintf(out, ",\n          \"enum\": [");
        for (unsigned v = 0; v < LX_VALUE_COUNT; v++) {
            if ((lx_rules[i].values >> v & 1) == 0)
                continue;
            fputs(between, out);
            json_text(out, lx_value_word((enum lx_value)v));
            between = ", ";
        }
        fprintf(out, "]\n        }");
    }
    fprintf(out, "\n      }\n");
}

static void schema_ids(FILE *out)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        fprintf(out, "                      \"%s\"%s\n", lx_rules[i].id,
                i + 1 < LX_RULE_COUNT ? "," : "");
}

static void profile_rules(FILE *out)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        fprintf(out, "    \"%s\": \"%s\"%s\n", lx_rules[i].id, lx_value_word(lx_rules[i].fallback),
                i + 1 < LX_RULE_COUNT ? "," : "");
}

/* What the profile drvfs says on each axis, and why. */
static void profile_axes(FILE *out)
{
    for (unsigned a = 0; a < LX_AXES; a++) {
        fprintf(out, "    \"%s\": {\n      \"//\": [", lx_axis_word((enum lx_axis)a));
        json_text(out, lx_grade_word(lx_axis_grade((enum lx_axis)a)));
        fputs(", ", out);
        json_text(out, lx_axis_evidence((enum lx_axis)a));
        putc(']', out);
        for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
            uint8_t value = lx_axis_default((enum lx_axis)a, (enum lx_rule)i);
            if (value != LX_UNSAID)
                fprintf(out, ",\n      \"%s\": \"%s\"", lx_rules[i].id,
                        lx_value_word((enum lx_value)value));
        }
        fprintf(out, "\n    }%s\n", a + 1 < LX_AXES ? "," : "");
    }
}

/* Text of a man page, filled. A line that began with a dot or a quote would be a request. */
static void man_text(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        bool breaks = column > 0 && column + 1 + n > COLUMNS && strchr(".'", *text) == NULL;
        if (column > 0)
            putc(breaks ? '\n' : ' ', out);
        column = breaks ? n : column + n + (column > 0);
        for (size_t i = 0; i < n; i++)
            fprintf(out, text[i] == '\\' ? "\\e" : "%c", text[i]);
        text += n;
        text += strspn(text, " ");
    }
    putc('\n', out);
}

static void man_rules(FILE *out)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const struct lx_rule_info *rule = &lx_rules[i];
        const char *between = "One of";
        fprintf(out, ".TP\n.B %s\n", rule->id);
        for (unsigned v = 0; v < LX_VALUE_COUNT; v++) {
            if ((rule->values >> v & 1) == 0)
                continue;
            fprintf(out, "%s \\fB%s\\fR%s", between, lx_value_word((enum lx_value)v),
                    v == rule->fallback ? " (default)" : "");
            between = ",";
        }
        fprintf(out, ".\n");
        man_text(out, rule->summary);
        if (rule->types == LX_OF_ANY)
            fprintf(out, "Mounts of every file system have it.\n");
    }
}

static void man_scanners(FILE *out)
{
    for (const struct lx_preset *p = lx_presets; p->word != NULL; p++) {
        fprintf(out, ".TP\n.B %s\n", p->word);
        fprintf(out, "%c%s.\n", toupper((unsigned char)p->summary[0]), p->summary + 1);
        man_text(out, p->evidence);
    }
}

static void schema_scanners(FILE *out)
{
    for (const struct lx_preset *p = lx_presets; p->word != NULL; p++)
        fprintf(out, "        \"%s\"%s\n", p->word, p[1].word != NULL ? "," : "");
}

#define BEGIN "Made by \"make generate\", until it ends:"
#define END   "End of what \"make generate\" makes."

static const struct target {
    const char *file;
    const char *begin; /* how the line before and the line behind what is made end */
    const char *end;
    void (*write)(FILE *out);
} targets[] = {
    {"policy/schema/lxshim-policy-1.schema.json", "\"description\": \"Rule id to value.\",",
     "\n    }", schema_rules},
    {"policy/schema/lxshim-policy-1.schema.json", "\"description\": \"Ids of rules.\", \"enum\": [",
     "\n                    ]", schema_ids},
    {"policy/profiles/drvfs.json", "\n  \"rules\": {", "\n  }", profile_rules},
    {"policy/profiles/drvfs.json", "\n  \"on\": {", "\n  }", profile_axes},
    {"policy/schema/lxshim-policy-1.schema.json", "\"enum\": [\"off\",", "\n      ]",
     schema_scanners},
    {"man/lxshim-policy.5", BEGIN " rules.", END, man_rules},
    {"man/lxshim-policy.5", BEGIN " scanners.", END, man_scanners},
    {"man/lxshim.1", BEGIN, END, generate_options},
    {"docs/fidelity.md", BEGIN, END, generate_fidelity},
    {"completions/lxshim.bash", BEGIN, END, generate_words},
    {"completions/_lxshim", BEGIN, END, generate_words},
    {"completions/lxshim.fish", BEGIN, END, generate_words_fish},
};
#define TARGET_COUNT (sizeof(targets) / sizeof(targets[0]))

static int fail(const char *file, const char *why)
{
    fprintf(stderr, "generate: %s: %s\n", file, why);
    return 1;
}

/* A whole file as a string, to be freed; or NULL. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    if (file == NULL)
        return NULL;
    if (getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static int write_target(const struct target *t, const char *root)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", root, t->file);
    char *text = read_text(path);
    if (text == NULL)
        return fail(path, strerror(errno));
    char *begin = strstr(text, t->begin);
    char *first = begin == NULL ? NULL : strchr(begin + 1, '\n');
    char *end = first == NULL ? NULL : strstr(first, t->end);
    if (end == NULL) {
        free(text);
        return fail(path, begin == NULL ? "it does not say where to begin"
                                        : "it does not say where to end");
    }
    /* The line that ends it is kept as a whole. */
    while (*end != '\n')
        end--;
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        free(text);
        return fail(path, strerror(errno));
    }
    fwrite(text, 1, (size_t)(first + 1 - text), out);
    t->write(out);
    fputs(end + 1, out);
    free(text);
    bool failed = ferror(out) != 0;
    failed |= fclose(out) != 0;
    return failed ? fail(path, strerror(errno)) : 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    for (size_t i = 0; i < TARGET_COUNT; i++) {
        if (argc > 1)
            status |= write_target(&targets[i], argv[1]);
        else
            puts(targets[i].file);
    }
    if (argc > 1) {
        status |= generate_pages(argv[1]);
        status |= generate_man(argv[1]);
    } else {
        generate_page_names();
        generate_man_names();
    }
    return status;
}
