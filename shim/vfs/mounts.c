/* SPDX-License-Identifier: MIT */
#include "vfs/mounts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "mounts/mark.h"

/* True where path is dir or lies below it. */
static bool within(const char *path, size_t n, const char *dir, size_t length)
{
    return n >= length && memcmp(path, dir, length) == 0 && (n == length || path[length] == '/');
}

/* What a path outside every mount is to one mount point. */
static unsigned above(const char *path, size_t n, const char *point, size_t length)
{
    if (n >= length || memcmp(path, point, n) != 0 || point[n] != '/')
        return 0;
    return PLACEMENT_ANCESTOR |
           (memchr(point + n + 1, '/', length - n - 1) == NULL ? (unsigned)PLACEMENT_PARENT : 0);
}

/* False for a mount that was nowhere, and that nobody has a descriptor of any more. */
static bool is_there(const struct lx_mount *m)
{
    return (m->flags & LX_MOUNT_NOWHERE) == 0 || mark_is_held(m);
}

/* True where a mount that is nowhere leaves a directory to another, of which paths are translated:
 * else whoever is in that would see it go for as long.
 */
static bool yields(const struct lx_mount *one, const struct lx_mount *other)
{
    return (one->flags & LX_MOUNT_NOWHERE) != 0 && !lx_in_place(other);
}

/* Of two mounts that have a path, the one that covers the other; `one` may be NULL. */
static const struct lx_mount *newer(const struct lx_mount *one, const struct lx_mount *other)
{
    if (one != NULL && (yields(one, other) || yields(other, one)))
        return yields(one, other) ? other : one;
    return one == NULL || other->number > one->number ? other : one;
}

/*
 * What is mounted in a root that is translated has its target said by that root's names: where a
 * directory of it is the way to such a target, or is one.
 */
static unsigned above_targets(const struct lx_mounts *mounts, const char *path, size_t n)
{
    const struct lx_mount *m;
    unsigned flags = 0;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (!lx_is_root(m))
            flags |= above(path, n, lx_target(m), m->target_length);
    return flags;
}

/* The same of what is mounted in a mount whose files are elsewhere, where it is below its root. */
static unsigned above_inside(const struct lx_mounts *mounts, const struct lx_mount *in,
                             const char *rest, size_t n)
{
    const struct lx_mount *m;
    unsigned flags = 0;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (m->number > in->number &&
            within(lx_target(m), m->target_length, lx_target(in), in->target_length))
            flags |= above(rest, n, lx_target(m) + in->target_length,
                           m->target_length - in->target_length);
    return flags;
}

struct placement mounts_classify(const struct lx_policy *policy, const char *native, size_t n)
{
    struct placement v = {0, 0};
    if (n == 1 && native[0] == '/')
        n = 0;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *in = NULL;
    const struct lx_mount *root = NULL;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        if (within(native, n, lx_backing(m), m->backing_length)) {
            if (!is_there(m))
                continue;
            in = newer(in, m);
            if (lx_is_foreign_root(m))
                root = m;
            continue;
        }
        v.flags |= (uint8_t)above(native, n, lx_backing(m), m->backing_length);
        if (!lx_in_place(m))
            v.flags |= (uint8_t)above(native, n, lx_target(m), m->target_length);
    }
    /* What is in a root by its own name, or a drive, may have the root's directory in it. */
    if (root != NULL && in->backing_length <= root->backing_length)
        in = root;
    if (in != NULL && in->type != LX_MOUNT_HOST) {
        v.mount = in->place;
        v.flags |= n == in->backing_length ? (unsigned)PLACEMENT_ROOT : 0;
        if (lx_is_foreign_root(in))
            v.flags |=
                (uint8_t)above_targets(mounts, native + in->backing_length, n - in->backing_length);
        else if (!lx_in_place(in))
            v.flags |= (uint8_t)above_inside(mounts, in, native + in->backing_length,
                                             n - in->backing_length);
        if (lx_guarded(in) &&
            lx_filesystem(in)->ops->guards(native + in->backing_length, n - in->backing_length))
            v.flags |= PLACEMENT_REWRITE;
    }
    return v;
}

const struct lx_mount *mounts_redirected(const struct lx_policy *policy, const char *path, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *in = NULL;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if ((m->flags & LX_MOUNT_NOWHERE) == 0 && within(path, n, lx_target(m), m->target_length))
            in = newer(in, m);
    if (in == NULL || lx_in_place(in) ||
        (lx_is_foreign_root(in) && within(path, n, lx_backing(in), in->backing_length)))
        return NULL;
    return in;
}

