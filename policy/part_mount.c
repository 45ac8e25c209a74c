/* SPDX-License-Identifier: MIT */
/* A mount in a policy and in --mount. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/nearest.h"
#include "policy/part.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What a policy mounts is of a volume, with the rules that it says: a drive. */
static const char expected_type[] = "drvfs";

int lx_check_type(struct lx_load *load, struct lx_place place, const char *type)
{
    static const char *const reserved[] = {"volfs", "procfs"};
    struct lx_nearest nearest;
    enum lx_mount_type found = lx_mount_type_find(type);
    if (lx_mount_type_has(found, LX_TYPE_DRIVE))
        return 0;
    if (found != LX_MOUNT_HOST)
        return lx_refuse(load, place,
                         "mount type \"%s\" is mounted while a run goes on, by mount(2) alone, "
                         "expected %s",
                         type, expected_type);
    lx_nearest_start(&nearest, type);
    lx_nearest_try(&nearest, expected_type);
    for (size_t i = 0; i < SIZE(reserved); i++)
        if (strcmp(type, reserved[i]) == 0)
            return lx_refuse(load, place,
                             "mount type \"%s\" is reserved and not yet implemented in this "
                             "version, expected %s",
                             type, expected_type);
    return lx_refuse_word(load, place, lx_nearest_found(&nearest),
                          "unknown mount type \"%s\", expected %s", type, expected_type);
}

int lx_refuse_option(struct lx_load *load, struct lx_place place, const char *text,
                     const struct lx_option_error *error)
{
    if (error->length == 0)
        return lx_refuse(load, place, "%s, expected %s", error->word, error->expected);
    return lx_refuse_word(load, place, error->suggestion, "%s \"%.*s\", expected %s", error->word,
                          (int)error->length, text + error->offset, error->expected);
}

static int read_type(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    mount->type = lx_read_string(load, node, expected_type);
    return mount->type == NULL ? -EINVAL : lx_check_type(load, lx_place_of(node), mount->type);
}

static int read_source(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    mount->source_place = lx_place_of(node);
    mount->source = lx_read_string(load, node, "a drive such as C:, or a directory of one");
    return mount->source == NULL ? -EINVAL
                                 : lx_check_source(load, lx_place_of(node), mount->source);
}

static int read_target(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    mount->target_place = lx_place_of(node);
    mount->target = lx_read_string(load, node, "the directory where the mount appears");
    return mount->target != NULL ? 0 : -EINVAL;
}

static int read_backing(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    mount->backing_place = lx_place_of(node);
    mount->backing = lx_read_string(load, node, "the directory that holds the mount's files");
    return mount->backing != NULL ? 0 : -EINVAL;
}

static int read_options(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    struct lx_option_error error;
    mount->options_text = lx_read_string(load, node, "mount options, \"metadata,umask=22\"");
    if (mount->options_text == NULL)
        return -EINVAL;
    int r = lx_options_parse(LX_MOUNT_DRVFS, mount->options_text, &mount->options, &error);
    return r == 0 ? 0
                  : lx_refuse_option(load, lx_place_inside(node, error.offset), mount->options_text,
                                     &error);
}

static int read_volume(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_mount_part *mount = out;
    mount->volume_place = lx_place_of(node);
    return lx_read_volume_facts(load, node, &mount->volume);
}

static int read_rules(struct lx_load *load, const struct lx_node *node, void *out)
{
    struct lx_rule_set *rules = &((struct lx_mount_part *)out)->rules;
    int r = lx_read_rules(load, node, rules);
    for (unsigned i = 0; r == 0 && i < LX_RULE_COUNT; i++)
        if (!lx_rule_belongs((enum lx_rule)i, LX_MOUNT_DRVFS) &&
            rules->rules[i].value != LX_VALUE_COUNT)
            r = lx_refuse(load, lx_place_of(node),
                          "\"%s\" is a rule of %s, expected it in the policy's \"rules\"",
                          lx_rules[i].id,
                          lx_rule_is_of_run((enum lx_rule)i) ? "the run and no mount's"
                                                             : "lxfs and wslfs and no drive's");
    return r;
}

