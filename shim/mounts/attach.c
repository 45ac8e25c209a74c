/* SPDX-License-Identifier: MIT */
#include "mounts/attach.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "mounts/source.h"
#include "policy/cgroups.h"
#include "policy/options.h"
#include "policy/path.h"

/* Flags of mount(2) that the mount table shows before the file system's own options. */
#define SHOWN                                                                      \
    (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
     MS_SYNCHRONOUS | MS_DIRSYNC | MS_STRICTATIME | MS_NOSYMFOLLOW)

static bool is_made_up(const char *type)
{
    return lx_mount_type_has(lx_mount_type_find(type), LX_TYPE_MADE_UP);
}

/* The mount of a type that the run has made at its start, whatever became of it; or NULL. */
static const struct lx_mount *made_at_start(const struct lx_policy *policy, const char *type)
{
    const struct lx_policy *run = policy->run != NULL ? policy->run : policy;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(run->fixed, &i)) != NULL;)
        if (m->type == lx_mount_type_find(type))
            return m;
    return NULL;
}

bool mounts_knows_type(const struct lx_policy *policy, const char *type)
{
    if (type == NULL || lx_mount_type_find(type) == LX_MOUNT_HOST)
        return false;
    return !is_made_up(type) || made_at_start(policy, type) != NULL;
}

/* The flags that hold for one mount, whatever is said to its file system. */
static void apply_flags(unsigned long flags, struct lx_mount *m)
{
    m->shown = (uint32_t)(flags & SHOWN);
    m->flags &= (uint8_t) ~(LX_MOUNT_READONLY | LX_MOUNT_NOATIME);
    if ((flags & MS_RDONLY) != 0)
        m->flags |= LX_MOUNT_READONLY;
    if ((flags & MS_NOATIME) != 0)
        m->flags |= LX_MOUNT_NOATIME;
}

/* Puts symlinkroot= into the plan. */
static int apply_root(const struct lx_mount_options *options, struct mounts_plan *plan)
{
    plan->texts.symlinkroot = NULL;
    if (options->symlinkroot == NULL)
        return 0;
    if (options->symlinkroot_length >= sizeof(plan->symlinkroot))
        return -ENAMETOOLONG;
    memcpy(plan->symlinkroot, options->symlinkroot, options->symlinkroot_length);
    plan->symlinkroot[options->symlinkroot_length] = '\0';
    plan->texts.symlinkroot = plan->symlinkroot;
    return 0;
}

/* What the options and flags make of a record, but for its rules. */
static int apply(const struct mounts_request *request, struct lx_mount_options *options,
                 struct mounts_plan *plan)
{
    struct lx_option_error error;
    struct lx_mount *m = &plan->record;
    const bool none = request->options == NULL || request->options[0] == '\0';
    int r = lx_options_parse((enum lx_mount_type)m->type, none ? "defaults" : request->options,
                             options, &error);
    if (r < 0)
        return r;
    m->uid = options->uid;
    m->gid = options->gid;
    m->file_mask = (options->umask | options->fmask) & LX_MASK_MAX;
    m->dir_mask = (options->umask | options->dmask) & LX_MASK_MAX;
    apply_flags(request->flags, m);
    if (options->readonly)
        m->flags |= LX_MOUNT_READONLY;
    if (options->noatime)
        m->flags |= LX_MOUNT_NOATIME;
    m->flags &= (uint8_t)~LX_MOUNT_METADATA;
    if (options->metadata && lx_filesystem_keeps_metadata((enum lx_filesystem)m->filesystem))
        m->flags |= LX_MOUNT_METADATA;
    plan->texts.options = none ? NULL : request->options;
    return apply_root(options, plan);
}

/*
 * True where the client of a mount, by its rules, takes options at all, and these: WSL2's init says
 * symlinkroot= to the server. That the driver of WSL1 refuses it like any word that it does not
 * know is inference, from the release that it came with.
 */
