/* SPDX-License-Identifier: MIT */
/* The scanner of a policy, and of --scanner. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/nearest.h"
#include "policy/part.h"
#include "policy/presets.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define CALLS_MAX 1000000
#define MS_MAX    3600000 /* an hour */
#define LIST_MAX  4096    /* globs, and events */

static const char *const trigger_words[] = {"write", "create", "rename", "open"};
static const char *const share_words[] = {"read", "write", "delete"};

/* A set of a few words, a bit each, which `what` and `many` name. */
static int read_set(struct lx_load *load, const struct lx_node *node, const char *what,
                    const char *many, const char *const *words, size_t count, uint8_t *out)
{
    struct lx_nearest nearest;
    *out = 0;
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, lx_arena_format(load->arena, "an array of %s", many));
    for (size_t i = 0; i < json_array_size(node->value); i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        const char *word = lx_read_string(load, &item, what);
        size_t at = 0;
        if (word == NULL)
            return -EINVAL;
        lx_nearest_start(&nearest, word);
        for (size_t k = 0; k < count; k++)
            lx_nearest_try(&nearest, words[k]);
        while (at < count && strcmp(words[at], word) != 0)
            at++;
        if (at == count)
            return lx_refuse_word(load, lx_place_of(&item), lx_nearest_found(&nearest),
                                  "unknown %s \"%s\", expected one such as %s", what, word,
                                  words[0]);
        *out |= (uint8_t)(1u << at);
    }
    return 0;
}

static int read_preset(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    struct lx_nearest nearest;
    const char *word = lx_read_string(load, node, "the name of a scanner, \"once\"");
    if (word == NULL)
        return -EINVAL;
    part->preset = lx_preset_find(word);
    part->off = strcmp(word, "off") == 0;
    if (part->preset != NULL || part->off)
        return 0;
    lx_nearest_start(&nearest, word);
    lx_nearest_try(&nearest, "off");
    for (const struct lx_preset *p = lx_presets; p->word != NULL; p++)
        lx_nearest_try(&nearest, p->word);
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "unknown scanner \"%s\", expected one that \"lxshim help scanner\" "
                          "lists, or \"off\"",
                          word);
}

static int read_on(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    int r = read_set(load, node, "trigger", "triggers", trigger_words, SIZE(trigger_words),
                     &part->image.triggers);
    if (r == 0 && part->image.triggers == 0)
        r = lx_refuse(load, lx_place_of(node), "no triggers, expected at least one");
    part->stated |= LX_SCANNER_TRIGGERS;
    return r;
}

static int read_share(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    part->stated |= LX_SCANNER_SHARES;
    return read_set(load, node, "way to share", "ways to share", share_words, SIZE(share_words),
                    &part->image.shares);
}

static int read_count(struct lx_load *load, const struct lx_node *node, long long most,
                      uint32_t *out)
{
    long long n = 0;
    int r = lx_read_number(load, node, 1, most, &n);
    *out = (uint32_t)n;
    return r;
}

static int read_calls(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    part->stated |= LX_SCANNER_CALLS;
    return read_count(load, node, CALLS_MAX, &part->image.calls);
}

/* A number, or two between which the time is. */
static int read_ms(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    uint32_t *const ends[] = {&part->image.least_ms, &part->image.most_ms};
    int r = 0;
    part->stated |= LX_SCANNER_MS;
    if (!json_is_array(node->value)) {
        r = read_count(load, node, MS_MAX, ends[0]);
        *ends[1] = *ends[0];
        return r;
    }
    if (json_array_size(node->value) != 2)
        return lx_refuse(load, lx_place_of(node), "\"ms\" has %zu numbers, expected one or two",
                         json_array_size(node->value));
    for (size_t i = 0; i < 2 && r == 0; i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        r = read_count(load, &item, MS_MAX, ends[i]);
    }
    if (r == 0 && *ends[0] > *ends[1])
        r = lx_refuse(load, lx_place_of(node), "\"ms\" is from %u to %u, expected the less first",
                      *ends[0], *ends[1]);
    return r;
}

