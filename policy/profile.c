/* SPDX-License-Identifier: MIT */
#include "policy/profile.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/embedded.h"
#include "policy/nearest.h"

enum {
#define PROFILE(symbol, file) INDEX_##symbol,
#include "policy/profiles.def"
#undef PROFILE
    PROFILE_COUNT
};

/* Read when first asked for, and kept; the program has one thread. */
static struct lx_profile profiles[PROFILE_COUNT];
static bool ready[PROFILE_COUNT];

static _Noreturn void broken(const char *name, const char *why, const char *what)
{
    fprintf(stderr, "lxshim: built-in profile %s: %s %s\n", name, why, what);
    exit(125);
}

static const char *text_of(const json_t *root, const char *key)
{
    return json_string_value(json_object_get(root, key));
}

/* What a profile says of the values of rules. */
typedef void take_value(struct lx_profile *profile, enum lx_rule rule, enum lx_value value,
                        enum lx_axis axis);

static void take_plain(struct lx_profile *profile, enum lx_rule rule, enum lx_value value,
                       enum lx_axis axis)
{
    (void)axis;
    profile->rules[rule] = value;
    profile->from[rule] = profile->name;
}

static void take_on(struct lx_profile *profile, enum lx_rule rule, enum lx_value value,
                    enum lx_axis axis)
{
    profile->on[axis][rule] = (uint8_t)value;
    profile->on_from[axis][rule] = profile->name;
}

static void read_rules(struct lx_profile *profile, json_t *rules, take_value *take,
                       enum lx_axis axis)
{
    const char *key;
    json_t *value;
    json_object_foreach(rules, key, value)
    {
        if (strcmp(key, "//") == 0)
            continue;
        enum lx_rule rule = lx_rule_find(key);
        if (rule == LX_RULE_NONE)
            broken(profile->name, "unknown rule", key);
        enum lx_value v =
            lx_rule_value_find(rule, json_is_string(value) ? json_string_value(value) : "");
        if (v == LX_VALUE_COUNT)
            broken(profile->name, "bad value of", key);
        take(profile, rule, v, axis);
    }
}

static void read_axes(struct lx_profile *profile, json_t *on)
{
    const char *key;
    json_t *rules;
    json_object_foreach(on, key, rules)
    {
        if (strcmp(key, "//") == 0)
            continue;
        enum lx_axis axis = lx_axis_find(key);
        if (axis == LX_AXES)
            broken(profile->name, "unknown axis", key);
        read_rules(profile, rules, take_on, axis);
    }
}

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < PROFILE_COUNT && strcmp(lx_embedded_profiles[i].name, name) != 0)
        i++;
    return i;
}

/* Reads a profile and those it extends; `depth` notices one that extends itself. */
static const struct lx_profile *get(size_t index, unsigned depth)
{
    const struct lx_embedded *file = &lx_embedded_profiles[index];
    struct lx_profile *profile = &profiles[index];
    json_error_t error;
    if (ready[index])
        return profile;
    if (depth > PROFILE_COUNT)
        broken(file->name, "extends", "itself");
    json_t *root = json_loads(file->text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        broken(file->name, "not JSON:", error.text);
    const char *extends = text_of(root, "extends");
    const char *summary = text_of(root, "summary");
    const char *name = text_of(root, "name");
    if (summary == NULL || name == NULL || strcmp(name, file->name) != 0)
        broken(file->name, "bad", "name or summary");
    if (extends != NULL) {
        size_t base = find(extends);
        if (base == PROFILE_COUNT)
            broken(file->name, "extends the unknown", extends);
        *profile = *get(base, depth + 1);
    } else {
        for (size_t i = 0; i < LX_RULE_COUNT; i++)
            profile->rules[i] = lx_rules[i].fallback;
        memset(profile->on, LX_UNSAID, sizeof(profile->on));
    }
    profile->name = file->name;
    profile->summary = strdup(summary);
    profile->extends = extends == NULL ? NULL : strdup(extends);
    read_rules(profile, json_object_get(root, "rules"), take_plain, LX_AXES);
    read_axes(profile, json_object_get(root, "on"));
    json_decref(root);
    ready[index] = true;
    return profile;
}

const struct lx_profile *lx_profile_at(size_t index)
{
    return index < PROFILE_COUNT ? get(index, 0) : NULL;
}

const struct lx_profile *lx_profile_find(const char *name)
{
    return lx_profile_at(find(name));
}

const char *lx_profile_nearest(const char *name)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, name);
    for (size_t i = 0; i < PROFILE_COUNT; i++)
        lx_nearest_try(&nearest, lx_embedded_profiles[i].name);
    return lx_nearest_found(&nearest);
}