static bool client_takes(const struct lx_mount *m, const struct lx_mount_options *options)
{
    enum lx_value line = lx_rule(m, LX_RULE_MOUNT_LINE);
    bool first = line == LX_DRVFS || line == LX_DRVFS_PLAIN || line == LX_DRVFS_ROOT;
    return lx_rule(m, LX_RULE_MOUNT_OPTIONS) != LX_EINVAL &&
           !(first && options->symlinkroot != NULL);
}

bool mounts_client_takes(const struct lx_policy *policy, const char *type, const char *options)
{
    struct lx_mount_options read;
    struct lx_option_error error;
    struct lx_mount m = lx_mount_blank(lx_mount_type_find(type));
    const enum lx_mount_type kind = (enum lx_mount_type)m.type;
    if (!lx_mount_type_has(kind, LX_TYPE_DRIVE) || lx_options_parse(kind, options, &read, &error))
        return true;
    lx_rules_work_out(policy->image, kind, (enum lx_filesystem)m.filesystem, false, m.rules);
    return client_takes(&m, &read);
}

/* What follows from the rules, once they are there: of case, where the file system has a rule. */
static int finish(const struct mounts_request *request, const struct lx_mount_options *options,
                  struct lx_mount *m)
{
    bool any = request->options != NULL && request->options[0] != '\0';
    if (any && !client_takes(m, options))
        return -EINVAL;
    if (options->case_option != LX_VALUE_COUNT)
        m->case_option = (uint8_t)options->case_option;
    else if (lx_rule_belongs(LX_RULE_CASE_DIRECTORIES, (enum lx_mount_type)m->type))
        m->case_option = m->rules[LX_RULE_CASE_DIRECTORIES];
    lx_mount_hear_options(m);
    return 0;
}

