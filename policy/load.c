/* SPDX-License-Identifier: MIT */
#include "policy/load.h"

#include <errno.h>
#include <string.h>

#include "policy/builder.h"
#include "policy/found.h"
#include "policy/guest.h"
#include "policy/layers.h"
#include "policy/part.h"
#include "policy/profile.h"
#include "policy/resolve.h"
#include "policy/settle_interop.h"
#include "policy/settle_volume.h"
#include "policy/trusted.h"

/* Everything that one load merges. */
struct merge {
    struct lx_load load;
    const struct lx_request *request;
    const struct lx_part *file; /* the policy, which leads to its bases; NULL without one */
    struct lx_part flags;       /* --mount and --set */
    struct lx_part added;       /* mounts besides */
    const struct lx_profile *profile;
    enum lx_filesystem filesystem; /* of all volumes by a flag; LX_FILESYSTEMS: as they are */
    struct lx_found found;
    struct lx_effective *out;
};

static struct lx_layers layers_of(const struct merge *m)
{
    return (struct lx_layers){m->profile, m->file, &m->flags.rules};
}

/* True for "C:\\", "//host/share" and "name", and not for what is below one. */
static bool is_whole(const char *source)
{
    const char *at = source + (lx_source_has_letter(source) ? 2 : 0);
    unsigned names = lx_source_is_network(source) ? 2 : at == source ? 1 : 0;
    for (;; names--) {
        at += strspn(at, "/\\");
        if (names == 0)
            return *at == '\0';
        at += strcspn(at, "/\\");
    }
}

/* The short form: a mount says its volume itself. */
static void imply_volume(const struct merge *m, const struct lx_mount_part *part,
                         struct lx_effective_mount *out)
{
    out->volume = part->volume;
    if (m->filesystem != LX_FILESYSTEMS)
        out->volume.filesystem = m->filesystem;
    if (out->volume.filesystem == LX_FILESYSTEMS)
        out->volume.filesystem = lx_source_is_network(part->source) ? LX_SMB : LX_NTFS;
    out->implied = true;
    out->whole = is_whole(part->source);
}

/*
 * Finds the volume of a mount. `part` has a backing then, where the volume or the policy says one.
 * Returns 0, or -EINVAL and refused.
 */
static int settle_source(struct merge *m, struct lx_mount_part *part,
                         struct lx_effective_mount *out)
{
    const struct lx_effective *policy = m->out;
    struct lx_source_found found;
    bool known = lx_volumes_find(policy->flat, part->source, &found) == 0;
    if (!known && part->backing == NULL &&
        (policy->has_volumes || !lx_source_has_letter(part->source)))
        return lx_refuse_source(&m->load, policy, part->source_place, part->source);
    if (!known || (part->backing != NULL && found.rest[0] != '\0')) {
        imply_volume(m, part, out);
        return 0;
    }
    const struct lx_effective_volume *v =
        &policy->volumes[found.volume - lx_volumes_list(policy->flat)];
    if (part->backing != NULL || part->volume_place.line != 0)
        return lx_refuse(&m->load, part->backing != NULL ? part->backing_place : part->volume_place,
                         "\"%s\" of a mount of volume \"%s\", expected what \"volumes\" say alone",
                         part->backing != NULL ? "backing" : "volume", v->name);
    part->backing = lx_arena_format(&m->out->arena, "%s%s%s", v->backing,
                                    found.rest[0] != '\0' ? "/" : "", found.rest);
    part->backing_place = part->source_place;
    out->volume = v->facts;
    out->drive = v->name;
    if (found.shared)
        out->volume.filesystem = lx_filesystem_shared(v->facts.filesystem);
    out->whole = found.whole;
    return 0;
}

static void add_implied(struct merge *m, const struct lx_effective_mount *mount)
{
    lx_settle_implied(m->out, &(struct lx_effective_volume){.name = mount->source,
                                                            .backing = mount->backing,
                                                            .facts = mount->volume,
                                                            .implied = true,
                                                            .directory = !mount->whole,
                                                            .rules = mount->own,
                                                            .origin = mount->origin});
}

