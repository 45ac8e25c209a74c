/* SPDX-License-Identifier: MIT */
#include "policy/emit.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/builder.h"
#include "policy/condition.h"
#include "policy/latency.h"
#include "policy/path.h"
#include "policy/table.h"
#include "sys/space.h"

/* Enough for nearly every policy; doubled as long as it is not. */
#define FIRST_ROOM ((size_t)16384)

static void put_mount(struct lx_builder *b, const struct lx_axes *axes,
                      const struct lx_effective_mount *from, const char *target,
                      const char *backing, struct lx_mount *to)
{
    const struct lx_mount_options *options = &from->options;
    lx_builder_mount(b, to, from->source, target, backing);
    to->type = (uint8_t)from->type;
    to->flags = from->whole ? LX_MOUNT_VOLUME_ROOT : 0;
    to->label = lx_builder_text(b, to, from->volume.label);
    to->serial = from->volume.serial;
    to->filesystem = (uint8_t)from->volume.filesystem;
    to->uid = options->uid;
    to->gid = options->gid;
    to->file_mask = (options->umask | options->fmask) & LX_MASK_MAX;
    to->dir_mask = (options->umask | options->dmask) & LX_MASK_MAX;
    if (options->readonly)
        to->flags |= LX_MOUNT_READONLY;
    if (options->noatime)
        to->flags |= LX_MOUNT_NOATIME;
    if (lx_keeps_metadata(from))
        to->flags |= LX_MOUNT_METADATA;
    if (options->symlinkroot != NULL) {
        char *root = strndup(options->symlinkroot, options->symlinkroot_length);
        to->symlinkroot = lx_builder_text(b, to, root);
        free(root);
    }
    to->libraries = lx_builder_text(b, to, from->libraries);
    lx_axes_work_out(axes, from->type, from->volume.filesystem, lx_keeps_metadata(from), to->rules);
    if (from->own != NULL)
        lx_rules_overlay(to->rules, from->own);
    to->case_option = options->case_option == LX_VALUE_COUNT ? to->rules[LX_RULE_CASE_DIRECTORIES]
                                                             : (uint8_t)options->case_option;
    lx_mount_hear_options(to);
    /* Over 9p the server is told the words as they are, each of them. [WSL#5122, WSL#9005] */
    if (to->rules[LX_RULE_MOUNT_LINE] == LX_PLAN9 || to->rules[LX_RULE_MOUNT_LINE] == LX_PLAN9_MMAP)
        to->options = lx_builder_text(b, to, from->options_text);
    if (!lx_mount_type_has(from->type, LX_TYPE_MADE_UP))
        return;
    /* As WSL's init mounts them. */
    to->shown = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME;
    to->options = lx_builder_text(b, to, from->options_text);
}

/* True for a directory of what another mount shows, of which both are drives. */
static bool is_part_of(const struct lx_effective_mount *m, const struct lx_effective_mount *other)
{
    return lx_mount_type_has(m->type, LX_TYPE_DRIVE) &&
           lx_mount_type_has(other->type, LX_TYPE_DRIVE) &&
           strcmp(m->backing, other->backing) != 0 && lx_path_within(m->backing, other->backing);
}

/*
 * True where a mount has to come before another in the list, of which the last one has a path that
 * several contain. A directory of a drive comes behind the drive where its paths are translated,
 * which would else be the drive's; and before it where it is bound, as it has its own paths then,
 * and those of the drive remain the drive's.
 */
static bool comes_before(const struct lx_effective_mount *m, const struct lx_effective_mount *other)
{
    return (m->bound && is_part_of(m, other)) || (!other->bound && is_part_of(other, m));
}

/* Writes which mount comes when: as the policy has them, but for what comes_before says. */
static void put_in_order(const struct lx_effective *policy, size_t order[])
{
    bool is_placed[LX_MOUNT_MAX] = {false};
    for (size_t n = 0; n < policy->mount_count; n++) {
        size_t first = 0;
        for (bool waits = true; waits; first += waits) {
            waits = is_placed[first];
            for (size_t i = 0; i < policy->mount_count && !waits; i++)
                waits = !is_placed[i] && comes_before(&policy->mounts[i], &policy->mounts[first]);
        }
        is_placed[first] = true;
        order[n] = first;
    }
}