/* True for a word (n bytes) that version 2 of cgroups takes. */
static bool is_of_second(const char *word, size_t n)
{
    static const char *const words[] = {"nsdelegate", "memory_localevents", "memory_recursiveprot",
                                        "favordynmods"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
            return true;
    return false;
}

/* Words that are given to what is made up: controllers of version 1, and what cgroup2 takes. */
static int check_made_up(const char *type, const char *options)
{
    bool first = lx_mount_type_find(type) == LX_MOUNT_CGROUP;
    while (*options != '\0') {
        size_t n = strcspn(options, ",");
        if (!(first ? lx_cgroup_is_controller(options, n) : is_of_second(options, n)))
            return -EINVAL;
        options += n + (options[n] == ',');
    }
    return 0;
}

/* True where a list has a word. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (size_t n; *list != '\0'; list += n + (list[n] == ',')) {
        n = strcspn(list, ",");
        if (n == length && memcmp(list, word, n) == 0)
            return true;
    }
    return false;
}

/*
 * What the run has made of a type, by options; NULL with *error for what it has not. Of version 1
 * of cgroups a hierarchy is asked for by its controller, and by none all of them, which have to be
 * one.
 */
static const struct lx_mount *made_up_of(const struct lx_policy *policy, const char *type,
                                         const char *options, int *error)
{
    const struct lx_policy *run = policy->run != NULL ? policy->run : policy;
    const struct lx_mount *m;
    const struct lx_mount *found = NULL;
    unsigned asked = 0;
    unsigned count = 0;
    if (lx_mount_type_find(type) != LX_MOUNT_CGROUP)
        return made_at_start(policy, type);
    for (const char *p = options; *p != '\0'; p += p[strcspn(p, ",")] == ',')
        p += strcspn(p, ","), asked++;
    for (unsigned i = 0; (m = lx_mounts_next(run->fixed, &i)) != NULL;)
        if (m->type == LX_MOUNT_CGROUP &&
            (asked == 0 || has_word(options, lx_mount_text(m, m->options)))) {
            found = m;
            count++;
        }
    *error = count == 0 || (asked > 0 && count < asked) ? -EINVAL : -EBUSY;
    return count == 1 && asked <= 1 ? found : NULL;
}

int mounts_check_options(const char *type, const char *options)
{
    struct lx_mount_options unused;
    struct lx_option_error error;
    if (is_made_up(type))
        return check_made_up(type, options);
    return options[0] == '\0'
               ? 0
               : lx_options_parse(lx_mount_type_find(type), options, &unused, &error);
}

bool mounts_takes_directory(const struct lx_policy *policy, const char *type, const char *source)
{
    struct lx_source_found found;
    return source != NULL && source[0] == '/' &&
           lx_mount_type_has(lx_mount_type_find(type), LX_TYPE_DIRECTORY) &&
           mounts_source(policy, source, &found) < 0;
}

int mounts_check_source(const struct lx_policy *policy, const char *type, const char *source)
{
    struct lx_source_found found;
    if (is_made_up(type))
        return 0;
    return source[0] == '\0' ? -EINVAL : mounts_source(policy, source, &found);
}

/* The rules of a record, by the policy and by what came with its volume, where it is on one. */
static void work_out(const struct lx_policy *policy, const struct lx_volume *volume,
                     struct lx_mount *m)
{
    const struct lx_volumes *volumes = lx_image_volumes(policy->image);
    lx_rules_work_out(policy->image, (enum lx_mount_type)m->type, (enum lx_filesystem)m->filesystem,
                      lx_metadata(m), m->rules);
    if (volume != NULL && volume->rules != 0)
        lx_rules_overlay(m->rules, (const uint8_t *)volumes + volume->rules);
}

/* The backing is a directory of a volume's, which says what the mount is like. */
static int plan_volume(const struct lx_policy *policy, const struct mounts_request *request,
                       struct mounts_plan *plan)
{
    int r = mounts_source(policy, request->source, &plan->from);
    if (r < 0)
        return r;
    const struct lx_volume *volume = plan->from.volume;
    enum lx_mount_type type = lx_mount_type_find(request->type);
    enum lx_filesystem kind = (enum lx_filesystem)volume->filesystem;
    plan->backing = plan->from.rest;
    plan->record = lx_mount_blank(type);
    plan->record.filesystem = (uint8_t)(plan->from.shared ? lx_filesystem_shared(kind) : kind);
    plan->record.serial = volume->serial;
    plan->record.flags = LX_MOUNT_TYPED;
    if (plan->from.whole)
        plan->record.flags |= LX_MOUNT_VOLUME_ROOT;
    plan->texts = (struct lx_mount_texts){
        .backing = plan->backing,
        .label = lx_volumes_text(lx_image_volumes(policy->image), volume->label)};
    return 0;
}

/* The backing is any directory of Linux'. */
static int plan_directory(const struct mounts_request *request, struct mounts_plan *plan)
{
    if (strlen(request->directory) >= PATH_MAX)
        return -ENAMETOOLONG;
    plan->from.volume = NULL;
    plan->backing = request->directory;
    plan->texts = (struct lx_mount_texts){.backing = plan->backing};
    plan->record = lx_mount_blank(lx_mount_type_find(request->type));
    return 0;
}

/* What is made up is where the run has it, whatever the source says; and once at a point. */
static int plan_made_up(const struct lx_policy *policy, const struct mounts_request *request,
                        struct mounts_plan *plan)
{
    const char *options = request->options == NULL ? "" : request->options;
    const struct lx_mount *there = mounts_at(policy, request->native, request->target);
    int r = check_made_up(request->type, options);
    if (r < 0)
        return r;
    const struct lx_mount *like = made_up_of(policy, request->type, options, &r);
    if (like == NULL)
        return r;
    if (there != NULL && there->type == like->type)
        return -EBUSY;
    bool none = request->source == NULL || request->source[0] == '\0';
    plan->from.volume = NULL;
    plan->record = lx_mount_blank((enum lx_mount_type)like->type);
    plan->record.uid = like->uid;
    plan->record.gid = like->gid;
    apply_flags(request->flags, &plan->record);
    plan->backing = lx_backing(like);
    plan->texts = (struct lx_mount_texts){.backing = plan->backing,
                                          .source = none ? "none" : request->source,
                                          .target = request->target,
                                          .options = lx_mount_text(like, like->options)};
    return 0;
}

/* The first of those mounts that show something of a volume by the same client; NULL for none. */
static const struct lx_mount *first_of(const struct lx_policy *policy,
                                       const struct lx_volume *volume, const struct lx_mount *like)
{
    const char *backing = lx_volumes_text(lx_image_volumes(policy->image), volume->backing);
    const struct lx_mount *first = NULL;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(policy), &i)) != NULL;)
        if (m->type == like->type && m->filesystem == like->filesystem &&
            lx_path_within(lx_backing(m), backing) && (first == NULL || m->number < first->number))
            first = m;
    return first;
}