static int read_chance(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    double chance = json_number_value(node->value);
    if (!json_is_number(node->value) || !(chance >= 0 && chance <= 1))
        return lx_refuse(load, lx_place_of(node),
                         "\"chance\" is not from 0 to 1, expected a number such as 0.05");
    part->stated |= LX_SCANNER_CHANCE;
    part->image.chance = (uint32_t)(chance * UINT32_MAX);
    return 0;
}

static int read_seed(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    long long n = 0;
    int r = lx_read_number(load, node, 0, INT64_MAX, &n);
    part->stated |= LX_SCANNER_SEED;
    part->image.seed = (uint64_t)n;
    return r;
}

static int read_wait(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    part->stated |= LX_SCANNER_WAITS;
    part->image.waits = json_is_true(node->value);
    return 0;
}

/* An array of so many strings at most, each taken by `take`; or -EINVAL and refused. */
static int read_list(struct lx_load *load, const struct lx_node *node, const char *what,
                     int (*take)(struct lx_load *load, const struct lx_node *item, const char *text,
                                 struct lx_scanner_part *part),
                     struct lx_scanner_part *part)
{
    size_t n = json_array_size(node->value);
    if (!json_is_array(node->value))
        return lx_refuse_type(load, node, lx_arena_format(load->arena, "an array of %s", what));
    if (n > LIST_MAX)
        return lx_refuse(load, lx_place_of(node), "%zu %s, expected at most %d", n, what, LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        const char *text = lx_read_string(load, &item, what);
        int r = text == NULL ? -EINVAL : take(load, &item, text, part);
        if (r < 0)
            return r;
    }
    return 0;
}

static int take_glob(struct lx_load *load, const struct lx_node *item, const char *text,
                     struct lx_scanner_part *part)
{
    const char *wrong = lx_glob_error(text);
    if (wrong != NULL)
        return lx_refuse(load, lx_place_of(item), "bad glob \"%s\": %s", text, wrong);
    part->globs[part->image.glob_count++] = text;
    return 0;
}

static int read_paths(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    part->globs =
        lx_arena_alloc(load->arena, (json_array_size(node->value) + 1) * sizeof(part->globs[0]));
    part->stated |= LX_SCANNER_PATHS;
    return read_list(load, node, "globs over paths in the mount", take_glob, part);
}

/* "PATH#N", or what a trace calls an event whose path it does not know: 16 digits. */
static int read_event(struct lx_load *load, const struct lx_node *item, const char *text,
                      uint64_t *out)
{
    const char *number = strrchr(text, '#');
    char *end = NULL;
    unsigned long nth = number == NULL ? 0 : strtoul(number + 1, &end, 10);
    if (number != NULL && number > text && isdigit((unsigned char)number[1]) && *end == '\0' &&
        nth > 0 && nth < LX_SCAN_WRITTEN) {
        *out = lx_scan_event(lx_arena_string(load->arena, text, (size_t)(number - text)),
                             (uint32_t)nth);
    } else if (number == NULL && strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16) {
        *out = strtoull(text, NULL, 16);
    } else {
        return lx_refuse(load, lx_place_of(item),
                         "\"%s\" is no event, expected a path with its number, \"a/b.tmp#1\", as "
                         "a trace has it",
                         text);
    }
    return 0;
}

static int take_event(struct lx_load *load, const struct lx_node *item, const char *text,
                      struct lx_scanner_part *part)
{
    return read_event(load, item, text, &part->events[part->image.event_count++]);
}

static int take_exception(struct lx_load *load, const struct lx_node *item, const char *text,
                          struct lx_scanner_part *part)
{
    return read_event(load, item, text, &part->left_out[part->image.left_out++]);
}

static int read_except(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    part->left_out =
        lx_arena_alloc(load->arena, (json_array_size(node->value) + 1) * sizeof(part->left_out[0]));
    part->stated |= LX_SCANNER_EXCEPT;
    return read_list(load, node, "events", take_exception, part);
}

