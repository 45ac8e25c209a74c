/* SPDX-License-Identifier: MIT */
#include "policy/scanner.h"

#include "policy/glob.h"

static const void *list(const struct lx_image *image, uint32_t offset)
{
    return (const char *)image + offset;
}

bool lx_scan_wants(const struct lx_image *image, const struct lx_image_scanner *scanner,
                   const char *path)
{
    const uint32_t *globs = list(image, scanner->globs);
    for (uint32_t i = 0; i < scanner->glob_count; i++)
        if (lx_glob_match(lx_image_string(image, globs[i]), path))
            return true;
    return scanner->glob_count == 0;
}

static bool has(const uint64_t *events, uint32_t count, uint64_t event)
{
    for (uint32_t i = 0; i < count; i++)
        if (events[i] == event)
            return true;
    return false;
}

bool lx_scan_chooses(const struct lx_image *image, const struct lx_image_scanner *scanner,
                     uint64_t event)
{
    const uint64_t *events = list(image, scanner->events);
    if (has(events + scanner->event_count, scanner->left_out, event))
        return false;
    if (has(events, scanner->event_count, event))
        return true;
    if (scanner->event_count > 0 || scanner->chance == 0)
        return false;
    return lx_scan_mix(event ^ lx_scan_mix(scanner->seed)) >> 32 <= scanner->chance;
}