/*
 * A volume has one set of options by mount.again, which came with its first mount. The flags of
 * mount(2) are each mount's own. [WSL#3963, WSL#4954]
 */
static void take_first_options(const struct lx_policy *policy, struct mounts_plan *plan)
{
    struct lx_mount *m = &plan->record;
    if (lx_rule(m, LX_RULE_MOUNT_AGAIN) != LX_KEPT)
        return;
    const struct lx_mount *first = first_of(policy, plan->from.volume, m);
    if (first == NULL)
        return;
    m->uid = first->uid;
    m->gid = first->gid;
    m->file_mask = first->file_mask;
    m->dir_mask = first->dir_mask;
    m->case_option = first->case_option;
    m->flags = (uint8_t)((m->flags & ~LX_MOUNT_METADATA) | (first->flags & LX_MOUNT_METADATA));
    memcpy(m->rules, first->rules, sizeof(m->rules));
    plan->texts.options = lx_mount_text(first, first->options);
    plan->texts.symlinkroot = lx_mount_text(first, first->symlinkroot);
}

int mounts_plan(const struct lx_policy *policy, const struct mounts_request *request,
                struct mounts_plan *plan)
{
    struct lx_mount_options options;
    struct lx_mount *m = &plan->record;
    if (is_made_up(request->type))
        return plan_made_up(policy, request, plan);
    if (request->source == NULL || request->source[0] == '\0')
        return -EINVAL;
    int r = request->directory != NULL ? plan_directory(request, plan)
                                       : plan_volume(policy, request, plan);
    if (r < 0)
        return r;
    plan->texts.source = request->source;
    plan->texts.target = request->target;
    r = apply(request, &options, plan);
    if (r < 0)
        return r;
    /* What came with a volume is said of drives. */
    bool drive = lx_mount_type_has((enum lx_mount_type)m->type, LX_TYPE_DRIVE);
    work_out(policy, drive ? plan->from.volume : NULL, m);
    r = finish(request, &options, m);
    if (r == 0 && drive && plan->from.volume != NULL)
        take_first_options(policy, plan);
    return r;
}

int mounts_plan_bind(const struct lx_mount *from, const char *directory,
                     const struct mounts_request *request, struct mounts_plan *plan)
{
    const char *inside = directory + from->backing_length;
    const char *root = lx_mount_text(from, from->root);
    size_t n = root == NULL ? 0 : strlen(root);
    if (strlen(directory) >= sizeof(plan->from.rest) || n + strlen(inside) >= sizeof(plan->root))
        return -ENAMETOOLONG;
    memcpy(plan->from.rest, directory, strlen(directory) + 1);
    plan->backing = plan->from.rest;
    plan->record = *from;
    plan->record.flags &= (uint8_t) ~(LX_MOUNT_OWN_NAME | LX_MOUNT_NOWHERE);
    plan->texts = lx_mount_texts(from);
    plan->texts.target = request->target;
    if (inside[0] != '\0')
        plan->record.flags &= (uint8_t)~LX_MOUNT_VOLUME_ROOT;
    /* The directory in the mount's source: the mount table shows it. */
    memcpy(plan->root, root == NULL ? "" : root, n);
    memcpy(plan->root + n, inside, strlen(inside) + 1);
    plan->texts.root = plan->root[0] == '\0' ? NULL : plan->root;
    if (request->cloned != NULL)
        apply_flags(request->flags, &plan->record);
    return 0;
}

