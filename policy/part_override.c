/* SPDX-License-Identifier: MIT */
/* An override in a policy: when a call matches, then answer it so. */
#include <errno.h>
#include <string.h>

#include "policy/condition.h"
#include "policy/part.h"
#include "policy/part_when.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define DELAY_MAX       3600000    /* ms: an hour */
#define COUNTER_MAX     1000000000 /* matches */
#define AFTER_BYTES_MAX INT64_C(1000000000000000)
#define BYTES_MAX       1073741824 /* of one call; the kernel moves no more than two of these */
#define DRAWN_ALL       4294967296.0

static int read_then_errno(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_errno(load, node, &((struct lx_effective_override *)out)->image.error);
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

static int read_late(struct lx_load *load, const struct lx_node *node, void *out)
{
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    ((struct lx_effective_override *)out)->image.late = json_is_true(node->value);
    return 0;
}

static int read_bytes(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    long long n = 0;
    int r = lx_read_number(load, node, 1, BYTES_MAX, &n);
    o->condition.bytes = (uint32_t)n;
    o->conditional = true;
    return r;
}

static int read_then(struct lx_load *load, const struct lx_node *node, void *out)
{
    static const struct lx_key keys[] = {{"errno", read_then_errno},
                                         {"delay", read_delay},
                                         {"allow", read_allow},
                                         {"after", read_late},
                                         {"bytes", read_bytes}};
    struct lx_effective_override *o = out;
    struct lx_image_override *image = &o->image;
    image->action = LX_OVERRIDE_DELAY;
    int r = lx_read_object(load, node, "\"then\"", keys, SIZE(keys), out);
    if (r < 0)
        return r;
    bool allow = image->action >= LX_OVERRIDE_ALLOW;
    if (allow && image->error != 0)
        return lx_refuse(load, lx_place_of(node),
                         "\"then\" has both \"errno\" and \"allow\", expected one of them");
    if (o->condition.bytes != 0 && (allow || image->error != 0))
        return lx_refuse(load, lx_place_of(node),
                         "\"then\" has both \"bytes\" and \"%s\", expected one of them",
                         allow ? "allow" : "errno");
    if (image->late && image->error == 0)
        return lx_refuse(
            load, lx_place_of(node),
            "\"after\" without \"errno\", expected what the call answers when it is made");
    if (!allow && image->error == 0 && image->delay_ms == 0 && o->condition.bytes == 0)
        return lx_refuse(load, lx_place_of(node),
                         "\"then\" does nothing, expected \"errno\", \"delay\", \"allow\" or "
                         "\"bytes\"");
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

/* Bytes that are written before it acts. */
static int read_after_bytes(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    long long n = 0;
    int r = lx_read_number(load, node, 1, AFTER_BYTES_MAX, &n);
    o->condition.after_bytes = (uint64_t)n;
    o->conditional = true;
    return r;
}

static int read_chance(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    double chance = json_is_number(node->value) ? json_number_value(node->value) : 0;
    if (!json_is_number(node->value))
        return lx_refuse_type(load, node, "a number between 0 and 1");
    if (!(chance > 0 && chance < 1))
        return lx_refuse(load, lx_place_of(node),
                         "\"chance\" is %g, expected a number between 0 and 1, or none for always",
                         chance);
    o->chance = chance;
    o->conditional = true;
    o->condition.chance = chance * DRAWN_ALL < 1 ? 1 : (uint32_t)(chance * DRAWN_ALL);
    return 0;
}

static int read_seed(struct lx_load *load, const struct lx_node *node, void *out)
{
    return lx_read_number(load, node, 0, COUNTER_MAX, &((struct lx_effective_override *)out)->seed);
}

static int read_note(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_effective_override *o = out;
    o->note = lx_read_string(load, node, "a note, a string");
    return o->note != NULL ? 0 : -EINVAL;
}

/* What only a call has that is made, and that whoever answers makes itself. */
#define MADE                                                                                    \
    "open stat statx access readlink unlink rmdir rename link symlink mkdir mknod chmod chown " \
    "utimes truncate fallocate getxattr setxattr listxattr removexattr statfs read write"

/* What the halves of an override say of each other. */
static int check_halves(struct lx_load *load, const struct lx_node *node,
                        const struct lx_effective_override *o)
{
    struct lx_node then = {.document = node->document,
                           .up = node,
                           .key = "then",
                           .value = json_object_get(node->value, "then")};
    int r = 0;
    if (o->image.late && o->image.when_errno != 0)
        return lx_refuse(load, lx_place_of(&then),
                         "\"after\" with an \"errno\" in \"when\", expected one of them: who waits "
                         "for an errno acts after the call anyway");
    if (o->image.late)
        r = lx_only_ops(load, &then, "after", o, MADE);
    if (r == 0 && o->condition.bytes != 0)
        r = lx_only_ops(load, &then, "bytes", o, "read write");
    if (r == 0 && o->condition.after_bytes != 0)
        r = lx_only_ops(load, node, "after_bytes", o, "write");
    if (r == 0 && o->seed != 0 && o->chance == 0)
        r = lx_refuse(load, lx_place_of(node),
                      "\"seed\" without \"chance\", expected a number between 0 and 1 to draw by");
    return r;
}

int lx_read_override(struct lx_load *load, const struct lx_node *node,
                     struct lx_effective_override *out)
{
    static const struct lx_key keys[] = {
        {"when", lx_read_when},  {"then", read_then},   {"times", read_times},
        {"every", read_every},   {"after", read_after}, {"after_bytes", read_after_bytes},
        {"chance", read_chance}, {"seed", read_seed},   {"note", read_note},
    };
    out->image.action = LX_OVERRIDE_DELAY;
    out->condition = (struct lx_image_condition)LX_CONDITION_NONE;
    int r = lx_read_object(load, node, "an override", keys, SIZE(keys), out);
    if (r < 0)
        return r;
    for (size_t i = 0; i < 2; i++) /* both parts are required */
        if (json_object_get(node->value, keys[i].word) == NULL)
            return lx_refuse(load, lx_place_of(node),
                             "an override without \"%s\", expected \"when\" and \"then\"",
                             keys[i].word);
    return check_halves(load, node, out);
}
