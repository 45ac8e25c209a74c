/* SPDX-License-Identifier: MIT */
#include "cli/eras.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "policy/axes.h"
#include "policy/embedded.h"
#include "policy/profile.h"

/* Who is told. */
struct teller {
    void (*tell)(void *context, const struct era_value *value);
    void *context;
};

/* Evidence and its grade; a text that is NULL is the rule's own. */
struct note {
    enum lx_grade grade;
    const char *text;
};

/* A comment of a profile's that is [grade, text]. */
static struct note note_of(const json_t *comment)
{
    const char *grade = json_string_value(json_array_get(comment, 0));
    return (struct note){grade == NULL ? LX_GRADES : lx_grade_find(grade),
                         json_string_value(json_array_get(comment, 1))};
}

/* What a profile itself says of a rule in its comments, or on an axis. */
static struct note said(const char *name, const char *axis, const char *rule)
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
        struct note why = note_of(json_object_get(on, "//"));
        if (why.text != NULL)
            return why;
    }
    return note_of(json_object_get(json_object_get(profile, "//"), rule));
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

/* A value that a profile has on an axis (LX_AXES: by itself), with where it holds, and why. */
static struct era_value valued(enum lx_rule rule, enum lx_axis axis, const struct lx_profile *by,
                               const char *where)
{
    bool on = axis != LX_AXES;
    const char *from = on ? by->on_from[axis][rule] : by->from[rule];
    unsigned value = on ? by->on[axis][rule] : by->rules[rule];
    struct note why = {.text = NULL};
    if (on || from != NULL)
        why = said(from == NULL ? LX_DEFAULT_PROFILE : from, on ? lx_axis_word(axis) : NULL,
                   lx_rules[rule].id);
    if (on && why.text != NULL && why.grade != LX_GRADE_INFERENCE &&
        strcasestr(lx_rules[rule].evidence, lx_axis_word(axis)) != NULL)
        why.text = NULL; /* that speaks of this rule, the other of the kind of volume */
    return (struct era_value){rule, (enum lx_value)value, where, why.text,
                              why.text != NULL ? why.grade : lx_rules[rule].grade};
}

/*
 * A value that one profile states, with all profiles that have it from there. `axis`: of a kind of
 * volume, or LX_AXES for what the profiles say themselves.
 */
static void stated(const struct teller *t, enum lx_rule rule, enum lx_axis axis,
                   const struct lx_profile *by)
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
    const struct era_value told = valued(rule, axis, by, where);
    t->tell(t->context, &told);
}

struct era_value eras_cell(enum lx_rule rule, const struct lx_profile *by,
                           enum lx_filesystem filesystem, bool metadata)
{
    enum lx_axis on = LX_AXES;
    if (filesystem != LX_FILESYSTEMS && by->on[lx_filesystem_axis(filesystem)][rule] != LX_UNSAID)
        on = lx_filesystem_axis(filesystem);
    /* The later one of two that hold. */
    if (metadata && by->on[LX_ON_METADATA][rule] != LX_UNSAID &&
        (filesystem == LX_FILESYSTEMS || lx_filesystem_keeps_metadata(filesystem)))
        on = LX_ON_METADATA;
    return valued(rule, on, by, "");
}

void eras_of(enum lx_rule rule, void (*tell)(void *context, const struct era_value *value),
             void *context)
{
    const struct teller t = {tell, context};
    const struct lx_profile *p;
    for (unsigned axis = 0; axis <= LX_AXES; axis++)
        for (size_t i = 0; (p = lx_profile_at(i)) != NULL; i++)
            /* What holds everywhere first. */
            stated(&t, rule, axis == 0 ? LX_AXES : (enum lx_axis)(axis - 1), p);
}