static int read_only(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_scanner_part *part = out;
    part->events =
        lx_arena_alloc(load->arena, (json_array_size(node->value) + 1) * sizeof(part->events[0]));
    part->stated |= LX_SCANNER_ONLY;
    int r = read_list(load, node, "events", take_event, part);
    if (r == 0 && part->image.event_count == 0)
        r = lx_refuse(load, lx_place_of(node), "no events, expected at least one");
    return r;
}

int lx_read_scanner(struct lx_load *load, const struct lx_node *node, struct lx_scanner_part *out)
{
    static const struct lx_key keys[] = {
        {"preset", read_preset}, {"on", read_on},         {"share", read_share},
        {"calls", read_calls},   {"ms", read_ms},         {"chance", read_chance},
        {"seed", read_seed},     {"wait", read_wait},     {"paths", read_paths},
        {"only", read_only},     {"except", read_except},
    };
    out->said = true;
    out->origin = lx_from_file(node->document->name, lx_place_of(node).line);
    if (node->document->flag)
        out->origin = lx_from_flag(node->document->name);
    if (json_is_string(node->value))
        return read_preset(load, node, out);
    if (!json_is_object(node->value))
        return lx_refuse_type(load, node, "the name of a scanner, or an object");
    int r = lx_read_object(load, node, "a scanner", keys, SIZE(keys), out);
    const unsigned both = LX_SCANNER_CALLS | LX_SCANNER_MS;
    if (r == 0 && (out->stated & both) == both)
        r = lx_refuse(load, lx_place_of(node),
                      "a scanner with both \"calls\" and \"ms\", expected one of them");
    if (r == 0 && (out->stated & LX_SCANNER_CALLS) != 0 && out->image.waits)
        r = lx_refuse(load, lx_place_of(node),
                      "a scanner with both \"calls\" and \"wait\", expected \"ms\" with \"wait\"");
    return r;
}

void lx_scanner_overlay(struct lx_effective_scanner *out, const struct lx_scanner_part *part)
{
    const struct lx_image_scanner *said = &part->image;
    struct lx_image_scanner *to = &out->image;
    const struct lx_preset *preset = part->preset;
    if (preset == NULL && out->preset == NULL)
        preset = lx_presets;
    if (preset != NULL) {
        *out = (struct lx_effective_scanner){.preset = preset->word};
        to->triggers = 1u << LX_SCAN_WRITE;
        to->shares = preset->waits ? 0 : LX_SCAN_READ | LX_SCAN_WRITES;
        to->chance = (uint32_t)(UINT64_C(1) * UINT32_MAX * preset->chance / 1000);
        to->calls = preset->calls;
        to->least_ms = preset->least_ms;
        to->most_ms = preset->most_ms;
        to->waits = (uint8_t)preset->waits;
    }
    out->origin = part->origin;
    if ((part->stated & LX_SCANNER_TRIGGERS) != 0)
        to->triggers = said->triggers;
    if ((part->stated & LX_SCANNER_SHARES) != 0)
        to->shares = said->shares;
    if ((part->stated & LX_SCANNER_CHANCE) != 0)
        to->chance = said->chance;
    if ((part->stated & LX_SCANNER_SEED) != 0)
        to->seed = said->seed;
    if ((part->stated & LX_SCANNER_WAITS) != 0)
        to->waits = said->waits;
    if ((part->stated & LX_SCANNER_CALLS) != 0)
        to->waits = 0;
    if ((part->stated & (LX_SCANNER_CALLS | LX_SCANNER_MS)) != 0) {
        to->calls = said->calls;
        to->least_ms = said->least_ms;
        to->most_ms = said->most_ms;
    }
    if ((part->stated & LX_SCANNER_PATHS) != 0) {
        to->glob_count = said->glob_count;
        out->globs = part->globs;
    }
    if ((part->stated & LX_SCANNER_ONLY) != 0) {
        to->event_count = said->event_count;
        out->events = part->events;
    }
    if ((part->stated & LX_SCANNER_EXCEPT) != 0) {
        to->left_out = said->left_out;
        out->left_out = part->left_out;
    }
}