static void start(struct lx_mount_part *mount, struct lx_place place, const char *directory)
{
    *mount = (struct lx_mount_part){.type = lx_mount_type_word(LX_MOUNT_DRVFS),
                                    .place = place,
                                    .source_place = place,
                                    .target_place = place,
                                    .backing_place = place,
                                    .directory = directory,
                                    .volume.filesystem = LX_FILESYSTEMS,
                                    .options.case_option = LX_VALUE_COUNT};
    lx_rule_set_clear(&mount->rules);
}

int lx_read_mount(struct lx_load *load, const struct lx_node *node, struct lx_mount_part *out)
{
    static const struct lx_key keys[] = {
        {"type", read_type},       {"source", read_source},   {"target", read_target},
        {"backing", read_backing}, {"options", read_options}, {"volume", read_volume},
        {"rules", read_rules},
    };
    start(out, lx_place_of(node), node->document->directory);
    int r = lx_read_object(load, node, "a mount", keys, SIZE(keys), out);
    if (r < 0)
        return r;
    const char *missing = out->source == NULL ? "source" : out->target == NULL ? "target" : NULL;
    if (missing == NULL)
        return 0;
    return lx_refuse(load, out->place, "a mount without \"%s\", expected source and target",
                     missing);
}

int lx_read_added(struct lx_load *load, const struct lx_added *added, const char *directory,
                  struct lx_mount_part *out)
{
    const struct lx_place place = {.file = added->said};
    const struct lx_place options = {.file = added->options_said};
    struct lx_option_error error;
    start(out, place, directory);
    out->source = added->source;
    out->target = added->target;
    int r = lx_check_source(load, place, added->source);
    if (r < 0 || added->options[0] == '\0')
        return r;
    out->options_text = added->options;
    r = lx_options_parse(LX_MOUNT_DRVFS, added->options, &out->options, &error);
    return r == 0 ? 0 : lx_refuse_option(load, options, added->options, &error);
}

/* Cuts `*text` at the first of `ends`; returns what was before it and moves past it. */
static char *cut(char **text, const char *ends, char *end)
{
    char *start = *text;
    char *p = start + strcspn(start, ends);
    *end = *p;
    *text = *p == '\0' ? p : p + 1;
    *p = '\0';
    return start;
}

int lx_read_mount_flag(struct lx_load *load, const char *flag, const char *directory,
                       struct lx_mount_part *out)
{
    static const char expected[] = "expected TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]";
    struct lx_place place = {.file = lx_arena_format(load->arena, "--mount %s", flag)};
    char *text = lx_arena_string(load->arena, flag, strlen(flag));
    struct lx_option_error error;
    char end;

    start(out, place, directory);
    out->type = cut(&text, ":", &end);
    if (end == '\0')
        return lx_refuse(load, place, "no ':' after the type, %s", expected);
    int r = lx_check_type(load, place, out->type);
    if (r < 0)
        return r;
    /* A drive's colon is part of the source: it ends at the next one. */
    char *source = text;
    if (isalpha((unsigned char)text[0]) && text[1] == ':')
        text += 2;
    cut(&text, ":", &end);
    out->source = source;
    if (end == '\0')
        return lx_refuse(load, place, "no ':' after the source, %s", expected);
    r = lx_check_source(load, place, source);
    if (r < 0)
        return r;
    out->target = cut(&text, ":,", &end);
    if (end == ':')
        out->backing = cut(&text, ",", &end);
    if (out->target[0] == '\0' || (out->backing != NULL && out->backing[0] == '\0'))
        return lx_refuse(load, place, "an empty %s, %s",
                         out->target[0] == '\0' ? "target" : "backing directory", expected);
    if (end != ',')
        return 0;
    out->options_text = text;
    r = lx_options_parse(LX_MOUNT_DRVFS, text, &out->options, &error);
    return r == 0 ? 0 : lx_refuse_option(load, place, text, &error);
}
