/* SPDX-License-Identifier: MIT */
/* What becomes of programs of Windows', in a policy. */
#include <errno.h>

#include "policy/part.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static int read_handler(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_interop_part *part = out;
    part->handler = lx_read_string(load, node, "a program, such as \"wine\"");
    part->handler_place = lx_place_of(node);
    return part->handler != NULL ? 0 : -EINVAL;
}

static int read_stubs(struct lx_load *load, const struct lx_node *node, void *out)
{
    if (!json_is_boolean(node->value))
        return lx_refuse_type(load, node, "true or false");
    ((struct lx_interop_part *)out)->stubs = json_is_true(node->value);
    return 0;
}

static int read_record(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_interop_part *part = out;
    part->record = lx_read_string(load, node, "the path of a file");
    part->record_place = lx_place_of(node);
    return part->record != NULL ? 0 : -EINVAL;
}

int lx_read_interop(struct lx_load *load, const struct lx_node *node, struct lx_interop_part *out)
{
    static const struct lx_key keys[] = {
        {"handler", read_handler}, {"stubs", read_stubs}, {"record", read_record}};
    out->line = lx_place_of(node).line;
    return lx_read_object(load, node, "\"interop\"", keys, SIZE(keys), out);
}
