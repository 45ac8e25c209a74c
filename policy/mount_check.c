/* SPDX-License-Identifier: MIT */
#include "policy/mount_check.h"

#include <limits.h>
#include <string.h>

/* Where a record lies, and what is behind it. */
struct block {
    const struct lx_mount *mount;
    size_t size; /* bytes from the record on */
};

/* A text behind the record, or none. */
static bool text_ok(const struct block *b, uint32_t offset)
{
    if (offset == 0)
        return true;
    if (offset < sizeof(*b->mount) || offset >= b->size)
        return false;
    return strnlen(lx_mount_text(b->mount, offset), b->size - offset) < b->size - offset;
}

static bool path_ok(const struct block *b, uint32_t offset)
{
    const char *path = lx_mount_text(b->mount, offset);
    return offset != 0 && text_ok(b, offset) && path[0] == '/' && strlen(path) < PATH_MAX;
}

/* A directory as the policy's loader spells it: walks copy it, and what is below it begins with
 * the slash that it does not end with. */
static bool directory_ok(const struct block *b, uint32_t offset)
{
    if (!path_ok(b, offset))
        return false;
    const char *path = lx_mount_text(b->mount, offset);
    size_t n = strlen(path);
    return n > 1 && path[n - 1] != '/';
}

/* The root of all, which a file system of its own may be: see lx_is_root. */
static bool is_root(const struct block *b)
{
    const struct lx_mount *m = b->mount;
    return (lx_mount_type_has((enum lx_mount_type)m->type, LX_TYPE_DIRECTORY) ||
            m->type == LX_MOUNT_EXT4) &&
           m->target != 0 && text_ok(b, m->target) && lx_target(m)[0] == '\0' && m->backing != 0 &&
           ((text_ok(b, m->backing) && lx_backing(m)[0] == '\0') || directory_ok(b, m->backing));
}

/* Of what the kernel has mounted, the files may have no name of their own. */
static bool backing_ok(const struct block *b)
{
    const struct lx_mount *m = b->mount;
    bool nameless = m->type == LX_MOUNT_HOST && m->backing != 0 && text_ok(b, m->backing) &&
                    lx_backing(m)[0] == '\0';
    return nameless || directory_ok(b, m->backing);
}

static bool is_slash(const struct lx_mount *m, uint32_t offset)
{
    return strcmp(lx_mount_text(m, offset), "/") == 0;
}

/* The other name of what is bound, which may be over "/": the backing's record says so then. */
static bool alias_ok(const struct block *b)
{
    const struct lx_mount *m = b->mount;
    return m->bind_alias == 0 || directory_ok(b, m->bind_alias) ||
           ((m->flags & LX_MOUNT_OWN_NAME) != 0 && text_ok(b, m->bind_alias) &&
            is_slash(m, m->bind_alias));
}

/*
 * What the kernel has mounted over "/". Nobody's way leads into it, as whoever runs keeps the "/"
 * that he has: so nobody spells what is below it.
 */
static bool covers_root(const struct block *b)
{
    const struct lx_mount *m = b->mount;
    return path_ok(b, m->target) && path_ok(b, m->backing) && is_slash(m, m->target) &&
           is_slash(m, m->backing) && (m->type == LX_MOUNT_HOST || m->bind_alias != 0);
}

static bool texts_ok(const struct block *b)
{
    const struct lx_mount *m = b->mount;
    return m->source != 0 && text_ok(b, m->source) && text_ok(b, m->label) &&
           (is_root(b) || covers_root(b) || (directory_ok(b, m->target) && backing_ok(b))) &&
           alias_ok(b) &&
           (m->symlinkroot == 0 ||
            (text_ok(b, m->symlinkroot) && lx_mount_text(m, m->symlinkroot)[0] == '/')) &&
           text_ok(b, m->libraries) && text_ok(b, m->root) && text_ok(b, m->options);
}

/* A mount has a value for each rule of its file system, and for no other; the kernel's have none.
 */
static bool rules_ok(const struct lx_mount *m)
{
    if (m->type == LX_MOUNT_HOST)
        return true;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        bool known = lx_rule_takes((enum lx_rule)i, m->rules[i]);
        if (lx_rule_belongs((enum lx_rule)i, m->type) ? !known : m->rules[i] != LX_UNSAID)
            return false;
    }
    return lx_rule_takes(LX_RULE_CASE_DIRECTORIES, m->case_option);
}

/* What lx_mount_settle would say of it. */
static bool settled_ok(const struct lx_mount *m)
{
    return m->traits == lx_mount_traits(m) && m->target_length == strlen(lx_target(m)) &&
           m->backing_length == strlen(lx_backing(m));
}

bool lx_mount_check(const void *base, size_t size, const struct lx_mount *mount)
{
    size_t at = (size_t)((const char *)mount - (const char *)base);
    if ((const char *)mount < (const char *)base || at % _Alignof(struct lx_mount) != 0 ||
        at > size || size - at < sizeof(*mount))
        return false;
    const struct block b = {mount, size - at};
    return mount->type <= LX_MOUNT_HOST && mount->filesystem < LX_FILESYSTEMS &&
           (mount->flags & ~(unsigned)LX_MOUNT_FLAGS) == 0 &&
           ((mount->file_mask | mount->dir_mask) & ~07777u) == 0 && texts_ok(&b) &&
           rules_ok(mount) && settled_ok(mount);
}
