/* SPDX-License-Identifier: MIT */
/* lxshim explain: one rule, whole. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/summary.h"
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

/* True where the word is an errno, by name or in words, with which the rule may refuse a call. */
static bool may_refuse_with(enum lx_rule rule, const char *word)
{
    for (unsigned value = 0; value < LX_VALUE_COUNT; value++) {
        int error = lx_value_errno((enum lx_value)value);
        if (error != 0 && lx_rule_takes(rule, value) &&
            (strcasecmp(lx_value_word((enum lx_value)value), word) == 0 ||
             strcasecmp(strerror(error), word) == 0))
            return true;
    }
    return false;
}

static bool is_about(const struct lx_rule_info *rule, const char *word)
{
    enum lx_rule number = (enum lx_rule)(rule - lx_rules);
    const char *cure = report_cure(number);
    return strcasestr(rule->id, word) != NULL || strcasestr(rule->summary, word) != NULL ||
           (cure != NULL && strcasestr(cure, word) != NULL) || may_refuse_with(number, word);
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
    }
    return found;
}

int cli_explain(const struct cli_arguments *arguments)
{
    const char *word = arguments->rest[0];
    if (strcmp(word, SUMMARY_OVERRIDES) == 0) {
        cli_wrap(0, "No rule: calls that an override of the policy answered or delayed. \"lxshim "
                    "policy show\" lists the overrides, \"lxshim help overrides\" says what they "
                    "are.");
        return CLI_OK;
    }
    if (word[0] != '\0' && !names_one(word) &&
        (search(word, is_about) || search(word, is_evident_from)))
        return CLI_OK;
    enum lx_rule rule = cli_find_rule(word);
    if (rule == LX_RULE_NONE)
        return CLI_NO;
    page_text(rule, stdout);
    return CLI_OK;
}
