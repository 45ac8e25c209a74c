/* SPDX-License-Identifier: MIT */
#include "policy/layers.h"

#include <string.h>

static void take_set(struct lx_setting *rules, const struct lx_rule_set *set,
                     struct lx_origin origin)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        if (set->rules[i].value == LX_VALUE_COUNT)
            continue;
        origin.line = set->rules[i].line;
        rules[i] = (struct lx_setting){set->rules[i].value, origin};
    }
}

static void take_profile(struct lx_setting *rules, const struct lx_profile *profile)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        const char *from = profile->from[i];
        bool plain = from == NULL || strcmp(from, LX_DEFAULT_PROFILE) == 0;
        rules[i] = (struct lx_setting){
            profile->rules[i],
            {.kind = plain ? LX_ORIGIN_DEFAULT : LX_ORIGIN_PROFILE, .name = plain ? NULL : from}};
    }
}

static void take_axis(struct lx_setting *rules, const struct lx_profile *profile, enum lx_axis axis)
{
    struct lx_origin origin = {.kind = LX_ORIGIN_AXIS, .axis = lx_axis_word(axis)};
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        if (profile->on[axis][i] == LX_UNSAID)
            continue;
        origin.name = profile->on_from[axis][i];
        rules[i] = (struct lx_setting){(enum lx_value)profile->on[axis][i], origin};
    }
}

/* Files that are extended, the farthest first. */
static void take_bases(struct lx_setting *rules, const struct lx_part *part)
{
    if (part == NULL)
        return;
    take_bases(rules, part->base);
    take_set(rules, &part->rules, lx_from_file(part->document->name, 0));
}

static const struct lx_part *first_base(const struct lx_layers *layers)
{
    return layers->file != NULL ? layers->file->base : NULL;
}

void lx_layers_settle(const struct lx_layers *layers, enum lx_filesystem filesystem, bool metadata,
                      const struct lx_mount_part *part, struct lx_setting rules[LX_RULE_COUNT])
{
    take_profile(rules, layers->profile);
    take_bases(rules, first_base(layers));
    take_axis(rules, layers->profile, lx_filesystem_axis(filesystem));
    if (metadata)
        take_axis(rules, layers->profile, LX_ON_METADATA);
    if (layers->file != NULL)
        take_set(rules, &layers->file->rules, lx_from_file(layers->file->document->name, 0));
    if (part != NULL)
        take_set(rules, &part->rules, lx_from_file(part->place.file, 0));
    take_set(rules, layers->flags, lx_from_flag("--set"));
}

static void put_set(uint8_t table[LX_RULE_COUNT], const struct lx_rule_set *set)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++)
        if (set->rules[i].value != LX_VALUE_COUNT)
            table[i] = (uint8_t)set->rules[i].value;
}

void lx_layers_tables(const struct lx_layers *layers, struct lx_axes *out)
{
    struct lx_setting rules[LX_RULE_COUNT];
    take_profile(rules, layers->profile);
    take_bases(rules, first_base(layers));
    for (size_t i = 0; i < LX_RULE_COUNT; i++)
        out->base[i] = (uint8_t)rules[i].value;
    memcpy(out->on, layers->profile->on, sizeof(out->on));
    memset(out->stated, LX_UNSAID, sizeof(out->stated));
    if (layers->file != NULL)
        put_set(out->stated, &layers->file->rules);
    put_set(out->stated, layers->flags);
}

const uint8_t *lx_layers_own(const struct lx_layers *layers, struct lx_arena *arena,
                             const struct lx_mount_part *part)
{
    uint8_t *own = lx_arena_alloc(arena, LX_RULE_COUNT);
    bool any = false;
    memset(own, LX_UNSAID, LX_RULE_COUNT);
    put_set(own, &part->rules);
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        if (layers->flags->rules[i].value != LX_VALUE_COUNT)
            own[i] = LX_UNSAID;
        any |= own[i] != LX_UNSAID;
    }
    return any ? own : NULL;
}