/* The value of a rule on a mount, by the axes and by what is said of the mount alone. */
static uint8_t rule_of(const struct lx_effective *policy, const struct lx_effective_mount *m,
                       enum lx_rule rule)
{
    return m->own != NULL && m->own[rule] != LX_UNSAID
               ? m->own[rule]
               : lx_axes_value(&policy->axes, m->volume.filesystem, lx_keeps_metadata(m), rule);
}

/*
 * A mount as it is: a volume that was mounted before has one set of options by mount.again, which
 * came with its first mount. Flags of mount(2) are each mount's own. [WSL#3963, WSL#4954]
 */
static struct lx_effective_mount as_mounted(const struct lx_effective *policy, size_t at)
{
    struct lx_effective_mount m = policy->mounts[at];
    const struct lx_effective_mount *first = policy->mounts;
    if (m.type != LX_MOUNT_DRVFS || m.drive == NULL ||
        rule_of(policy, &m, LX_RULE_MOUNT_AGAIN) != LX_KEPT)
        return m;
    while (first->type != m.type || first->drive != m.drive ||
           first->volume.filesystem != m.volume.filesystem)
        first++;
    const bool readonly = m.options.readonly;
    const bool noatime = m.options.noatime;
    m.options = first->options;
    m.options.readonly = readonly;
    m.options.noatime = noatime;
    m.options_text = first->options_text;
    return m;
}

/*
 * A bind mount is in place, and its backing by its own name is a second one: the kernel tells by
 * which name a file was reached, and by neither is it outside.
 */
static void put_mounts(struct lx_builder *b, const struct lx_effective *policy, struct lx_mount *to)
{
    size_t order[LX_MOUNT_MAX];
    uint32_t count = 0;
    put_in_order(policy, order);
    for (size_t i = 0; i < policy->mount_count; i++) {
        const struct lx_effective_mount m = as_mounted(policy, order[i]);
        if (!m.bound) {
            put_mount(b, &policy->axes, &m, m.target, m.backing, &to[count]);
            to[count].bind_alias = lx_builder_text(b, &to[count], m.alias);
            count++;
            continue;
        }
        const char *names[] = {m.target, m.backing};
        for (unsigned k = 0; k < 2; k++, count++) {
            put_mount(b, &policy->axes, &m, names[k], names[k], &to[count]);
            to[count].bind_alias = lx_builder_text(b, &to[count], names[1 - k]);
        }
    }
}

static uint32_t count_mounts(const struct lx_effective *policy)
{
    size_t count = policy->mount_count;
    for (size_t i = 0; i < policy->mount_count; i++)
        count += policy->mounts[i].bound;
    return (uint32_t)count;
}

/* Outside its drives a guest changes nothing: the rules of the run stay as they are without one. */
static uint32_t put_axes(struct lx_builder *b, const struct lx_effective *policy)
{
    struct lx_axes axes = policy->axes;
    struct lx_axes defaults;
    for (unsigned i = 0; i < LX_RULE_COUNT && policy->standing == LX_GUEST; i++) {
        if (!lx_rule_is_of_run((enum lx_rule)i))
            continue;
        axes.base[i] = (uint8_t)lx_rules[i].fallback;
        if (policy->rules[i].origin.kind != LX_ORIGIN_FLAG)
            axes.stated[i] = LX_UNSAID;
    }
    /* Two thirds of what each process takes from its environment, where a policy states no rule. */
    lx_axes_defaults(&defaults);
    return memcmp(&axes, &defaults, sizeof(axes)) == 0 ? 0
                                                       : lx_builder_block(b, &axes, sizeof(axes));
}

/* Events that it comes for alone, and behind them those for which it does not. */
static uint32_t put_events(struct lx_builder *b, const struct lx_effective_scanner *from)
{
    size_t only = from->image.event_count;
    size_t all = only + from->image.left_out;
    uint64_t *events = calloc(all + 1, sizeof(events[0]));
    uint32_t at = 0;
    if (events == NULL)
        b->error = -ENOMEM;
    for (size_t i = 0; i < all && events != NULL; i++)
        events[i] = i < only ? from->events[i] : from->left_out[i - only];
    if (events != NULL)
        at = lx_builder_block(b, events, all * sizeof(events[0]));
    free(events);
    return at;
}

