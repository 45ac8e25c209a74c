/* SPDX-License-Identifier: MIT */
/* The scanner of a policy, for `lxshim policy show`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/show.h"
#include "policy/part.h"
#include "policy/presets.h"

static const char *const triggers[] = {"write", "create", "rename", "open"};
static const char *const shares[] = {"read", "write", "delete"};

static void print_set(FILE *out, unsigned set, const char *const *words, unsigned count)
{
    const char *between = "";
    for (unsigned i = 0; i < count; i++) {
        if ((set >> i & 1) == 0)
            continue;
        fprintf(out, "%s%s", between, words[i]);
        between = ", ";
    }
    fputs(set == 0 ? "nothing" : "", out);
}

static double chance_of(const struct lx_image_scanner *scanner)
{
    return (double)scanner->chance / UINT32_MAX;
}

void show_scanner(FILE *out, const struct lx_effective_scanner *scanner)
{
    const struct lx_image_scanner *image = &scanner->image;
    if (scanner->preset == NULL)
        return;
    fprintf(out, "\nscanner     %s  (%s)\n  after       ", scanner->preset,
            cli_origin(&scanner->origin));
    print_set(out, image->triggers, triggers, LX_SCAN_TRIGGERS);
    fprintf(out, "\n  shares      ");
    print_set(out, image->shares, shares, 3);
    fprintf(out, "\n  %s      ", image->waits ? "waits " : "holds ");
    if (image->calls > 0)
        fprintf(out, "%u call%s", image->calls, image->calls == 1 ? "" : "s");
    else if (image->least_ms == image->most_ms)
        fprintf(out, "%u ms", image->least_ms);
    else
        fprintf(out, "%u to %u ms", image->least_ms, image->most_ms);
    if (image->event_count > 0)
        fprintf(out, "\n  only        %u event%s", image->event_count,
                image->event_count == 1 ? "" : "s");
    else if (image->chance < UINT32_MAX)
        fprintf(out, "\n  chance      %.3g, seed %" PRIu64, chance_of(image), image->seed);
    if (image->left_out > 0)
        fprintf(out, "\n  except      %u event%s", image->left_out,
                image->left_out == 1 ? "" : "s");
    for (uint32_t i = 0; i < image->glob_count; i++)
        fprintf(out, "\n  %s      %s", i == 0 ? "paths " : "      ", scanner->globs[i]);
    fprintf(out, "\n");
}

static json_t *set_json(unsigned set, const char *const *words, unsigned count)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < count; i++)
        if ((set >> i & 1) != 0)
            json_array_append_new(all, json_string(words[i]));
    return all;
}

/* Their paths are not kept: each is the number that stands for one. */
static json_t *events_json(const uint64_t *events, uint32_t count)
{
    char event[17];
    json_t *all = json_array();
    for (uint32_t i = 0; i < count; i++) {
        snprintf(event, sizeof(event), "%016" PRIx64, events[i]);
        json_array_append_new(all, json_string(event));
    }
    return all;
}

json_t *scanner_json(const struct lx_effective_scanner *scanner)
{
    const struct lx_image_scanner *image = &scanner->image;
    json_t *all = json_object();
    json_object_set_new(all, "preset", json_string(scanner->preset));
    json_object_set_new(all, "on", set_json(image->triggers, triggers, LX_SCAN_TRIGGERS));
    json_object_set_new(all, "share", set_json(image->shares, shares, 3));
    if (image->calls > 0)
        json_object_set_new(all, "calls", json_integer(image->calls));
    else
        json_object_set_new(all, "ms",
                            json_pack("[i, i]", (int)image->least_ms, (int)image->most_ms));
    json_object_set_new(all, "wait", json_boolean(image->waits));
    json_object_set_new(all, "chance", json_real(chance_of(image)));
    json_object_set_new(all, "seed", json_integer((json_int_t)image->seed));
    json_t *paths = json_array();
    for (uint32_t i = 0; i < image->glob_count; i++)
        json_array_append_new(paths, json_string(scanner->globs[i]));
    json_object_set_new(all, "paths", paths);
    if (image->event_count > 0)
        json_object_set_new(all, "only", events_json(scanner->events, image->event_count));
    if (image->left_out > 0)
        json_object_set_new(all, "except", events_json(scanner->left_out, image->left_out));
    return all;
}

json_t *scanner_brief(const struct lx_effective_scanner *scanner)
{
    const struct lx_scanner_part preset = {.preset = lx_preset_find(scanner->preset)};
    struct lx_effective_scanner plain = {.preset = NULL};
    json_t *all = scanner_json(scanner);
    const char *key;
    json_t *value;
    lx_scanner_overlay(&plain, &preset);
    json_t *known = scanner_json(&plain);
    json_object_foreach(known, key, value)
    {
        if (strcmp(key, "preset") != 0 && json_equal(json_object_get(all, key), value))
            json_object_del(all, key);
    }
    json_decref(known);
    return all;
}