static int settle_mount(struct merge *m, const struct lx_mount_part *said, size_t index)
{
    struct lx_effective_mount *out = &m->out->mounts[index];
    struct lx_mount_part part = *said;
    const struct lx_layers layers = layers_of(m);
    out->type = lx_mount_type_find(part.type);
    out->source = part.source;
    out->options = part.options;
    out->options_text = part.options_text;
    out->origin = part.place.line == 0 ? lx_from_flag("--mount")
                                       : lx_from_file(part.place.file, part.place.line);
    int r = settle_source(m, &part, out);
    if (r < 0)
        return r;
    lx_layers_settle(&layers, out->volume.filesystem, lx_keeps_metadata(out), said, out->rules);
    out->own = lx_layers_own(&layers, &m->out->arena, said);
    r = lx_resolve_mount(&m->load, &part, out);
    if (r == 0)
        r = lx_guest_mount(&m->load, &part, out);
    if (r == 0)
        r = lx_resolve_overlap(&m->load, &part, m->out->mounts, index);
    if (r == 0 && out->implied)
        add_implied(m, out);
    return r;
}

/* The current directory, as the library makes it without a policy. */
static void settle_built_in(struct merge *m, struct lx_effective_mount *out)
{
    const struct lx_request *request = m->request;
    size_t room = strlen(request->directory) + sizeof("C:");
    char *source = lx_arena_alloc(&m->out->arena, room);
    lx_builtin_source(request->directory, source, room);
    out->source = source;
    out->target = lx_arena_string(&m->out->arena, request->directory, strlen(request->directory));
    out->backing = out->target;
    out->options = (struct lx_mount_options){
        .noatime = true, .uid = request->uid, .gid = request->gid, .case_option = LX_VALUE_COUNT};
    out->volume =
        (struct lx_volume_facts){m->filesystem != LX_FILESYSTEMS ? m->filesystem : LX_NTFS,
                                 LX_BUILTIN_LABEL, LX_BUILTIN_SERIAL};
    out->implied = true;
    const struct lx_layers layers = layers_of(m);
    lx_layers_settle(&layers, out->volume.filesystem, false, NULL, out->rules);
    if (strcmp(out->backing, "/") != 0) /* which is refused later, where it matters */
        add_implied(m, out);
}

/* The part that states the mounts: the flags, or the nearest file that has any. */
static const struct lx_part *mounts_of(const struct merge *m)
{
    const struct lx_part *part = m->file;
    if (m->flags.has_mounts)
        return &m->flags;
    while (part != NULL && !part->has_mounts)
        part = part->base;
    return part;
}

static int settle_mounts(struct merge *m)
{
    struct lx_effective *out = m->out;
    const struct lx_part *part = mounts_of(m);
    const struct lx_layers layers = layers_of(m);
    bool built_in = part == NULL && !out->has_volumes;
    int r = 0;
    lx_layers_tables(&layers, &out->axes);
    lx_layers_settle(&layers, LX_NTFS, false, NULL, out->rules);
    size_t count = built_in ? 1 : part == NULL ? 0 : part->mount_count;
    out->mounts =
        lx_arena_alloc(&out->arena, (count + m->added.mount_count) * sizeof(out->mounts[0]));
    if (built_in)
        settle_built_in(m, &out->mounts[out->mount_count++]);
    for (; part != NULL && out->mount_count < count && r == 0; out->mount_count++)
        r = settle_mount(m, &part->mounts[out->mount_count], out->mount_count);
    for (size_t i = 0; i < m->added.mount_count && r == 0; i++, out->mount_count++)
        r = settle_mount(m, &m->added.mounts[i], out->mount_count);
    lx_settle_flat(out);
    return r;
}

