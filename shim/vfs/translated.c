/* SPDX-License-Identifier: MIT */
#include "vfs/translated.h"

#include <limits.h>
#include <string.h>

#include "vfs/conclude.h"
#include "vfs/directory.h"
#include "vfs/judge.h"
#include "vfs/locate.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"
#include "vfs/overrides.h"
#include "vfs/provided.h"
#include "vfs/shown.h"

/* The longest spelling that is looked up so, with its NUL. Signal stacks are small. */
#define TRANSLATED_MAX 1024

/* What is remembered of a target is apart from what is of directories by their spelling. */
#define TARGET_SEED UINT64_C(0xd6e8feb86659fd93)

/*
 * What these do is told the name by which they were called: a script's, a socket's, a path itself;
 * or they change what "/" is, or whether a symlink is followed.
 */
static const uint64_t by_name = UINT64_C(1) << LX_OP_EXEC | UINT64_C(1) << LX_OP_PATH |
                                UINT64_C(1) << LX_OP_BIND | UINT64_C(1) << LX_OP_CONNECT |
                                UINT64_C(1) << LX_OP_CHROOT | UINT64_C(1) << LX_OP_HANDLE;

/* Apart, for its buffer. */
static __attribute__((noinline)) bool reaches(const char *path, size_t n)
{
    char dir[PATH_MAX];
    memcpy(dir, path, n);
    dir[n] = '\0';
    return vfs_reached_plainly(AT_FDCWD, dir, n) == 0;
}

/*
 * True where the directory that a target is in is there, outside every mount, and reached through
 * no symlink: then whoever spells the target is in the mount, whatever the host has in its place.
 */
static bool stands(const struct lx_call *c, const struct lx_mount *m)
{
    const struct lx_policy *policy = c->task->policy;
    const char *target = lx_target(m);
    const char *slash = memrchr(target, '/', m->target_length);
    size_t n = slash == NULL ? 0 : (size_t)(slash - target);
    struct placement v;
    if (n == 0) /* in the root, or the root itself */
        return true;
    uint64_t hash = placement_hash(TARGET_SEED, target, n);
    if (placement_recall(hash, c->moment, &v))
        return true;
    v = mounts_classify(policy, target, n);
    if (v.mount != 0 || mounts_redirected(policy, target, n) != NULL || !reaches(target, n))
        return false;
    placement_remember(hash, c->moment, (struct placement){0, 0});
    /* For whoever renames it: see stale.c. */
    placement_remember(placement_hash(PLACEMENT_SEED_ROOT, target, n), c->moment, v);
    return true;
}

/* The root itself, for who does not mean an entry of the directory around it. */
static bool may_name_root(const struct lx_call *c)
{
    return !vfs_is_entry(c) && !vfs_may_create(c);
}

/* True for a name of the system's by which a run may show something of its own. */
static bool is_shown(const struct lx_policy *policy, const char *path, size_t n)
{
    return provided_name(policy, path, n) || shown_named(policy, path, n);
}

/*
 * The mount below whose target path i lies, if what is left of the path after the target is all
 * there is between the backing and where it leads, symlinks aside: `native` has that spelling then,
 * and *n its length. NULL where only the walk can tell, or the call is one that is told by which
 * name it was made.
 */
static const struct lx_mount *translated(const struct lx_call *c, unsigned i,
                                         char native[TRANSLATED_MAX], size_t *n)
{
    const char *path = c->path[i];
    size_t length = c->path_length[i];
    if (length == LX_BAD_ADDRESS || length == 0 || path[0] != '/' || (by_name >> c->op & 1) != 0)
        return NULL;
    const struct lx_mount *m = mounts_redirected(c->task->policy, path, length);
    if (m == NULL || (lx_is_foreign_root(m) && is_shown(c->task->policy, path, length)))
        return NULL;
    const char *rest = path + m->target_length;
    size_t left = length - m->target_length;
    if (left == 0 && may_name_root(c)) {
        rest = "/.";
        left = 2;
    }
    *n = m->backing_length + left;
    /* ".." may lead out of the mount, and that is where its target is. */
    if (left == 0 || *n >= TRANSLATED_MAX || memmem(rest, left, "/..", 3) != NULL || !stands(c, m))
        return NULL;
    memcpy(native, lx_backing(m), m->backing_length);
    memcpy(native + m->backing_length, rest, left);
    native[*n] = '\0';
    return m;
}

/* Dispatches a call whose paths below targets are in the kernel's spelling, if it leads there. */
static long dispatch(struct lx_call *c, unsigned paths, const struct lx_mount *const in[2],
                     struct vfs_found found[2])
{
    long r;
    do {
        for (unsigned i = 0; i < paths; i++) {
            if (!vfs_locate_remembered(c, i, &found[i]) && vfs_locate(c, i, &found[i]) == LX_EWALK)
                return -LX_EWALK;
            if (in[i] != NULL && c->at[i].mount != in[i])
                return -LX_EWALK;
        }
        r = vfs_dispatch(c);
        /* Not through a symlink: once more, with a look at the directory before. */
        if (r != -LX_EWALK || c->asks || found[0].dir_hash == 0)
            return r;
        c->asks = true;
    } while (true);
}

long vfs_run_translated(struct lx_call *c)
{
    char native[2][TRANSLATED_MAX];
    const struct lx_mount *in[2] = {NULL, NULL};
    const char *given[2];
    size_t length[2];
    const unsigned paths = vfs_paths(c) == 1 ? 1 : 2;
    struct vfs_found found[2];
    size_t n;
    long r = -LX_EWALK;

    if (placement_unsure())
        return -LX_EWALK;
    found[1].base = 0;
    for (unsigned i = 0; i < paths; i++) {
        given[i] = c->path[i];
        length[i] = c->path_length[i];
        in[i] = translated(c, i, native[i], &n);
        if (in[i] != NULL) {
            c->path[i] = native[i];
            c->path_length[i] = n;
        }
    }
    if ((in[0] != NULL || in[1] != NULL) && !vfs_overrides_apply(c)) {
        r = dispatch(c, paths, in, found);
        if (r != -LX_EWALK)
            vfs_learn(c, r, found);
    }
    for (unsigned i = 0; i < paths; i++) {
        c->path[i] = given[i];
        c->path_length[i] = length[i];
    }
    return r == -LX_EWALK ? r : vfs_tell(c, r);
}
