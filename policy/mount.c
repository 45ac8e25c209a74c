/* SPDX-License-Identifier: MIT */
#include "policy/mount.h"

#include <errno.h>
#include <string.h>

const char *lx_mount_type_word(enum lx_mount_type type)
{
    static const char *const words[LX_MOUNT_TYPES] = {
#define FILESYSTEM(symbol, word, operations, names, properties) [LX_MOUNT_##symbol] = word,
#include "fs/filesystems.def"
#undef FILESYSTEM
    };
    return words[type];
}

enum lx_mount_type lx_mount_type_find(const char *word)
{
    unsigned type = 0;
    while (type < LX_MOUNT_HOST &&
           (lx_mount_type_has((enum lx_mount_type)type, LX_TYPE_AT_START) ||
            strcmp(lx_mount_type_word((enum lx_mount_type)type), word) != 0))
        type++;
    return (enum lx_mount_type)type;
}

bool lx_mount_type_has(enum lx_mount_type type, enum lx_type_property property)
{
    static const unsigned char sets[LX_MOUNT_TYPES] = {
#define FILESYSTEM(symbol, word, operations, names, properties) [LX_MOUNT_##symbol] = properties,
#include "fs/filesystems.def"
#undef FILESYSTEM
    };
    return (sets[type] & property) != 0;
}

struct lx_mount lx_mount_blank(enum lx_mount_type type)
{
    struct lx_mount mount = {
        .type = (uint8_t)type, .filesystem = LX_NTFS, .case_option = LX_SENSITIVE};
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        mount.rules[i] =
            lx_rule_belongs((enum lx_rule)i, type) ? lx_rule_fallback((enum lx_rule)i) : LX_UNSAID;
    return mount;
}

static bool may_fold(const struct lx_mount *mount)
{
    if ((mount->flags & LX_MOUNT_VOLUME_ROOT) != 0 &&
        lx_rule(mount, LX_RULE_CASE_VOLUME_ROOT) == LX_INSENSITIVE)
        return true;
    return mount->case_option == LX_OFF || mount->case_option == LX_DIR;
}

unsigned lx_mount_traits(const struct lx_mount *mount)
{
    unsigned traits = 0;
    if (strcmp(lx_target(mount), lx_backing(mount)) == 0)
        traits |= LX_MOUNT_IN_PLACE;
    if (!lx_mount_type_has((enum lx_mount_type)mount->type, LX_TYPE_DRIVE))
        return traits;
    if (may_fold(mount))
        traits |= LX_MOUNT_FOLDS;
    if ((mount->file_mask | mount->dir_mask) != 0)
        traits |= LX_MOUNT_MASKED;
    if (lx_rule(mount, LX_RULE_LXSS_DIRECTORIES) != LX_NATIVE)
        traits |= LX_MOUNT_GUARDED;
    return traits;
}

void lx_mount_hear_options(struct lx_mount *mount)
{
    enum lx_value value = lx_rule(mount, LX_RULE_MOUNT_OPTIONS);
    if (value != LX_IGNORE && value != LX_EINVAL)
        return;
    mount->uid = mount->gid = 0;
    mount->file_mask = mount->dir_mask = 0;
    mount->case_option = mount->rules[LX_RULE_CASE_DIRECTORIES];
}

void lx_mount_settle(struct lx_mount *mount)
{
    mount->target_length = (uint32_t)strlen(lx_target(mount));
    mount->backing_length = (uint32_t)strlen(lx_backing(mount));
    mount->traits = (uint8_t)lx_mount_traits(mount);
}

struct lx_mount_texts lx_mount_texts(const struct lx_mount *mount)
{
    return (struct lx_mount_texts){.source = lx_source(mount),
                                   .target = lx_target(mount),
                                   .backing = lx_backing(mount),
                                   .bind_alias = lx_bind_alias(mount),
                                   .label = lx_mount_text(mount, mount->label),
                                   .symlinkroot = lx_mount_text(mount, mount->symlinkroot),
                                   .libraries = lx_mount_text(mount, mount->libraries),
                                   .root = lx_mount_text(mount, mount->root),
                                   .options = lx_mount_text(mount, mount->options)};
}

/* A record on its way. */
struct put {
    char *to; /* NULL: it is only measured */
    size_t size;
};

/* Adds a text and returns its offset; 0 for NULL. */
static uint32_t put_text(struct put *p, const char *text)
{
    uint32_t at = (uint32_t)p->size;
    if (text == NULL)
        return 0;
    size_t n = strlen(text) + 1;
    if (p->to != NULL)
        memcpy(p->to + p->size, text, n);
    p->size += n;
    return at;
}

/* Adds all texts, and notes where they are. Returns the record's size with them. */
static size_t put_texts(struct put *p, struct lx_mount *to, const struct lx_mount_texts *texts)
{
    to->source = put_text(p, texts->source);
    to->target = put_text(p, texts->target);
    to->backing = put_text(p, texts->backing);
    to->bind_alias = put_text(p, texts->bind_alias);
    to->label = put_text(p, texts->label);
    to->symlinkroot = put_text(p, texts->symlinkroot);
    to->libraries = put_text(p, texts->libraries);
    to->root = put_text(p, texts->root);
    to->options = put_text(p, texts->options);
    return (p->size + 7) & ~(size_t)7;
}

size_t lx_mount_size(const struct lx_mount_texts *texts)
{
    struct lx_mount unused;
    struct put p = {NULL, sizeof(unused)};
    return put_texts(&p, &unused, texts);
}

long lx_mount_put(struct lx_mount *to, size_t room, const struct lx_mount *like,
                  const struct lx_mount_texts *texts)
{
    struct put p = {(char *)to, sizeof(*to)};
    size_t size = lx_mount_size(texts);
    if (size > room)
        return -ENOSPC;
    *to = *like;
    put_texts(&p, to, texts);
    lx_mount_settle(to);
    return (long)size;
}
