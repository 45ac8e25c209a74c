/* SPDX-License-Identifier: MIT */
#include "policy/axes.h"

#include <string.h>

static const struct {
    const char *word;
    enum lx_axis axis;
    bool room;
} kinds[LX_FILESYSTEMS] = {
#define KIND(symbol, word, axis, room) [LX_##symbol] = {word, LX_ON_##axis, room},
#include "axes.def"
};

static const struct {
    const char *word;
    enum lx_grade grade;
    const char *evidence;
} axes_said[LX_AXES] = {
#define AXIS(symbol, word, grade, evidence) [LX_ON_##symbol] = {word, LX_GRADE_##grade, evidence},
#include "axes.def"
};

/* What the profile drvfs says. */
static const struct {
    uint8_t axis;
    uint8_t rule;
    uint8_t value;
} defaults[] = {
#define ON(axis, rule, value) {LX_ON_##axis, LX_RULE_##rule, LX_##value},
#include "axes.def"
};

#define DEFAULT_COUNT (sizeof(defaults) / sizeof(defaults[0]))

_Static_assert(LX_RULE_COUNT <= UINT8_MAX, "a rule no longer fits a byte");

const char *lx_filesystem_word(enum lx_filesystem filesystem)
{
    return filesystem < LX_FILESYSTEMS ? kinds[filesystem].word : "?";
}

enum lx_filesystem lx_filesystem_find(const char *word)
{
    unsigned i = 0;
    while (i < LX_FILESYSTEMS && strcmp(kinds[i].word, word) != 0)
        i++;
    return (enum lx_filesystem)i;
}

enum lx_axis lx_filesystem_axis(enum lx_filesystem filesystem)
{
    return filesystem < LX_FILESYSTEMS ? kinds[filesystem].axis : LX_ON_NTFS;
}

bool lx_filesystem_keeps_metadata(enum lx_filesystem filesystem)
{
    return filesystem < LX_FILESYSTEMS && kinds[filesystem].room;
}

enum lx_filesystem lx_filesystem_shared(enum lx_filesystem filesystem)
{
    return lx_filesystem_keeps_metadata(filesystem) ? LX_SMB : filesystem;
}

const char *lx_axis_word(enum lx_axis axis)
{
    return axis < LX_AXES ? axes_said[axis].word : "?";
}

const char *lx_axis_evidence(enum lx_axis axis)
{
    return axis < LX_AXES ? axes_said[axis].evidence : "?";
}

enum lx_grade lx_axis_grade(enum lx_axis axis)
{
    return axis < LX_AXES ? axes_said[axis].grade : LX_GRADES;
}

enum lx_axis lx_axis_find(const char *word)
{
    unsigned i = 0;
    while (i < LX_AXES && strcmp(axes_said[i].word, word) != 0)
        i++;
    return (enum lx_axis)i;
}

uint8_t lx_axis_default(enum lx_axis axis, enum lx_rule rule)
{
    for (size_t i = 0; i < DEFAULT_COUNT; i++)
        if (defaults[i].axis == axis && defaults[i].rule == rule)
            return defaults[i].value;
    return LX_UNSAID;
}

void lx_axes_defaults(struct lx_axes *axes)
{
    memset(axes, LX_UNSAID, sizeof(*axes));
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        axes->base[i] = lx_rule_fallback((enum lx_rule)i);
    for (size_t i = 0; i < DEFAULT_COUNT; i++)
        axes->on[defaults[i].axis][defaults[i].rule] = defaults[i].value;
}

static bool table_ok(const uint8_t rules[LX_RULE_COUNT], bool whole)
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if ((rules[i] != LX_UNSAID || whole) && !lx_rule_takes((enum lx_rule)i, rules[i]))
            return false;
    return true;
}

bool lx_axes_check(const struct lx_axes *axes)
{
    for (unsigned i = 0; i < LX_AXES; i++)
        if (!table_ok(axes->on[i], false))
            return false;
    return table_ok(axes->base, true) && table_ok(axes->stated, false);
}

void lx_rules_overlay(uint8_t rules[LX_RULE_COUNT], const uint8_t said[LX_RULE_COUNT])
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (said[i] != LX_UNSAID)
            rules[i] = said[i];
}

static uint8_t said_on(const struct lx_axes *axes, enum lx_axis axis, enum lx_rule rule)
{
    return axes == NULL ? lx_axis_default(axis, rule) : axes->on[axis][rule];
}

uint8_t lx_axes_value(const struct lx_axes *axes, enum lx_filesystem filesystem, bool metadata,
                      enum lx_rule rule)
{
    const uint8_t said[] = {
        axes == NULL ? lx_rule_fallback(rule) : axes->base[rule],
        said_on(axes, lx_filesystem_axis(filesystem), rule),
        metadata ? said_on(axes, LX_ON_METADATA, rule) : LX_UNSAID,
        axes == NULL ? LX_UNSAID : axes->stated[rule],
    };
    size_t i = sizeof(said) - 1;
    while (i > 0 && said[i] == LX_UNSAID)
        i--;
    return said[i];
}

void lx_axes_work_out(const struct lx_axes *axes, enum lx_mount_type type,
                      enum lx_filesystem filesystem, bool metadata, uint8_t rules[LX_RULE_COUNT])
{
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        rules[i] = lx_rule_belongs((enum lx_rule)i, type)
                       ? lx_axes_value(axes, filesystem, metadata, (enum lx_rule)i)
                       : LX_UNSAID;
}