static int settle_profile(struct merge *m)
{
    struct lx_effective *out = m->out;
    const char *flag = m->request->profile;
    const struct lx_part *part = m->file;
    while (part != NULL && part->profile == NULL)
        part = part->base;
    if (flag != NULL) {
        m->profile = lx_profile_find(flag);
        const char *from = m->request->profile_from;
        out->profile_origin = lx_from_flag(from != NULL ? from : "--profile");
        if (m->profile == NULL)
            return lx_refuse_word(&m->load,
                                  (struct lx_place){.file = from != NULL ? from : "--profile"},
                                  lx_profile_nearest(flag),
                                  "unknown profile \"%s\", expected one that \"lxshim policy "
                                  "profiles\" lists",
                                  flag);
    } else {
        m->profile = lx_profile_find(part != NULL ? part->profile : LX_DEFAULT_PROFILE);
        if (part != NULL)
            out->profile_origin = lx_from_file(part->document->name, part->profile_line);
    }
    out->profile = m->profile->name;
    return 0;
}

static void settle_mode(struct merge *m)
{
    struct lx_effective *out = m->out;
    const struct lx_part *part = m->file;
    while (part != NULL && !part->has_mode)
        part = part->base;
    if (m->request->observe || m->request->enforce != NULL) {
        out->observe = m->request->observe;
        out->silent = m->flags.silent;
        out->mode_origin = lx_from_flag(out->observe ? "--observe" : "--enforce");
    } else if (part != NULL) {
        out->observe = part->observe;
        out->silent = part->silent;
        out->mode_origin = lx_from_file(part->document->name, part->mode_line);
    }
}

static void settle_windows(struct merge *m)
{
    for (unsigned fact = 0; fact < LX_WINDOWS_FACTS; fact++) {
        const struct lx_part *part = m->file;
        while (part != NULL && !part->windows[fact].stated)
            part = part->base;
        if (part != NULL)
            m->out->windows[fact] = (struct lx_effective_fact){
                part->windows[fact].value,
                lx_from_file(part->document->name, part->windows[fact].line)};
    }
}

static int settle_trace(struct merge *m)
{
    struct lx_effective *out = m->out;
    const char *flag = m->request->trace;
    const struct lx_part *part = m->file;
    while (part != NULL && part->trace == NULL)
        part = part->base;
    if (flag != NULL) {
        const char *from = m->request->trace_from;
        out->trace_all = strncmp(flag, "all:", 4) == 0;
        out->trace_origin = lx_from_flag(from);
        out->trace = lx_resolve_trace(&m->load, (struct lx_place){.file = from},
                                      m->request->directory, out->trace_all ? flag + 4 : flag);
    } else if (part != NULL) {
        out->trace_all = part->trace_all;
        out->trace_origin = lx_from_file(part->document->name, part->trace_place.line);
        out->trace =
            lx_resolve_trace(&m->load, part->trace_place, part->document->directory, part->trace);
        out->trace_guest = m->load.found != NULL;
        if (out->trace != NULL)
            out->trace =
                lx_guest_trace(&m->load, part->trace_place, "trace", part->trace, out->trace);
    } else {
        return 0;
    }
    return out->trace != NULL ? 0 : -EINVAL;
}

/* The nearest policy's that says something of one, and over it the flag's. */
static int settle_scanner(struct merge *m)
{
    struct lx_effective_scanner *out = &m->out->scanner;
    const struct lx_part *part = m->file;
    while (part != NULL && !part->scanner.said)
        part = part->base;
    const struct lx_scanner_part *const parts[] = {part == NULL ? NULL : &part->scanner,
                                                   &m->flags.scanner};
    for (unsigned i = 0; i < 2; i++) {
        if (parts[i] == NULL || !parts[i]->said)
            continue;
        if (parts[i]->off)
            *out = (struct lx_effective_scanner){0};
        else
            lx_scanner_overlay(out, parts[i]);
    }
    if (out->preset != NULL && out->image.waits && out->image.calls > 0)
        return lx_refuse(
            &m->load,
            (struct lx_place){.file = out->origin.name, .line = out->origin.line, .column = 1},
            "a scanner with \"wait\" that counts calls, expected \"ms\"");
    return 0;
}