/* Offsets of globs, and events, are lists of their own. */
static uint32_t put_scanner(struct lx_builder *b, const struct lx_effective_scanner *from)
{
    struct lx_image_scanner to = from->image;
    uint32_t *globs = calloc(from->image.glob_count + 1, sizeof(*globs));
    if (globs == NULL)
        b->error = -ENOMEM;
    for (uint32_t i = 0; i < from->image.glob_count && globs != NULL; i++)
        globs[i] = lx_builder_string(b, from->globs[i]);
    if (globs != NULL)
        to.globs = lx_builder_block(b, globs, from->image.glob_count * sizeof(*globs));
    free(globs);
    to.events = put_events(b, from);
    return lx_builder_block(b, &to, sizeof(to));
}

/* Drawn by what it says, wherever it stands: so what is put before it changes nothing. */
static uint64_t draw_of(const struct lx_effective_override *o)
{
    uint64_t draw = lx_draw_more((uint64_t)o->seed, &o->image.ops, sizeof(o->image.ops));
    return o->path == NULL ? draw : lx_draw_more(draw, o->path, strlen(o->path));
}

static uint32_t put_condition(struct lx_builder *b, const struct lx_effective_override *from)
{
    struct lx_image_condition condition = from->condition;
    if (!from->conditional)
        return 0;
    condition.draw = draw_of(from);
    condition.comm = lx_builder_string(b, from->comm);
    return lx_builder_block(b, &condition, sizeof(condition));
}

struct lx_counters lx_emit_counters(const struct lx_effective *policy)
{
    struct lx_counters all = {.count = (uint32_t)policy->override_count};
    bool drawn = false;
    for (size_t i = 0; i < policy->override_count; i++) {
        all.count += policy->overrides[i].condition.after_bytes != 0;
        drawn |= policy->overrides[i].condition.chance != 0;
    }
    all.occurrences = drawn ? all.count : 0;
    all.count += drawn ? LX_OCCURRENCES : 0;
    all.costs = all.count;
    all.count += policy->latency != 0 ? LX_COST_ALL : 0;
    return all;
}

/* Each has a counter of its matches, and behind it one of bytes where it counts them. */
static void count_overrides(const struct lx_effective *policy, struct lx_image *image,
                            struct lx_image_override *overrides)
{
    uint32_t next = 0;
    struct lx_counters all = lx_emit_counters(policy);
    image->counters = all.count;
    image->occurrences = all.occurrences;
    image->costs = all.costs;
    for (size_t i = 0; i < policy->override_count; i++) {
        overrides[i].counter = next;
        next += policy->overrides[i].condition.after_bytes != 0 ? 2 : 1;
    }
}

static long put_image(const struct lx_effective *policy, const struct lx_emit_files *files,
                      void *buf, size_t room)
{
    struct lx_builder b;
    struct lx_image *image =
        lx_builder_start(&b, buf, room, count_mounts(policy), (uint32_t)policy->override_count);
    if (image == NULL)
        return b.error;
    char *base = buf;
    struct lx_mount *mounts = (struct lx_mount *)(void *)(base + image->mounts);
    struct lx_image_override *overrides =
        (struct lx_image_override *)(void *)(base + image->overrides);
    put_mounts(&b, policy, mounts);
    for (size_t i = 0; i < policy->override_count; i++) {
        const struct lx_effective_override *from = &policy->overrides[i];
        overrides[i] = from->image;
        overrides[i].path = lx_builder_string(&b, from->path);
        overrides[i].note = lx_builder_string(&b, from->note);
        overrides[i].condition = put_condition(&b, from);
    }
    count_overrides(policy, image, overrides);
    lx_builder_overrides(&b);
    image->axes = put_axes(&b, policy);
    image->volumes = lx_builder_block(&b, policy->flat, policy->flat->size);
    if (policy->scanner.preset != NULL)
        image->scanner = put_scanner(&b, &policy->scanner);
    image->profile = lx_builder_string(&b, policy->profile);
    image->trace = lx_builder_string(&b, policy->trace);
    image->stats = lx_builder_string(&b, files->stats);
    image->table = lx_builder_string(&b, files->table);
    image->table_file = lx_builder_string(&b, files->table_file);
    /* Outside its drives, of which it may have none, a guest changes nothing. */
    if (policy->standing != LX_GUEST || policy->mount_count > 0)
        image->programs = lx_builder_string(&b, policy->programs);
    image->handler = lx_builder_string(&b, policy->handler);
    image->record = lx_builder_string(&b, policy->record);
    image->silent = policy->silent;
    image->latency = policy->latency;
    image->latency_seed = policy->latency_seed;
    if (policy->latency_counted)
        image->flags |= LX_IMAGE_COST_ONLY;
    if (policy->observe)
        image->flags |= LX_IMAGE_OBSERVE;
    if (policy->stubs)
        image->flags |= LX_IMAGE_STUBS;
    if (policy->trace_all)
        image->flags |= LX_IMAGE_TRACE_ALL;
    if (policy->trace_guest)
        image->flags |= LX_IMAGE_TRACE_OWN;
    if (policy->trace_lines)
        image->flags |= LX_IMAGE_LINES;
    if (policy->windows[LX_DEVELOPER_MODE].value || policy->windows[LX_ELEVATED].value)
        image->flags |= LX_IMAGE_MAY_LINK;
    if (policy->windows[LX_ELEVATED].value)
        image->flags |= LX_IMAGE_ELEVATED;
    return lx_builder_end(&b);
}