const struct lx_mount *mounts_crossed(const struct lx_policy *policy, const struct lx_mount *in,
                                      const char *path, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *at = NULL;
    const struct lx_mount *m;
    if (in == NULL || lx_in_place(in)) {
        m = mounts_redirected(policy, path, n);
        return m != NULL && m->target_length == n ? m : NULL;
    }
    const size_t left = n - in->backing_length;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if ((m->flags & LX_MOUNT_NOWHERE) == 0 && m->number > in->number &&
            m->target_length == in->target_length + left &&
            memcmp(lx_target(m), lx_target(in), in->target_length) == 0 &&
            memcmp(lx_target(m) + in->target_length, path + in->backing_length, left) == 0)
            at = newer(at, m);
    return at;
}

const struct lx_mount *mounts_redirected_root(const struct lx_policy *policy, const char *native,
                                              size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *in = NULL;
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (n == m->backing_length && memcmp(native, lx_backing(m), n) == 0)
            in = newer(in, m);
    return in == NULL || lx_in_place(in) ? NULL : in;
}

int mounts_out(const struct lx_policy *policy, const struct lx_mount *mount, char *path, size_t *n,
               size_t room)
{
    const char *target = lx_target(mount);
    const char *slash = memrchr(target, '/', mount->target_length);
    size_t up = slash == NULL ? 0 : (size_t)(slash - target);
    const struct lx_mount *outer = mounts_redirected(policy, target, up);
    size_t cut = outer == NULL ? 0 : outer->target_length;
    size_t before = outer == NULL ? 0 : outer->backing_length;
    if (before + up - cut >= room)
        return -ENAMETOOLONG;
    if (outer != NULL)
        memcpy(path, lx_backing(outer), before);
    memcpy(path + before, target + cut, up - cut);
    *n = before + up - cut;
    path[*n] = '\0';
    return 0;
}

bool mounts_has_point(const struct lx_policy *policy, const char *path)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (strcmp(lx_target(m), path) == 0)
            return true;
    return false;
}

static bool last_name_is(const char *point, size_t length, const char *name, size_t n)
{
    return length > n && point[length - n - 1] == '/' && memcmp(point + length - n, name, n) == 0;
}

bool mounts_root_name(const struct lx_policy *policy, const char *name, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        if (last_name_is(lx_backing(m), m->backing_length, name, n) ||
            last_name_is(lx_target(m), m->target_length, name, n))
            return true;
    }
    return false;
}

bool mounts_waits(const struct lx_policy *policy, const char *path, size_t n)
{
    struct placement v = mounts_classify(policy, path, n);
    if (v.mount == 0 || policy->observe ||
        (mounts_name_kind(policy, v, path, n) & LX_NAME_CONCEALED) == 0)
        return false;
    const struct lx_mount *m = mounts_of(policy, v);
    lx_fs_conceals *conceals = lx_filesystem(m)->ops->conceals;
    return conceals != NULL && conceals(m, path, false);
}

long mounts_to_program(const struct lx_policy *policy, char *path, size_t n, size_t room)
{
    struct placement v = mounts_classify(policy, path, n);
    if (v.mount == 0)
        return (long)n;
    const struct lx_mount *m = mounts_of(policy, v);
    const struct lx_fs_type *fs = lx_filesystem(m);
    char *rest = path + m->backing_length;
    size_t left = n - m->backing_length;
    left = fs->ops->shown != NULL ? fs->ops->shown(m, path, n) - m->backing_length
                                  : lx_name_decode(fs->names, rest, left);
    if (!lx_in_place(m)) {
        if (m->target_length + left >= room)
            return -ERANGE;
        memmove(path + m->target_length, rest, left);
        memcpy(path, lx_target(m), m->target_length);
        if (m->target_length + left == 0) /* a root itself */
            path[left++] = '/';
    }
    path[m->target_length + left] = '\0';
    return (long)(m->target_length + left);
}

bool mounts_listed(const struct lx_policy *policy, char *path, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    const long length = mounts_to_program(policy, path, n, PATH_MAX);
    const size_t own = length <= 1 ? 0 : (size_t)length; /* "/" ends with the slash */
    bool is = false;
    for (unsigned i = 0; length > 0 && !is && (m = lx_mounts_next(mounts, &i)) != NULL;)
        is = !lx_in_place(m) &&
             (above(path, own, lx_target(m), m->target_length) & (unsigned)PLACEMENT_PARENT) != 0;
    return is;
}
