/* SPDX-License-Identifier: MIT */
/* lxshim explain: one rule, whole. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/bug.h"
#include "cli/cli.h"
#include "cli/eras.h"
#include "cli/page.h"
#include "cli/summary.h"
#include "matrix/cells.h"
#include "policy/errnames.h"
#include "report/report.h"

/* True for a rule's id, or the beginning of only one. */
static bool names_one(const char *word)
{
    unsigned begun = 0;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        if (strcmp(lx_rules[i].id, word) == 0)
            return true;
        begun += strncmp(lx_rules[i].id, word, strlen(word)) == 0;
    }
    return begun == 1;
}

/* The value by which the rule refuses with the errno that a word is, by name or in words ("deny" of
 * unlink.open_file with EACCES); or LX_VALUE_COUNT. */
static unsigned refusal_of(enum lx_rule rule, const char *word)
{
    unsigned value = 0;
    for (; value < LX_VALUE_COUNT; value++) {
        int error = lx_value_errno((enum lx_value)value);
        if (error != 0 && lx_rule_takes(rule, value) &&
            (strcasecmp(lx_errno_name(error), word) == 0 || strcasecmp(strerror(error), word) == 0))
            break;
    }
    return value;
}

/* Where a value holds, in words. */
struct places {
    struct lx_arena arena;
    unsigned value;
    const char *text;
};

static void add_place(void *context, const struct era_value *told)
{
    struct places *p = context;
    if (told->value == (enum lx_value)p->value)
        p->text = lx_arena_format(&p->arena, "%s%s%s", p->text, p->text[0] != '\0' ? "; " : "",
                                  told->where);
}

/* Says which eras refuse with an errno, for who has met it in one of them. */
static void print_places(enum lx_rule rule, const char *word)
{
    struct places p = {.arena = {NULL}, .value = refusal_of(rule, word), .text = ""};
    if (p.value == LX_VALUE_COUNT)
        return;
    const char *name = lx_value_word((enum lx_value)p.value);
    eras_of(rule, add_place, &p);
    if (p.text[0] == '\0')
        p.text = lx_arena_format(&p.arena, "in no era by itself, but by --set %s=%s",
                                 lx_rules[rule].id, name);
    cli_wrap(4, lx_arena_format(&p.arena, "%s: %s", name, p.text));
    lx_arena_free(&p.arena);
}

static bool is_about(const struct lx_rule_info *rule, const char *word)
{
    enum lx_rule number = (enum lx_rule)(rule - lx_rules);
    const char *cure = report_cure(number);
    return strcasestr(rule->id, word) != NULL || strcasestr(rule->summary, word) != NULL ||
           (cure != NULL && strcasestr(cure, word) != NULL) ||
           refusal_of(number, word) != LX_VALUE_COUNT;
}

/* "WSL#15" is not the beginning of "WSL#1529". */
static bool is_evident_from(const struct lx_rule_info *rule, const char *word)
{
    const char *at = strcasestr(rule->evidence, word);
    while (at != NULL && isdigit((unsigned char)at[strlen(word)]))
        at = strcasestr(at + 1, word);
    return at != NULL;
}

/* Lists the rules that `has` a word, whatever its case. True where any has. */
static bool search(const char *word, bool (*has)(const struct lx_rule_info *, const char *))
{
    bool found = false;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        const struct lx_rule_info *rule = &lx_rules[i];
        if (!has(rule, word))
            continue;
        if (!found)
            printf("rules about \"%s\"\n", word);
        found = true;
        printf("\n  %s\n", rule->id);
        cli_wrap(4, rule->summary);
        print_places((enum lx_rule)i, word);
    }
    return found;
}

/* Lists the bugs of the gallery that have a word in their names, titles or policies: what single
 * builds did is no rule. True where any has. */
