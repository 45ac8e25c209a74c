/* SPDX-License-Identifier: MIT */
#include "policy/load.h"

#include <errno.h>
#include <string.h>

#include "policy/builder.h"
#include "policy/found.h"
#include "policy/guest.h"
#include "policy/part.h"
#include "policy/profile.h"
#include "policy/resolve.h"
#include "policy/trusted.h"

/* Everything that one load merges. */
struct merge {
    struct lx_load load;
    const struct lx_request *request;
    const struct lx_part *file; /* the policy, which leads to its bases; NULL without one */
    struct lx_part flags;       /* --mount and --set */
    const struct lx_profile *profile;
    struct lx_found found;
    struct lx_effective *out;
};

/* What a kind of volume cannot do. [vendor test DrvFsTestUnsupportedCommon; seed: ReFS] */
static const struct {
    enum lx_filesystem filesystem;
    enum lx_rule rule;
    enum lx_value value;
} volume_presets[] = {
    {LX_FAT, LX_RULE_CASE_DIRECTORIES, LX_OFF},  {LX_FAT, LX_RULE_SYMLINK_CREATE, LX_EPERM},
    {LX_FAT, LX_RULE_LINK_CREATE, LX_EPERM},     {LX_FAT, LX_RULE_SPECIAL_FIFO, LX_EPERM},
    {LX_FAT, LX_RULE_SPECIAL_SOCKET, LX_EPERM},  {LX_FAT, LX_RULE_SPECIAL_DEVICE, LX_EPERM},
    {LX_FAT, LX_RULE_XATTR_USER, LX_EOPNOTSUPP}, {LX_SMB, LX_RULE_CASE_DIRECTORIES, LX_OFF},
    {LX_SMB, LX_RULE_SYMLINK_CREATE, LX_EPERM},  {LX_SMB, LX_RULE_SPECIAL_FIFO, LX_EPERM},
    {LX_SMB, LX_RULE_SPECIAL_SOCKET, LX_EPERM},  {LX_SMB, LX_RULE_SPECIAL_DEVICE, LX_EPERM},
    {LX_REFS, LX_RULE_SYMLINK_CREATE, LX_EPERM},
};

static void take_set(struct lx_setting *rules, const struct lx_rule_set *set,
                     struct lx_origin origin)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        if (set->rules[i].value == LX_VALUE_COUNT)
            continue;
        origin.line = set->rules[i].line;
        rules[i] = (struct lx_setting){set->rules[i].value, origin};
    }
}

static void take_profile(struct lx_setting *rules, const struct lx_profile *profile)
{
    for (size_t i = 0; i < LX_RULE_COUNT; i++) {
        const char *from = profile->from[i];
        bool plain = from == NULL || strcmp(from, LX_DEFAULT_PROFILE) == 0;
        rules[i] = (struct lx_setting){profile->rules[i],
                                       plain ? (struct lx_origin){LX_ORIGIN_DEFAULT, NULL, 0}
                                             : (struct lx_origin){LX_ORIGIN_PROFILE, from, 0}};
    }
}

static void take_volume(struct lx_setting *rules, enum lx_filesystem filesystem)
{
    for (size_t i = 0; i < sizeof(volume_presets) / sizeof(volume_presets[0]); i++)
        if (volume_presets[i].filesystem == filesystem)
            rules[volume_presets[i].rule] = (struct lx_setting){
                volume_presets[i].value, {LX_ORIGIN_VOLUME, lx_filesystem_word(filesystem), 0}};
}

/* Files that are extended, the farthest first. */
static void take_bases(struct lx_setting *rules, const struct lx_part *part)
{
    if (part == NULL)
        return;
    take_bases(rules, part->base);
    take_set(rules, &part->rules, (struct lx_origin){LX_ORIGIN_FILE, part->document->name, 0});
}

/* The order of precedence, the lowest first. */
static void settle_rules(const struct merge *m, const struct lx_mount_part *part,
                         struct lx_effective_mount *mount)
{
    take_profile(mount->rules, m->profile);
    take_bases(mount->rules, m->file != NULL ? m->file->base : NULL);
    take_volume(mount->rules, mount->volume.filesystem);
    if (m->file != NULL)
        take_set(mount->rules, &m->file->rules,
                 (struct lx_origin){LX_ORIGIN_FILE, m->file->document->name, 0});
    if (part != NULL)
        take_set(mount->rules, &part->rules,
                 (struct lx_origin){LX_ORIGIN_FILE, part->place.file, 0});
    take_set(mount->rules, &m->flags.rules, (struct lx_origin){LX_ORIGIN_FLAG, "--set", 0});
}

