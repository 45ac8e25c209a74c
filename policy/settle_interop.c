/* SPDX-License-Identifier: MIT */
#include "policy/settle_interop.h"

#include <errno.h>
#include <string.h>

#include "policy/guest.h"
#include "policy/resolve.h"

static int settle_handler(struct lx_load *load, const struct lx_part *part,
                          struct lx_effective *out)
{
    const struct lx_interop_part *interop = &part->interop;
    int r = lx_guest_handler(load, interop->handler_place, interop->handler);
    if (r < 0)
        return r;
    /* By its name alone it is looked for in PATH, as a shell would. */
    out->handler =
        interop->handler[0] == '/' || strchr(interop->handler, '/') == NULL
            ? interop->handler
            : lx_arena_format(load->arena, "%s/%s", part->document->directory, interop->handler);
    out->handler_origin = lx_from_file(interop->handler_place.file, interop->handler_place.line);
    return 0;
}

static int settle_record(struct lx_load *load, const struct lx_part *part, struct lx_effective *out)
{
    const struct lx_interop_part *interop = &part->interop;
    const char *path =
        lx_resolve_record(load, interop->record_place, part->document->directory, interop->record);
    if (path != NULL)
        path = lx_guest_trace(load, interop->record_place, "record", interop->record, path);
    out->record = path;
    return path != NULL ? 0 : -EINVAL;
}

int lx_settle_interop(struct lx_load *load, const struct lx_part *part, struct lx_effective *out)
{
    int r = 0;
    while (part != NULL && part->interop.line == 0)
        part = part->base;
    if (part == NULL)
        return 0;
    out->stubs = part->interop.stubs;
    out->interop_origin = lx_from_file(part->document->name, part->interop.line);
    if (part->interop.handler != NULL)
        r = settle_handler(load, part, out);
    if (r == 0 && part->interop.record != NULL)
        r = settle_record(load, part, out);
    return r;
}
