/* SPDX-License-Identifier: MIT */
/* Nodes of a document: where they stand, what they hold, and refusing them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/document.h"
#include "policy/nearest.h"
#include "policy/shown.h"

#define DEPTH 16 /* no policy nests deeper than its mounts' volumes */

static void note(struct lx_load *load, struct lx_place place, const char *suggestion,
                 const char *format, va_list args)
{
    if (load->problem != NULL)
        return;
    const char *text = lx_arena_vformat(load->arena, format, args);
    const char *where = place.line == 0 ? place.file
                                        : lx_arena_format(load->arena, "%s:%u:%u", place.file,
                                                          place.line, place.column);
    /* A message is one line, whatever a key has in it. */
    load->problem =
        lx_shown(suggestion == NULL ? lx_arena_format(load->arena, "%s: %s", where, text)
                                    : lx_arena_format(load->arena, "%s: %s; did you mean \"%s\"?",
                                                      where, text, suggestion),
                 false);
}

int lx_refuse(struct lx_load *load, struct lx_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note(load, place, NULL, format, args);
    va_end(args);
    return -EINVAL;
}

int lx_refuse_word(struct lx_load *load, struct lx_place place, const char *suggestion,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note(load, place, suggestion, format, args);
    va_end(args);
    return -EINVAL;
}

static size_t offset_of(const struct lx_node *node, bool key)
{
    struct lx_step steps[DEPTH];
    size_t n = DEPTH;
    for (const struct lx_node *up = node; up->up != NULL && n > 0; up = up->up)
        steps[--n] = (struct lx_step){up->key, up->index};
    return lx_position_find(node->document->text, steps + n, DEPTH - n, key);
}

static struct lx_place place_at(const struct lx_document *d, size_t offset)
{
    struct lx_place place = {.file = d->name};
    if (!d->flag)
        lx_position_line(d->text, offset, &place.line, &place.column);
    return place;
}

size_t lx_offset_of(const struct lx_node *node)
{
    return offset_of(node, false);
}

struct lx_place lx_place_of(const struct lx_node *node)
{
    return place_at(node->document, offset_of(node, false));
}

struct lx_place lx_place_of_key(const struct lx_node *node)
{
    return place_at(node->document, offset_of(node, true));
}

struct lx_place lx_place_inside(const struct lx_node *node, size_t n)
{
    const struct lx_document *d = node->document;
    return place_at(d, lx_position_inside(d->text, offset_of(node, false), n));
}

static const char *type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return json_string_length(value) == 0 ? "an empty string" : "a string";
    case JSON_INTEGER:
        return "a number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    default:
        return "null";
    }
}

int lx_refuse_type(struct lx_load *load, const struct lx_node *node, const char *what)
{
    const char *type = type_of(node->value);
    struct lx_place place = lx_place_of(node);
    if (node->key != NULL)
        return lx_refuse(load, place, "\"%s\" is %s, expected %s", node->key, type, what);
    if (node->up != NULL)
        return lx_refuse(load, place, "item %zu is %s, expected %s", node->index + 1, type, what);
    return lx_refuse(load, place, "%s, expected %s", type, what);
}

const char *lx_read_string(struct lx_load *load, const struct lx_node *node, const char *what)
{
    if (json_is_string(node->value) && json_string_length(node->value) > 0)
        return lx_arena_string(load->arena, json_string_value(node->value),
                               json_string_length(node->value));
    lx_refuse_type(load, node, what);
    return NULL;
}

int lx_read_number(struct lx_load *load, const struct lx_node *node, long long least,
                   long long most, long long *out)
{
    if (!json_is_integer(node->value))
        return lx_refuse_type(
            load, node,
            lx_arena_format(load->arena, "a whole number from %lld to %lld", least, most));
    *out = json_integer_value(node->value);
    if (*out < least || *out > most)
        return lx_refuse(
            load, lx_place_of(node), "%s is %lld, expected a whole number from %lld to %lld",
            node->key != NULL ? lx_arena_format(load->arena, "\"%s\"", node->key)
                              : lx_arena_format(load->arena, "item %zu", node->index + 1),
            *out, least, most);
    return 0;
}

static int refuse_key(struct lx_load *load, const struct lx_node *node, const char *what,
                      const struct lx_key *keys, size_t count)
{
    struct lx_nearest nearest;
    const char *list = "";
    lx_nearest_start(&nearest, node->key);
    for (size_t i = 0; i < count; i++) {
        lx_nearest_try(&nearest, keys[i].word);
        list = lx_arena_format(load->arena, "%s%s%s", list,
                               i == 0          ? ""
                               : i + 1 < count ? ", "
                                               : " or ",
                               keys[i].word);
    }
    return lx_refuse_word(load, lx_place_of_key(node), lx_nearest_found(&nearest),
                          "unknown key \"%s\" in %s, expected %s", node->key, what, list);
}

int lx_read_object(struct lx_load *load, const struct lx_node *node, const char *what,
                   const struct lx_key *keys, size_t count, void *out)
{
    const char *key;
    json_t *value;
    if (!json_is_object(node->value))
        return lx_refuse_type(load, node, "an object");
    json_object_foreach(node->value, key, value)
    {
        struct lx_node member = {
            .document = node->document, .up = node, .key = key, .value = value};
        size_t i = 0;
        if (strcmp(key, "//") == 0)
            continue;
        while (i < count && strcmp(keys[i].word, key) != 0)
            i++;
        int r = i < count ? keys[i].read(load, &member, out)
                          : refuse_key(load, &member, what, keys, count);
        if (r < 0)
            return r;
    }
    return 0;
}