void mounts_plan_host(const struct mounts_request *request, struct mounts_plan *plan)
{
    plan->record = (struct lx_mount){.type = LX_MOUNT_HOST};
    plan->texts = (struct lx_mount_texts){
        .source = request->source == NULL ? "none" : request->source, .target = request->target};
    plan->backing = "";
}

/* Where metadata has come or gone, rules that this decides and nobody else go along. */
static void follow_metadata(const struct lx_policy *policy, const struct lx_mount *before,
                            struct lx_mount *m)
{
    uint8_t old[LX_RULE_COUNT];
    uint8_t now[LX_RULE_COUNT];
    enum lx_mount_type type = (enum lx_mount_type)m->type;
    enum lx_filesystem filesystem = (enum lx_filesystem)m->filesystem;
    lx_rules_work_out(policy->image, type, filesystem, lx_metadata(before), old);
    lx_rules_work_out(policy->image, type, filesystem, lx_metadata(m), now);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (old[i] != now[i] && m->rules[i] == old[i])
            m->rules[i] = now[i];
}

int mounts_plan_again(const struct lx_policy *policy, const struct lx_mount *mount,
                      const struct mounts_request *request, struct mounts_plan *plan)
{
    struct lx_mount_options options;
    plan->record = *mount;
    plan->texts = lx_mount_texts(mount);
    if ((request->flags & MS_BIND) != 0 ||
        lx_mount_type_has((enum lx_mount_type)mount->type, LX_TYPE_MADE_UP)) {
        apply_flags(request->flags, &plan->record);
        return 0;
    }
    int r = apply(request, &options, plan);
    if (r < 0)
        return r;
    follow_metadata(policy, mount, &plan->record);
    return finish(request, &options, &plan->record);
}

/* The device of what was just added, which nobody has seen yet. */
static void set_device(const struct lx_mount *added, uint32_t device)
{
    ((struct lx_mount *)(uintptr_t)added)->device = device;
}

int mounts_change(struct mounts_writer *w, const struct lx_mount *mount, struct mounts_plan *plan)
{
    int error;
    return mounts_add(w, &plan->record, &plan->texts, mount, &error) == NULL ? error : 0;
}

/* True for a mount that is in another one: below its target, and mounted later. */
static bool is_in(const struct lx_mount *m, const struct lx_mount *other)
{
    return m->number > other->number && m->target_length > other->target_length &&
           memcmp(lx_target(m), lx_target(other), other->target_length) == 0 &&
           lx_target(m)[other->target_length] == '/';
}

/* The oldest of what is in a mount, of those that are older than a number; NULL for none. */
static const struct lx_mount *next_in(const struct mounts_writer *w, const struct lx_mount *mount,
                                      uint32_t after, uint32_t before)
{
    const struct lx_mount *oldest = NULL;
    for (unsigned place = 1; place <= w->count; place++) {
        const struct lx_mount *m = mounts_written(w, place);
        if (m != NULL && m->number > after && m->number <= before && is_in(m, mount) &&
            (oldest == NULL || m->number < oldest->number))
            oldest = m;
    }
    return oldest;
}

static int move_one(struct mounts_writer *w, const struct lx_mount *mount, const char *target)
{
    int error;
    struct lx_mount_texts texts = lx_mount_texts(mount);
    texts.target = target;
    if (lx_in_place(mount))
        texts.backing = target;
    const struct lx_mount *m = mounts_add(w, mount, &texts, NULL, &error);
    if (m == NULL)
        return error;
    set_device(m, mount->device);
    mounts_drop(w, mount);
    return 0;
}