static int settle_mount(struct merge *m, const struct lx_mount_part *part,
                        struct lx_effective_mount *out)
{
    out->source = part->source;
    out->options = part->options;
    out->options_text = part->options_text;
    out->volume = part->volume;
    out->origin = part->place.line == 0
                      ? (struct lx_origin){LX_ORIGIN_FLAG, "--mount", 0}
                      : (struct lx_origin){LX_ORIGIN_FILE, part->place.file, part->place.line};
    settle_rules(m, part, out);
    return lx_resolve_mount(&m->load, part, out);
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
    out->volume = (struct lx_volume){LX_NTFS, LX_BUILTIN_LABEL, LX_BUILTIN_SERIAL};
    settle_rules(m, NULL, out);
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
    out->mount_count = part == NULL ? 1 : part->mount_count;
    out->mounts = lx_arena_alloc(&out->arena, out->mount_count * sizeof(out->mounts[0]));
    if (part == NULL) {
        settle_built_in(m, &out->mounts[0]);
        return 0;
    }
    for (size_t i = 0; i < part->mount_count; i++) {
        int r = settle_mount(m, &part->mounts[i], &out->mounts[i]);
        if (r == 0)
            r = lx_guest_mount(&m->load, &part->mounts[i], &out->mounts[i]);
        if (r == 0)
            r = lx_resolve_overlap(&m->load, &part->mounts[i], out->mounts, i);
        if (r < 0)
            return r;
    }
    return 0;
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
        out->profile_origin = (struct lx_origin){LX_ORIGIN_FLAG, "--profile", 0};
        if (m->profile == NULL)
            return lx_refuse_word(&m->load, (struct lx_place){.file = "--profile"},
                                  lx_profile_nearest(flag),
                                  "unknown profile \"%s\", expected one that \"lxshim policy "
                                  "profiles\" lists",
                                  flag);
    } else {
        m->profile = lx_profile_find(part != NULL ? part->profile : LX_DEFAULT_PROFILE);
        if (part != NULL)
            out->profile_origin =
                (struct lx_origin){LX_ORIGIN_FILE, part->document->name, part->profile_line};
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
    if (m->request->observe) {
        out->observe = true;
        out->observe_origin = (struct lx_origin){LX_ORIGIN_FLAG, "--observe", 0};
    } else if (part != NULL) {
        out->observe = part->observe;
        out->observe_origin =
            (struct lx_origin){LX_ORIGIN_FILE, part->document->name, part->mode_line};
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
                {LX_ORIGIN_FILE, part->document->name, part->windows[fact].line}};
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
        out->trace_origin = (struct lx_origin){LX_ORIGIN_FLAG, from, 0};
        out->trace = lx_resolve_trace(&m->load, (struct lx_place){.file = from},
                                      m->request->directory, out->trace_all ? flag + 4 : flag);
    } else if (part != NULL) {
        out->trace_all = part->trace_all;
        out->trace_origin =
            (struct lx_origin){LX_ORIGIN_FILE, part->document->name, part->trace_place.line};
        out->trace =
            lx_resolve_trace(&m->load, part->trace_place, part->document->directory, part->trace);
        out->trace_guest = m->load.found != NULL;
        if (out->trace != NULL)
            out->trace = lx_guest_trace(&m->load, part->trace_place, part->trace, out->trace);
    } else {
        return 0;
    }
    return out->trace != NULL ? 0 : -EINVAL;
}

/* A policy's own overrides come before those of what it extends: the first that fits acts. */
static int settle_overrides(struct merge *m)
{
    struct lx_effective *out = m->out;
    size_t n = 0;
    for (const struct lx_part *p = m->file; p != NULL; p = p->base)
        n += p->override_count;
    if (n > LX_OVERRIDE_MAX)
        return lx_refuse(&m->load, (struct lx_place){.file = m->file->document->name},
                         "%zu overrides with those it extends, expected at most %d", n,
                         LX_OVERRIDE_MAX);
    out->overrides = lx_arena_alloc(&out->arena, n * sizeof(out->overrides[0]));
    for (const struct lx_part *p = m->file; p != NULL; p = p->base)
        for (size_t i = 0; i < p->override_count; i++)
            out->overrides[out->override_count++] = p->overrides[i];
    return 0;
}

static int read_flags(struct merge *m)
{
    const struct lx_request *request = m->request;
    struct lx_part *flags = &m->flags;
    lx_rule_set_clear(&flags->rules);
    flags->has_mounts = request->mount_count > 0;
    if (request->mount_count > LX_MOUNT_MAX)
        return lx_refuse(&m->load, (struct lx_place){.file = "--mount"},
                         "%zu mounts, expected at most %d", request->mount_count, LX_MOUNT_MAX);
    flags->mounts = lx_arena_alloc(&m->out->arena, request->mount_count * sizeof(flags->mounts[0]));
    for (; flags->mount_count < request->mount_count; flags->mount_count++) {
        int r = lx_read_mount_flag(&m->load, request->mounts[flags->mount_count],
                                   request->directory, &flags->mounts[flags->mount_count]);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < request->set_count; i++) {
        int r = lx_read_set_flag(&m->load, request->sets[i], &flags->rules);
        if (r < 0)
            return r;
    }
    return 0;
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
    struct lx_document *d = request->text != NULL ? lx_document_parse(&m->load, path, name,
                                                                      request->text, request->size)
                                                  : lx_document_read(&m->load, path, name, NULL);
    m->file = d == NULL ? NULL : lx_part_read(&m->load, d, request->alone);
    return m->file == NULL ? -EINVAL : 0;
}

int lx_effective_load(struct lx_effective *policy, const struct lx_request *request)
{
    *policy = (struct lx_effective){0};
    struct merge m = {.load.arena = &policy->arena, .request = request, .out = policy};
    int r = read_flags(&m);
    if (r == 0)
        r = receive(&m);
    if (r == 0)
        r = read_file(&m);
    part_from_found(&m);
    if (r == 0)
        r = settle_profile(&m);
    if (r == 0)
        r = settle_mounts(&m);
    if (r == 0)
        r = settle_overrides(&m);
    if (r == 0)
        r = settle_trace(&m);
    if (r == 0) {
        settle_mode(&m);
        settle_windows(&m);
    }
    policy->problem = m.load.problem;
    lx_load_close(&m.load);
    return r;
}