/* A policy's own overrides come before those of what it extends: the first that fits acts. */
static int settle_overrides(struct merge *m)
{
    struct lx_effective *out = m->out;
    const struct lx_part *first = m->request->overrides != NULL ? &m->flags : m->file;
    size_t n = 0;
    for (const struct lx_part *p = first; p != NULL; p = p->base)
        n += p->override_count;
    if (n > LX_OVERRIDE_MAX)
        return lx_refuse(&m->load, (struct lx_place){.file = m->file->document->name},
                         "%zu overrides with those it extends, expected at most %d", n,
                         LX_OVERRIDE_MAX);
    out->overrides = lx_arena_alloc(&out->arena, n * sizeof(out->overrides[0]));
    for (const struct lx_part *p = first; p != NULL; p = p->base)
        for (size_t i = 0; i < p->override_count; i++)
            out->overrides[out->override_count++] = p->overrides[i];
    return 0;
}

static int read_filesystem_flag(struct merge *m)
{
    const char *word = m->request->filesystem;
    m->filesystem = word == NULL ? LX_FILESYSTEMS : lx_filesystem_find(word);
    if (word == NULL || m->filesystem != LX_FILESYSTEMS)
        return 0;
    return lx_refuse_filesystem(&m->load, (struct lx_place){.file = "--filesystem"}, word);
}

/* What a flag says over the volumes. */
static void settle_filesystem(struct merge *m)
{
    for (size_t i = 0; m->filesystem != LX_FILESYSTEMS && i < m->out->volume_count; i++)
        m->out->volumes[i].facts.filesystem = m->filesystem;
}

/* Before it is known whether the policy is a guest: its file is one that somebody has named. */
static int read_overrides_flag(struct merge *m)
{
    const struct lx_request *request = m->request;
    const char *name = request->overrides;
    if (name == NULL)
        return 0;
    const char *path =
        name[0] == '/' ? name : lx_arena_format(&m->out->arena, "%s/%s", request->directory, name);
    struct lx_document *d = lx_document_read(&m->load, "list of overrides", path, name, NULL);
    return d == NULL ? -EINVAL : lx_read_overrides_file(&m->load, d, &m->flags);
}

static int read_mounts(struct merge *m, struct lx_part *out, char *const *mounts, size_t count)
{
    if (count > LX_MOUNT_MAX)
        return lx_refuse(&m->load, (struct lx_place){.file = "--mount"},
                         "%zu mounts, expected at most %d", count, LX_MOUNT_MAX);
    out->mounts = lx_arena_alloc(&m->out->arena, count * sizeof(out->mounts[0]));
    for (; out->mount_count < count; out->mount_count++) {
        int r = lx_read_mount_flag(&m->load, mounts[out->mount_count], m->request->directory,
                                   &out->mounts[out->mount_count]);
        if (r < 0)
            return r;
    }
    return 0;
}

/* At most LX_MOUNT_MAX of them. */
static int read_added(struct merge *m, const struct lx_added *added, size_t count)
{
    struct lx_part *out = &m->added;
    int r = 0;
    out->mounts = lx_arena_alloc(&m->out->arena, count * sizeof(out->mounts[0]));
    for (; out->mount_count < count && r == 0; out->mount_count++)
        r = lx_read_added(&m->load, &added[out->mount_count], m->request->directory,
                          &out->mounts[out->mount_count]);
    return r;
}

static int read_flags(struct merge *m)
{
    const struct lx_request *request = m->request;
    struct lx_part *flags = &m->flags;
    lx_rule_set_clear(&flags->rules);
    flags->has_mounts = request->mount_count > 0;
    int mounts = read_mounts(m, flags, request->mounts, request->mount_count);
    if (mounts == 0)
        mounts = read_added(m, request->added, request->added_count);
    if (mounts < 0)
        return mounts;
    for (size_t i = 0; i < request->set_count; i++) {
        int r = lx_read_set_flag(&m->load, request->sets[i], &flags->rules);
        if (r < 0)
            return r;
    }
    if (request->enforce != NULL) {
        int r = lx_read_enforce_flag(&m->load, request->enforce, &flags->silent);
        if (r < 0)
            return r;
    }
    if (request->latency != NULL) {
        int r = lx_read_latency_flag(&m->load, request->latency, flags);
        if (r < 0)
            return r;
    }
    if (request->scanner != NULL) {
        int r =
            lx_read_scanner_flag(&m->load, request->scanner, request->directory, &flags->scanner);
        if (r < 0)
            return r;
    }
    int r = read_filesystem_flag(m);
    return r < 0 ? r : read_overrides_flag(m);
}