static bool search_gallery(const char *word)
{
    struct lx_arena arena = {NULL};
    struct bug *bugs = NULL;
    const char *gallery = bug_gallery(&arena);
    size_t count = gallery == NULL ? 0 : bug_all(gallery, &arena, &bugs);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const char *policy = bug_text(&bugs[i], "policy.json", &arena);
        if (strcasestr(bugs[i].id, word) == NULL && strcasestr(bugs[i].title, word) == NULL &&
            (policy == NULL || strcasestr(policy, word) == NULL))
            continue;
        if (!found)
            printf("\nbugs about \"%s\", for lxshim gallery\n", word);
        found = true;
        printf("\n  %s\n", bugs[i].id);
        cli_wrap(4, bugs[i].title);
    }
    lx_arena_free(&arena);
    return found;
}

/* True where rules, or bugs, have a word. */
static bool search_all(const char *word)
{
    bool rules = search(word, is_about) || search(word, is_evident_from);
    return search_gallery(word) || rules;
}

/* One cell: what the rule is there, and why. */
static void print_cell(const struct cell *cell, enum lx_rule rule, bool metadata)
{
    enum lx_filesystem filesystem =
        cell->filesystem == NULL ? LX_FILESYSTEMS : lx_filesystem_find(cell->filesystem);
    const struct era_value v = eras_cell(rule, lx_profile_find(cell->era), filesystem, metadata);
    int error = lx_value_errno(v.value);
    bool kept =
        metadata && (filesystem == LX_FILESYSTEMS || lx_filesystem_keeps_metadata(filesystem));
    printf("\n  %s%s: %s", cell->name, kept ? ", with metadata" : "", lx_value_word(v.value));
    if (error != 0)
        printf(" (refused with %s, %s)", lx_errno_name(error), strerror(error));
    putchar('\n');
    struct lx_arena arena = {NULL};
    cli_wrap(4, lx_arena_format(&arena, "%s: %s", lx_grade_word(v.grade),
                                v.reason != NULL ? v.reason : lx_rules[rule].evidence));
    lx_arena_free(&arena);
}

/* The cells that options name. */
static int explain_cells(const struct cli_arguments *a, enum lx_rule rule)
{
    struct lx_arena arena = {NULL};
    struct cells cells;
    struct cells_problem problem;
    if (!cells_make(&arena, a->eras != NULL ? a->eras : "all", a->volumes, a->clients, &cells,
                    &problem)) {
        if (problem.what == NULL)
            cli_error("no era of --era has a client of --client");
        else
            cli_unknown(problem.what, problem.word, problem.nearest,
                        strcmp(problem.what, "era") == 0 ? "lxshim policy profiles"
                                                         : "lxshim explain --help");
        lx_arena_free(&arena);
        return CLI_USAGE;
    }
    cli_heading(stdout, lx_rules[rule].id, "\n\n");
    cli_wrap(2, lx_rules[rule].summary);
    for (size_t i = 0; i < cells.count; i++)
        if (strcmp(cells.list[i].era, CELL_NATIVE) != 0)
            print_cell(&cells.list[i], rule, a->metadata);
    lx_arena_free(&arena);
    return CLI_OK;
}

int cli_explain(const struct cli_arguments *arguments)
{
    const char *word = arguments->rest[0];
    bool cells = arguments->eras != NULL || arguments->volumes != NULL ||
                 arguments->clients != NULL || arguments->metadata;
    if (strcmp(word, SUMMARY_OVERRIDES) == 0) {
        cli_wrap(0, "No rule: calls that an override of the policy answered or delayed. \"lxshim "
                    "policy show\" lists the overrides, \"lxshim help overrides\" says what they "
                    "are.");
        return CLI_OK;
    }
    if (word[0] != '\0' && !cells && !names_one(word) && search_all(word))
        return CLI_OK;
    enum lx_rule rule = cli_find_rule(word);
    if (rule == LX_RULE_NONE)
        return CLI_NO;
    if (cells)
        return explain_cells(arguments, rule);
    page_text(rule, stdout);
    return CLI_OK;
}
