/* SPDX-License-Identifier: MIT */
/* An override in a policy: when a call matches, then answer it so. */
#include <errno.h>
#include <string.h>

#include "policy/errnames.h"
#include "policy/glob.h"
#include "policy/nearest.h"
#include "policy/part.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define DELAY_MAX   3600000    /* ms: an hour */
#define COUNTER_MAX 1000000000 /* matches; they are counted in 32 bits */

static int add_op(struct lx_load *load, const struct lx_node *node, uint64_t *set)
{
    struct lx_nearest nearest;
    const char *word = lx_read_string(load, node, "the word of an operation, or \"*\" for all");
    if (word == NULL)
        return -EINVAL;
    if (strcmp(word, "*") == 0) {
        *set |= lx_op_all();
        return 0;
    }
    lx_nearest_start(&nearest, word);
    for (size_t i = 0; lx_op_word(i) != NULL; i++) {
        if (strcmp(lx_op_word(i), word) == 0) {
            *set |= UINT64_C(1) << i;
            return 0;
        }
        lx_nearest_try(&nearest, lx_op_word(i));
    }
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "unknown operation \"%s\", expected one such as open, unlink or rename, "
                          "or \"*\" for all",
                          word);
}

static int read_op(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    if (!json_is_array(node->value))
        return add_op(load, node, &o->image.ops);
    if (json_array_size(node->value) == 0)
        return lx_refuse(load, lx_place_of(node), "no operations, expected at least one");
    for (size_t i = 0; i < json_array_size(node->value); i++) {
        struct lx_node item = {.document = node->document,
                               .up = node,
                               .index = i,
                               .value = json_array_get(node->value, i)};
        int r = add_op(load, &item, &o->image.ops);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_path(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->path = lx_read_string(load, node, "a glob over paths in the mount");
    if (o->path == NULL)
        return -EINVAL;
    const char *wrong = lx_glob_error(o->path);
    return wrong == NULL
               ? 0
               : lx_refuse(load, lx_place_of(node), "bad glob \"%s\": %s", o->path, wrong);
}

static int read_errno(struct lx_load *load, const struct lx_node *node, int32_t *out)
{
    static const char *const names[] = {
#define NAME(symbol) #symbol,
#include "policy/errnames.def"
#undef NAME
    };
    struct lx_nearest nearest;
    const char *name = lx_read_string(load, node, "the name of an errno, \"EACCES\"");
    if (name == NULL)
        return -EINVAL;
    *out = lx_errno_find(name);
    if (*out != 0)
        return 0;
    lx_nearest_start(&nearest, name);
    for (size_t i = 0; i < SIZE(names); i++)
        lx_nearest_try(&nearest, names[i]);
    return lx_refuse_word(load, lx_place_of(node), lx_nearest_found(&nearest),
                          "unknown errno \"%s\", expected a name such as EACCES", name);
}

static int read_when_errno(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_errno(load, node, &((struct lx_effective_override *)out)->image.when_errno);
}

static int read_when(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {
        {"op", read_op}, {"path", read_path}, {"errno", read_when_errno}};
    struct lx_effective_override *o = out;
    int r = lx_read_object(load, node, "\"when\"", keys, SIZE(keys), o);
    if (r == 0 && o->image.ops == 0 && o->path == NULL)
        r = lx_refuse(load, lx_place_of(node),
                      "\"when\" matches every call, expected \"op\" or \"path\" at least");
    if (o->image.ops == 0)
        o->image.ops = lx_op_all();
    return r;
}

static int read_then_errno(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_errno(load, node, &((struct lx_effective_override *)out)->image.error);
}

static int read_delay(struct lx_load *load, const struct lx_node *node, void *out)
{
    long long ms = 0;
    int r = lx_read_number(load, node, 1, DELAY_MAX, &ms);
    ((struct lx_effective_override *)out)->image.delay_ms = (uint32_t)ms;
    return r;
}

static int read_allow(struct lx_load *load, const struct lx_node *node, void *out)
{
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    ((struct lx_effective_override *)out)->image.action =
        json_is_true(node->value) ? LX_OVERRIDE_ALLOW : LX_OVERRIDE_KEEP;
    return 0;
}

static int read_then(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {
        {"errno", read_then_errno}, {"delay", read_delay}, {"allow", read_allow}};
    struct lx_image_override *image = &((struct lx_effective_override *)out)->image;
    image->action = LX_OVERRIDE_DELAY;
    int r = lx_read_object(load, node, "\"then\"", keys, SIZE(keys), out);
    if (r < 0)
        return r;
    bool allow = image->action >= LX_OVERRIDE_ALLOW;
    if (allow && image->error != 0)
        return lx_refuse(load, lx_place_of(node),
                         "\"then\" has both \"errno\" and \"allow\", expected one of them");
    if (!allow && image->error == 0 && image->delay_ms == 0)
        return lx_refuse(load, lx_place_of(node),
                         "\"then\" does nothing, expected \"errno\", \"delay\" or \"allow\"");
    if (image->error != 0)
        image->action = LX_OVERRIDE_ERRNO;
    return 0;
}

static int read_counter(struct lx_load *load, const struct lx_node *node, uint32_t *out)
{
    long long n = 0;
    int r = lx_read_number(load, node, 0, COUNTER_MAX, &n);
    *out = (uint32_t)n;
    return r;
}

static int read_times(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_counter(load, node, &((struct lx_effective_override *)out)->image.times);
}

static int read_every(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_counter(load, node, &((struct lx_effective_override *)out)->image.every);
}

static int read_after(struct lx_load *load, const struct lx_node *node, void *out)
{
    return read_counter(load, node, &((struct lx_effective_override *)out)->image.after);
}

static int read_note(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->note = lx_read_string(load, node, "a note, a string");
    return o->note != NULL ? 0 : -EINVAL;
}

int lx_read_override(struct lx_load *load, const struct lx_node *node,
                     struct lx_effective_override *out)
{
    static const struct lx_key keys[] = {
        {"when", read_when},   {"then", read_then},   {"times", read_times},
        {"every", read_every}, {"after", read_after}, {"note", read_note},
    };
    out->image.action = LX_OVERRIDE_DELAY;
    int r = lx_read_object(load, node, "an override", keys, SIZE(keys), out);
    if (r < 0)
        return r;
    for (size_t i = 0; i < 2; i++) /* both parts are required */
        if (json_object_get(node->value, keys[i].word) == NULL)
            return lx_refuse(load, lx_place_of(node),
                             "an override without \"%s\", expected \"when\" and \"then\"",
                             keys[i].word);
    return 0;
}
