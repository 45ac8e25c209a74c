/* SPDX-License-Identifier: MIT */
#include "policy/settle_volume.h"

#include <errno.h>
#include <string.h>

#include "policy/guest.h"
#include "policy/nearest.h"
#include "policy/resolve.h"
#include "policy/volumes.h"

/* What is settled, and where the folders stand. */
struct settling {
    struct lx_load *load;
    struct lx_effective *out;
    const struct lx_folder_part **folders;
};

static bool same_name(const char *one, const char *other)
{
    const char *left = lx_source_below(one, other);
    return left != NULL && left[strspn(left, "/\\")] == '\0';
}

/* The place of the volume with a name, or the count of them. */
static size_t find_volume(const struct lx_effective *policy, const char *name)
{
    size_t i = 0;
    while (i < policy->volume_count && !same_name(name, policy->volumes[i].name))
        i++;
    return i;
}

/* "C:, fat"; "" where there are none. */
static const char *list_of(struct lx_load *load, const struct lx_effective *policy)
{
    const char *list = "";
    for (size_t i = 0; i < policy->volume_count; i++)
        if (!policy->volumes[i].implied)
            list = lx_arena_format(load->arena, "%s%s%s", list, list[0] == '\0' ? "" : ", ",
                                   policy->volumes[i].name);
    return list;
}

static const char *nearest_of(const struct lx_effective *policy, const char *name)
{
    struct lx_nearest nearest;
    if (lx_source_has_letter(name)) /* any is as near as any other */
        return NULL;
    lx_nearest_start(&nearest, name);
    for (size_t i = 0; i < policy->volume_count; i++)
        if (!policy->volumes[i].implied)
            lx_nearest_try(&nearest, policy->volumes[i].name);
    return lx_nearest_found(&nearest);
}

int lx_refuse_source(struct lx_load *load, const struct lx_effective *policy, struct lx_place place,
                     const char *source)
{
    if (!policy->has_volumes)
        return lx_refuse(load, place,
                         "source \"%s\" is of no volume, expected a drive such as C:, a "
                         "\"backing\", or \"volumes\" that have it",
                         source);
    return lx_refuse_word(load, place, nearest_of(policy, source),
                          "source \"%s\" is of no volume, expected one of \"volumes\" (%s), or a "
                          "\"backing\"",
                          source, list_of(load, policy));
}

static int settle_volume(struct settling *s, const struct lx_part *from,
                         const struct lx_volume_part *part)
{
    struct lx_effective *out = s->out;
    size_t same = find_volume(out, part->name);
    if (same < out->volume_count)
        return lx_refuse(s->load, part->place, "volumes \"%s\" and \"%s\" are one, expected %s",
                         out->volumes[same].name, part->name,
                         lx_source_has_letter(part->name) ? "a letter each" : "a name each");
    const char *backing = lx_resolve_directory(s->load, part->backing_place,
                                               from->document->directory, part->backing);
    if (backing == NULL)
        return -EINVAL;
    out->volumes[out->volume_count++] =
        (struct lx_effective_volume){.name = part->name,
                                     .backing = backing,
                                     .facts = part->facts,
                                     .origin = lx_from_file(part->place.file, part->place.line)};
    return lx_guest_volume(s->load, part->backing_place, part->backing, backing);
}

/* The path of a folder on the volume of its letter. */
static int begin_folder(struct settling *s, const struct lx_folder_part *part, size_t volume)
{
    struct lx_effective *out = s->out;
    struct lx_effective_folder *f = &out->folders[out->folder_count];
    const char letter[] = {part->source[0], ':', '\0'};
    char path[PATH_MAX];
    *f = (struct lx_effective_folder){
        .source = part->source, .parent = find_volume(out, letter), .volume = volume};
    if (f->parent == out->volume_count)
        return lx_refuse(s->load, part->place,
                         "folder \"%s\" is on no volume, expected a letter that \"volumes\" have",
                         part->source);
    if (lx_source_spell(part->source + 2, path) < 0)
        return lx_refuse(s->load, part->place, "folder \"%s\": the path is too long", part->source);
    f->path = lx_arena_string(s->load->arena, path, strlen(path));
    s->folders[out->folder_count++] = part;
    return 0;
}

/*
 * A folder may itself lie behind another one: it is on the volume there, then. Each step makes a
 * path shorter.
 */
