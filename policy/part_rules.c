/* SPDX-License-Identifier: MIT */
/* Rules in a policy and in --set: an id and one of its values. */
#include <errno.h>
#include <string.h>

#include "policy/nearest.h"
#include "policy/part.h"

void lx_rule_set_clear(struct lx_rule_set *set)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++)
        set->rules[i] = (struct lx_stated){LX_VALUE_COUNT, 0};
}

static int refuse_rule(struct lx_load *load, struct lx_place place, const char *rule)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, rule);
    for (size_t i = 0; i < LX_RULE_COUNT; i++)
        lx_nearest_try(&nearest, lx_rules[i].id);
    return lx_refuse_word(load, place, lx_nearest_found(&nearest),
                          "unknown rule \"%s\", expected an id that \"lxshim policy rules\" lists",
                          rule);
}

/* "pending, deny or posix" */
static const char *values_of(struct lx_load *load, enum lx_rule rule)
{
    const char *list = "";
    uint64_t left = lx_rules[rule].values;
    for (unsigned i = 0; left != 0; i++) {
        if ((left >> i & 1) == 0)
            continue;
        left &= ~(UINT64_C(1) << i);
        list = lx_arena_format(load->arena, "%s%s%s", list,
                               list[0] == '\0' ? ""
                               : left != 0     ? ", "
                                               : " or ",
                               lx_value_word((enum lx_value)i));
    }
    return list;
}

static int refuse_value(struct lx_load *load, struct lx_place place, enum lx_rule rule,
                        const char *value)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, value);
    for (unsigned i = 0; i < LX_VALUE_COUNT; i++)
        if ((lx_rules[rule].values >> i & 1) != 0)
            lx_nearest_try(&nearest, lx_value_word((enum lx_value)i));
    return lx_refuse_word(load, place, lx_nearest_found(&nearest),
                          "\"%s\" is no value of %s, expected %s", value, lx_rules[rule].id,
                          values_of(load, rule));
}

int lx_state_rule(struct lx_load *load, struct lx_place rule_place, const char *rule,
                  struct lx_place value_place, const char *value, struct lx_rule_set *out)
{
    enum lx_rule found = lx_rule_find(rule);
    if (found == LX_RULE_NONE)
        return refuse_rule(load, rule_place, rule);
    enum lx_value v = lx_rule_value_find(found, value);
    if (v == LX_VALUE_COUNT)
        return refuse_value(load, value_place, found, value);
    out->rules[found] = (struct lx_stated){v, rule_place.line};
    return 0;
}

int lx_read_rules(struct lx_load *load, const struct lx_node *node, struct lx_rule_set *out)
{
    const char *key;
    json_t *value;
    if (!json_is_object(node->value))
        return lx_refuse_type(load, node, "an object of rules");
    json_object_foreach(node->value, key, value)
    {
        struct lx_node member = {
            .document = node->document, .up = node, .key = key, .value = value};
        if (strcmp(key, "//") == 0)
            continue;
        if (lx_rule_find(key) == LX_RULE_NONE)
            return refuse_rule(load, lx_place_of_key(&member), key);
        if (json_is_string(value) && json_string_length(value) == 0)
            return refuse_value(load, lx_place_of(&member), lx_rule_find(key), "");
        const char *word = lx_read_string(load, &member, "a value of the rule, a string");
        if (word == NULL)
            return -EINVAL;
        int r = lx_state_rule(load, lx_place_of_key(&member), key, lx_place_of(&member), word, out);
        if (r < 0)
            return r;
    }
    return 0;
}

int lx_read_set_flag(struct lx_load *load, const char *flag, struct lx_rule_set *out)
{
    struct lx_place place = {.file = lx_arena_format(load->arena, "--set %s", flag)};
    const char *equals = strchr(flag, '=');
    if (equals == NULL)
        return lx_refuse(load, place, "no '=', expected RULE=VALUE");
    const char *rule = lx_arena_string(load->arena, flag, (size_t)(equals - flag));
    return lx_state_rule(load, place, rule, place, equals + 1, out);
}

/* The rules that speak are given; those that do not are meant. */
static void silence_all(struct lx_ruleset *silent)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        lx_ruleset_add(silent, i);
}

int lx_read_enforced(struct lx_load *load, const struct lx_node *node, struct lx_ruleset *silent)
{
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, "an array of rules");
    silence_all(silent);
    for (size_t i = 0; i < json_array_size(node->value); i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        const char *id = lx_read_string(load, &item, "the id of a rule");
        if (id == NULL)
            return -EINVAL;
        if (lx_rule_find(id) == LX_RULE_NONE)
            return refuse_rule(load, lx_place_of(&item), id);
        lx_ruleset_remove(silent, lx_rule_find(id));
    }
    return 0;
}

int lx_read_enforce_flag(struct lx_load *load, const char *flag, struct lx_ruleset *silent)
{
    struct lx_place place = {.file = "--enforce"};
    silence_all(silent);
    while (*flag != '\0') {
        size_t n = strcspn(flag, ",");
        const char *id = lx_arena_string(load->arena, flag, n);
        if (lx_rule_find(id) == LX_RULE_NONE)
            return refuse_rule(load, place, id);
        lx_ruleset_remove(silent, lx_rule_find(id));
        flag += n;
        flag += *flag == ',';
    }
    return 0;
}
