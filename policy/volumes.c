/* SPDX-License-Identifier: MIT */
#include "policy/volumes.h"

#include <errno.h>
#include <string.h>

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool lx_source_is_network(const char *source)
{
    return is_slash(source[0]) && is_slash(source[1]);
}

bool lx_source_has_letter(const char *source)
{
    char c = lower(source[0]);
    return c >= 'a' && c <= 'z' && source[1] == ':' && (source[2] == '\0' || is_slash(source[2]));
}

const char *lx_source_below(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    while (n > 0 && is_slash(prefix[n - 1]))
        n--;
    for (size_t i = 0; i < n; i++) {
        bool slashes = is_slash(path[i]) && is_slash(prefix[i]);
        if (path[i] == '\0' || (!slashes && lower(path[i]) != lower(prefix[i])))
            return NULL;
    }
    return path[n] == '\0' || is_slash(path[n]) ? path + n : NULL;
}

int lx_source_spell(const char *path, char out[PATH_MAX])
{
    size_t length = 0;
    while (*path != '\0') {
        size_t n = strcspn(path, "/\\");
        if (n == 2 && memcmp(path, "..", 2) == 0) {
            while (length > 0 && out[--length] != '/')
                ;
        } else if (n > 0 && (n != 1 || path[0] != '.')) {
            if (length + 1 + n >= PATH_MAX)
                return -ENAMETOOLONG;
            if (length > 0)
                out[length++] = '/';
            memcpy(out + length, path, n);
            length += n;
        }
        path += n;
        path += *path != '\0';
    }
    out[length] = '\0';
    return 0;
}

/* The name that fits best, of a volume or a share; returns what is left behind it, or NULL. */
static const char *find_name(const struct lx_volumes *all, const char *source,
                             struct lx_source_found *out)
{
    const char *rest = NULL;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct lx_volume *v = &lx_volumes_list(all)[i];
        const char *left = lx_source_below(source, lx_volumes_text(all, v->name));
        if (left == NULL || (rest != NULL && strlen(left) > strlen(rest)))
            continue;
        rest = left;
        out->volume = v;
        out->shared = false;
    }
    for (uint32_t i = 0; i < all->share_count; i++) {
        const struct lx_share *share = &lx_volumes_shares(all)[i];
        const char *left = lx_source_below(source, lx_volumes_text(all, share->name));
        if (left == NULL || (rest != NULL && strlen(left) > strlen(rest)))
            continue;
        rest = left;
        out->volume = &lx_volumes_list(all)[share->volume];
        out->shared = true;
    }
    return rest;
}

/* Goes on to the volume that is mounted on the way; false where there is none. */
static bool cross(const struct lx_volumes *all, struct lx_source_found *at)
{
    const struct lx_volume *volumes = lx_volumes_list(all);
    const struct lx_folder *found = NULL;
    const char *rest = NULL;
    for (uint32_t i = 0; i < all->folder_count; i++) {
        const struct lx_folder *f = &lx_volumes_folders(all)[i];
        const char *left = &volumes[f->parent] != at->volume
                               ? NULL
                               : lx_source_below(at->rest, lx_volumes_text(all, f->path));
        if (left == NULL || (rest != NULL && strlen(left) > strlen(rest)))
            continue;
        found = f;
        rest = left;
    }
    if (found == NULL)
        return false;
    rest += *rest == '/';
    memmove(at->rest, rest, strlen(rest) + 1);
    at->volume = &volumes[found->volume];
    return true;
}

int lx_volumes_find(const struct lx_volumes *all, const char *source, struct lx_source_found *out)
{
    const char *rest = find_name(all, source, out);
    int r = rest == NULL ? -ENOENT : lx_source_spell(rest, out->rest);
    /* One folder leads to another; no two of them in a circle, unless the image is damaged. */
    for (uint32_t i = 0; r == 0 && i < all->folder_count && cross(all, out); i++)
        ;
    out->whole = r == 0 && out->rest[0] == '\0' && (out->volume->flags & LX_VOLUME_DIRECTORY) == 0;
    return r;
}

/* A table of `count` entries lies inside. */
static bool table_ok(const struct lx_volumes *all, uint32_t offset, uint32_t count, size_t each)
{
    return offset >= sizeof(*all) && offset % 4 == 0 && offset <= all->size &&
           count <= (all->size - offset) / each;
}

static bool text_ok(const struct lx_volumes *all, uint32_t offset)
{
    return offset >= sizeof(*all) && offset < all->size;
}

/* As the policy's loader spells a directory: what is below it begins with the slash that it has
 * not. */
static bool backing_ok(const struct lx_volumes *all, uint32_t offset)
{
    if (!text_ok(all, offset))
        return false;
    const char *path = lx_volumes_text(all, offset);
    size_t n = strlen(path);
    return path[0] == '/' && n > 1 && n < PATH_MAX && path[n - 1] != '/';
}

static bool rules_ok(const struct lx_volumes *all, uint32_t offset)
{
    const uint8_t *rules = (const uint8_t *)all + offset;
    if (offset == 0)
        return true;
    if (offset < sizeof(*all) || offset > all->size || all->size - offset < LX_RULE_COUNT)
        return false;
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (rules[i] != LX_UNSAID && !lx_rule_takes((enum lx_rule)i, rules[i]))
            return false;
    return true;
}

static bool volume_ok(const struct lx_volumes *all, const struct lx_volume *v)
{
    return text_ok(all, v->name) && lx_volumes_text(all, v->name)[0] != '\0' &&
           backing_ok(all, v->backing) && (v->label == 0 || text_ok(all, v->label)) &&
           rules_ok(all, v->rules) && v->filesystem < LX_FILESYSTEMS &&
           (v->flags & ~(unsigned)LX_VOLUME_FLAGS) == 0;
}

bool lx_volumes_check(const struct lx_volumes *all, size_t size)
{
    if (size <= sizeof(*all) || all->size > size || all->size <= sizeof(*all) ||
        ((const char *)all)[all->size - 1] != '\0' ||
        !table_ok(all, all->volumes, all->count, sizeof(struct lx_volume)) ||
        !table_ok(all, all->folders, all->folder_count, sizeof(struct lx_folder)) ||
        !table_ok(all, all->shares, all->share_count, sizeof(struct lx_share)))
        return false;
    for (uint32_t i = 0; i < all->count; i++)
        if (!volume_ok(all, &lx_volumes_list(all)[i]))
            return false;
    for (uint32_t i = 0; i < all->folder_count; i++) {
        const struct lx_folder *f = &lx_volumes_folders(all)[i];
        if (!text_ok(all, f->path) || lx_volumes_text(all, f->path)[0] == '\0' ||
            f->parent >= all->count || f->volume >= all->count)
            return false;
    }
    for (uint32_t i = 0; i < all->share_count; i++) {
        const struct lx_share *s = &lx_volumes_shares(all)[i];
        if (!text_ok(all, s->name) || lx_volumes_text(all, s->name)[0] == '\0' ||
            s->volume >= all->count)
            return false;
    }
    return true;
}