static void follow_folders(struct lx_effective *out)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < out->folder_count; i++)
            for (size_t k = 0; k < out->folder_count; k++) {
                struct lx_effective_folder *f = &out->folders[i];
                const struct lx_effective_folder *over = &out->folders[k];
                const char *rest =
                    over->parent == f->parent ? lx_source_below(f->path, over->path) : NULL;
                if (rest == NULL || *rest == '\0')
                    continue;
                f->path = rest + 1;
                f->parent = over->volume;
                moved = true;
            }
    }
}

static int check_folders(struct settling *s)
{
    const struct lx_effective *out = s->out;
    for (size_t i = 0; i < out->folder_count; i++)
        for (size_t k = 0; k < i; k++)
            if (out->folders[i].parent == out->folders[k].parent &&
                same_name(out->folders[i].path, out->folders[k].path))
                return lx_refuse(
                    s->load, s->folders[i]->place,
                    "folder \"%s\" is of volume \"%s\" already, expected one volume in "
                    "a folder",
                    out->folders[i].source, out->volumes[out->folders[k].volume].name);
    return 0;
}

/* Where a look for cycles is: the volumes on the way to it, and those that are in none. */
struct way {
    size_t volume[LX_VOLUME_MAX];
    size_t length;
    bool done[LX_VOLUME_MAX];
};

static int refuse_cycle(struct settling *s, const struct way *way, size_t from, size_t folder)
{
    const char *members = "";
    for (size_t i = from; i < way->length; i++)
        members = lx_arena_format(s->load->arena, "%s%s -> ", members,
                                  s->out->volumes[way->volume[i]].name);
    return lx_refuse(s->load, s->folders[folder]->place,
                     "folder \"%s\" makes a cycle: %s%s, expected volumes that are not in "
                     "themselves",
                     s->folders[folder]->source, members, s->out->volumes[way->volume[from]].name);
}

/* Goes from a volume to those that its folders are on. */
static int visit(struct settling *s, struct way *way, size_t volume)
{
    int r = 0;
    if (way->done[volume])
        return 0;
    way->volume[way->length++] = volume;
    for (size_t i = 0; i < s->out->folder_count && r == 0; i++) {
        if (s->out->folders[i].volume != volume)
            continue;
        for (size_t k = 0; k < way->length && r == 0; k++)
            if (way->volume[k] == s->out->folders[i].parent)
                r = refuse_cycle(s, way, k, i);
        if (r == 0)
            r = visit(s, way, s->out->folders[i].parent);
    }
    way->length--;
    way->done[volume] = true;
    return r;
}

static int settle_folders(struct settling *s, const struct lx_part *part)
{
    struct lx_effective *out = s->out;
    struct way way = {.length = 0};
    size_t n = 0;
    for (size_t i = 0; i < part->volume_count; i++)
        n += part->volumes[i].folder_count;
    if (n > LX_FOLDER_MAX)
        return lx_refuse(s->load, (struct lx_place){.file = part->document->name},
                         "%zu folders of volumes, expected at most %d", n, LX_FOLDER_MAX);
    out->folders = lx_arena_alloc(&out->arena, n * sizeof(out->folders[0]));
    s->folders = lx_arena_alloc(&out->arena, n * sizeof(s->folders[0]));
    int r = 0;
    for (size_t i = 0; i < part->volume_count && r == 0; i++)
        for (size_t k = 0; k < part->volumes[i].folder_count && r == 0; k++)
            r = begin_folder(s, &part->volumes[i].folders[k], i);
    if (r == 0) {
        follow_folders(out);
        r = check_folders(s);
    }
    for (size_t i = 0; i < out->volume_count && r == 0; i++)
        r = visit(s, &way, i);
    return r;
}

static int settle_share(struct settling *s, const struct lx_share_part *part)
{
    struct lx_effective *out = s->out;
    for (size_t i = 0; i < out->share_count; i++)
        if (same_name(part->name, out->shares[i].name))
            return lx_refuse(s->load, part->place, "shares \"%s\" and \"%s\" are one, expected one",
                             out->shares[i].name, part->name);
    size_t volume = find_volume(out, part->volume);
    if (volume == out->volume_count)
        return lx_refuse_word(s->load, part->volume_place, nearest_of(out, part->volume),
                              "share \"%s\" is of no volume, expected one of \"volumes\" (%s)",
                              part->name, list_of(s->load, out));
    out->shares[out->share_count++] = (struct lx_effective_share){
        part->name, volume, lx_from_file(part->place.file, part->place.line)};
    return 0;
}