int mounts_move(struct mounts_writer *w, const struct lx_mount *mount, const char *target)
{
    char below[PATH_MAX];
    const uint32_t last = w->number;
    const struct lx_mount *m = mount;
    size_t n = strlen(target);
    int r = move_one(w, mount, target);
    while (r == 0 && (m = next_in(w, mount, m->number, last)) != NULL) {
        const char *rest = lx_target(m) + mount->target_length;
        if (n + strlen(rest) >= sizeof(below))
            return -ENAMETOOLONG;
        memcpy(below, target, n);
        memcpy(below + n, rest, strlen(rest) + 1);
        r = move_one(w, m, below);
    }
    return r;
}

/*
 * What is bound has two names, and by neither is it outside: no descriptor that was opened before
 * can tell by which it was reached.
 */
static int add_own_name(struct mounts_writer *w, const struct mounts_plan *plan, uint32_t device)
{
    int error;
    struct lx_mount_texts texts = plan->texts;
    struct lx_mount record = plan->record;
    texts.target = texts.backing = plan->backing;
    texts.bind_alias = plan->texts.target;
    record.flags |= LX_MOUNT_OWN_NAME;
    const struct lx_mount *m = mounts_add(w, &record, &texts, NULL, &error);
    if (m == NULL)
        return error;
    set_device(m, device);
    return 0;
}

int mounts_attach(struct mounts_writer *w, struct mounts_plan *plan, bool real)
{
    int error;
    bool binds = plan->record.number != 0;
    bool both = real && !binds && plan->record.type != LX_MOUNT_HOST;
    plan->texts.backing = real ? plan->texts.target : plan->backing;
    plan->texts.bind_alias = real && plan->record.type != LX_MOUNT_HOST ? plan->backing : NULL;
    /* A mount that was nowhere has been looked at already. */
    bool seen = plan->record.device != 0;
    uint32_t device = seen ? plan->record.device : lx_mount_minor(w->number + 1);
    error = both ? add_own_name(w, plan, device) : 0;
    if (error < 0)
        return error;
    const struct lx_mount *m = mounts_add(w, &plan->record, &plan->texts, NULL, &error);
    if (m == NULL)
        return error;
    set_device(m, device);
    return 0;
}

const struct lx_mount *mounts_attach_nowhere(struct mounts_writer *w, struct mounts_plan *plan,
                                             int *error)
{
    plan->texts.target = plan->texts.backing = plan->backing;
    plan->texts.bind_alias = NULL;
    plan->record.flags |= LX_MOUNT_OWN_NAME | LX_MOUNT_NOWHERE;
    const struct lx_mount *m = mounts_add(w, &plan->record, &plan->texts, NULL, error);
    if (m != NULL)
        set_device(m, lx_mount_minor(m->number));
    return m;
}

const struct lx_mount *mounts_at(const struct lx_policy *policy, const char *native,
                                 const char *target)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *found = NULL;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        bool here = strcmp(lx_backing(m), native) == 0 ||
                    (!lx_in_place(m) && strcmp(lx_target(m), target) == 0);
        if (here && (m->flags & LX_MOUNT_NOWHERE) == 0 &&
            (found == NULL || m->number > found->number))
            found = m;
    }
    return found;
}

static void detach_one(struct mounts_writer *w, const struct lx_mount *mount)
{
    const char *alias = lx_bind_alias(mount);
    for (unsigned place = 1; alias != NULL && place <= w->count; place++) {
        const struct lx_mount *other = mounts_written(w, place);
        /* The other half of what lxshim run has bound: see policy/emit.c. */
        if (other != NULL && (other->flags & LX_MOUNT_OWN_NAME) != 0 &&
            other->device == mount->device && strcmp(lx_backing(other), alias) == 0)
            mounts_drop(w, other);
    }
    mounts_drop(w, mount);
}

void mounts_detach(struct mounts_writer *w, const struct lx_mount *mount, bool with_all)
{
    const struct lx_mount *m = mount;
    while (with_all && (m = next_in(w, mount, m->number, w->number)) != NULL)
        detach_one(w, m);
    detach_one(w, mount);
}