/* What a policy that nobody has named may say: all, where the user trusts its directory. */
static int receive(struct merge *m)
{
    const struct lx_request *request = m->request;
    struct lx_effective *out = m->out;
    struct lx_trusted list;
    if (!request->found)
        return 0;
    lx_trusted_read(&out->arena, &list);
    out->list = list.file;
    out->list_problem = list.problem;
    out->standing = lx_trusted_has(&list, request->directory) ? LX_TRUSTED : LX_GUEST;
    if (out->standing == LX_TRUSTED)
        return 0;
    int r = lx_found_enter(&out->arena, &m->found, request->directory);
    if (r < 0)
        return lx_refuse(&m->load, (struct lx_place){.file = request->file},
                         "cannot open the policy's directory: %s", strerror(-r));
    m->load.found = &m->found;
    return 0;
}

/* Once every file of the policy has been read. */
static void part_from_found(struct merge *m)
{
    if (m->load.found == NULL)
        return;
    m->out->others = m->found.others;
    lx_found_leave(&m->found);
}

static int read_file(struct merge *m)
{
    const struct lx_request *request = m->request;
    const char *name = request->file;
    if (name == NULL)
        return 0;
    const char *path =
        name[0] == '/' ? name : lx_arena_format(&m->out->arena, "%s/%s", request->directory, name);
    struct lx_document *d =
        request->text != NULL
            ? lx_document_parse(&m->load, path, name, request->text, request->size)
            : lx_document_read(&m->load, "policy", path, name, NULL);
    m->file = d == NULL ? NULL : lx_part_read(&m->load, d, request->alone);
    return m->file == NULL ? -EINVAL : 0;
}

/* The flag's, else that of the nearest file that says one. */
static void settle_latency(struct merge *m)
{
    struct lx_effective *out = m->out;
    const struct lx_part *p = &m->flags;
    if (p->latency == 0 && !p->latency_off)
        for (p = m->file; p != NULL && p->latency == 0 && !p->latency_off; p = p->base)
            ;
    if (p == NULL || p->latency_off)
        return;
    out->latency = p->latency;
    out->latency_seed = p->latency_seed;
    out->latency_counted = p->latency_counted;
    out->latency_origin = p == &m->flags ? lx_from_flag("--latency")
                                         : lx_from_file(p->document->name, p->latency_line);
}

int lx_effective_load(struct lx_effective *policy, const struct lx_request *request)
{
    *policy = (struct lx_effective){0};
    struct merge m = {.load = {.arena = &policy->arena, .root = request->root},
                      .request = request,
                      .out = policy};
    if (request->made != NULL)
        policy->made = lx_resolve_made(&m.load, request->made);
    int r = read_flags(&m);
    if (r == 0)
        r = receive(&m);
    if (r == 0)
        r = read_file(&m);
    part_from_found(&m);
    if (r == 0)
        r = settle_profile(&m);
    if (r == 0)
        r = lx_settle_volumes(&m.load, m.file, policy);
    settle_filesystem(&m);
    if (r == 0)
        r = settle_mounts(&m);
    if (r == 0)
        r = settle_overrides(&m);
    if (r == 0)
        r = settle_scanner(&m);
    if (r == 0)
        r = settle_trace(&m);
    if (r == 0 && !request->without_interop)
        r = lx_settle_interop(&m.load, m.file, policy);
    if (r == 0) {
        settle_mode(&m);
        settle_latency(&m);
        settle_windows(&m);
    }
    policy->problem = m.load.problem;
    lx_load_close(&m.load);
    return r;
}