int lx_settle_volumes(struct lx_load *load, const struct lx_part *file, struct lx_effective *out)
{
    struct settling s = {.load = load, .out = out};
    const struct lx_part *said = file;
    const struct lx_part *shares = file;
    int r = 0;
    while (said != NULL && !said->has_volumes)
        said = said->base;
    while (shares != NULL && !shares->has_shares)
        shares = shares->base;
    out->has_volumes = said != NULL;
    out->volumes =
        lx_arena_alloc(&out->arena, (LX_VOLUME_MAX + LX_MOUNT_MAX) * sizeof(out->volumes[0]));
    for (size_t i = 0; said != NULL && i < said->volume_count && r == 0; i++)
        r = settle_volume(&s, said, &said->volumes[i]);
    if (r == 0 && said != NULL)
        r = settle_folders(&s, said);
    if (shares != NULL)
        out->shares = lx_arena_alloc(&out->arena, shares->share_count * sizeof(out->shares[0]));
    for (size_t i = 0; shares != NULL && i < shares->share_count && r == 0; i++)
        r = settle_share(&s, &shares->shares[i]);
    if (r == 0)
        lx_settle_flat(out);
    return r;
}

void lx_settle_implied(struct lx_effective *out, const struct lx_effective_volume *volume)
{
    out->volumes[out->volume_count++] = *volume;
}

/* A block that is written: measured first, with `at` NULL. */
struct block {
    char *at;
    size_t size;
};

static uint32_t put(struct block *b, const void *data, size_t n)
{
    if (data == NULL)
        return 0;
    if (b->at != NULL)
        memcpy(b->at + b->size, data, n);
    b->size += n;
    return (uint32_t)(b->size - n);
}

static uint32_t put_text(struct block *b, const char *text)
{
    return put(b, text, text == NULL ? 0 : strlen(text) + 1);
}

/* Writes, or measures where there is no block yet. */
static size_t put_all(const struct lx_effective *from, char *at)
{
    struct lx_volumes head = {.count = (uint32_t)from->volume_count,
                              .folder_count = (uint32_t)from->folder_count,
                              .share_count = (uint32_t)from->share_count};
    struct block b = {.at = at, .size = sizeof(head)};
    head.volumes = (uint32_t)b.size;
    b.size += from->volume_count * sizeof(struct lx_volume);
    head.folders = (uint32_t)b.size;
    b.size += from->folder_count * sizeof(struct lx_folder);
    head.shares = (uint32_t)b.size;
    b.size += from->share_count * sizeof(struct lx_share);
    for (size_t i = 0; i < from->volume_count; i++) {
        const struct lx_effective_volume *v = &from->volumes[i];
        const struct lx_volume volume = {.name = put_text(&b, v->name),
                                         .backing = put_text(&b, v->backing),
                                         .label = put_text(&b, v->facts.label),
                                         .serial = v->facts.serial,
                                         .rules = put(&b, v->rules, LX_RULE_COUNT),
                                         .filesystem = (uint8_t)v->facts.filesystem,
                                         .flags = v->directory ? LX_VOLUME_DIRECTORY : 0};
        if (at != NULL)
            memcpy(at + head.volumes + i * sizeof(volume), &volume, sizeof(volume));
    }
    for (size_t i = 0; i < from->folder_count; i++) {
        const struct lx_effective_folder *f = &from->folders[i];
        const struct lx_folder folder = {put_text(&b, f->path), (uint32_t)f->parent,
                                         (uint32_t)f->volume};
        if (at != NULL)
            memcpy(at + head.folders + i * sizeof(folder), &folder, sizeof(folder));
    }
    for (size_t i = 0; i < from->share_count; i++) {
        const struct lx_share share = {put_text(&b, from->shares[i].name),
                                       (uint32_t)from->shares[i].volume};
        if (at != NULL)
            memcpy(at + head.shares + i * sizeof(share), &share, sizeof(share));
    }
    put(&b, "", 1);
    head.size = (uint32_t)b.size;
    if (at != NULL)
        memcpy(at, &head, sizeof(head));
    return b.size;
}

void lx_settle_flat(struct lx_effective *out)
{
    char *at = lx_arena_alloc(&out->arena, put_all(out, NULL));
    put_all(out, at);
    out->flat = (const struct lx_volumes *)(const void *)at;
}