long lx_emit_image(const struct lx_effective *policy, const struct lx_emit_files *files,
                   void **image)
{
    for (size_t i = 0; i < policy->mount_count; i++)
        if (strcmp(policy->mounts[i].target, "/") == 0)
            return -EXDEV;
    for (size_t room = FIRST_ROOM;; room *= 2) {
        void *buf = malloc(room);
        if (buf == NULL)
            return -ENOMEM;
        long size = put_image(policy, files, buf, room);
        if (size >= 0) {
            *image = buf;
            return size;
        }
        free(buf);
        if (room > (size_t)UINT32_MAX / 4)
            return size;
    }
}

bool lx_emit_counts(const struct lx_effective *policy)
{
    if (policy->scanner.preset != NULL || policy->latency != 0)
        return true;
    for (size_t i = 0; i < policy->override_count; i++) {
        const struct lx_image_override *o = &policy->overrides[i].image;
        const struct lx_image_condition *w = &policy->overrides[i].condition;
        if (o->times != 0 || o->every > 1 || o->after != 0 || w->after_bytes != 0 || w->chance != 0)
            return true;
    }
    return false;
}

/* A file that is larger than the limit allows would be SIGXFSZ. */
static uint32_t table_size(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur >= LX_TABLE_MOST)
        return LX_TABLE_MOST;
    return limit.rlim_cur < LX_TABLE_SIZE ? LX_TABLE_SIZE : (uint32_t)limit.rlim_cur & ~0xfffu;
}

int lx_emit_table(int fd, bool stays)
{
    /* The lists of mounts come after it, aligned. */
    struct lx_table head = {.magic = LX_TABLE_MAGIC,
                            .version = LX_TABLE_VERSION,
                            .size = table_size(),
                            .used = (sizeof(struct lx_table) + 7) & ~7u};
    atomic_init(&head.views[0].space, sys_space());
    head.views[0].inode = stays ? (uint32_t)sys_space_inode() : 0;
    int r = posix_fallocate(fd, 0, sizeof(head));
    if (r == 0 && ftruncate(fd, head.size) < 0)
        r = errno;
    if (r != 0)
        return -r;
    ssize_t n = pwrite(fd, &head, sizeof(head), 0);
    return n < 0 ? -errno : 0;
}

size_t lx_emit_stats_room(const struct lx_effective *policy)
{
    return lx_stats_room(lx_emit_counters(policy).count, policy->scanner.preset != NULL,
                         policy->trace_lines);
}

int lx_emit_stats(const struct lx_effective *policy, int fd)
{
    /* Their first fields; all of it is more than a small stack has. */
    const uint32_t head[] = {LX_STATS_MAGIC, lx_emit_counters(policy).count};
    _Static_assert(offsetof(struct lx_stats, magic) == 0 &&
                       offsetof(struct lx_stats, counter_count) == sizeof(head[0]),
                   "counters begin with their mark and their number");
    /* Not a hole: where the file system is full, whoever maps it would die of SIGBUS. */
    int r = posix_fallocate(fd, 0, (off_t)lx_emit_stats_room(policy));
    if (r != 0)
        return -r;
    ssize_t n = pwrite(fd, head, sizeof(head), 0);
    return n < 0 ? -errno : 0;
}
