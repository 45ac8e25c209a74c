/* SPDX-License-Identifier: MIT */
#include "vfs/walked.h"

#include <limits.h>
#include <string.h>

#include "fs/refusal.h"
#include "sys/sys.h"
#include "vfs/conclude.h"
#include "vfs/debug.h"
#include "vfs/descriptor.h"
#include "vfs/judge.h"
#include "vfs/mounts.h"
#include "vfs/overrides.h"
#include "vfs/walk.h"

/* A mount's root is no entry of the directory around it: mount points are busy. */
static long entry_is_mount(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_UNLINK:
        return -EISDIR;
    case LX_OP_RMDIR:
    case LX_OP_RENAME:
        return -EBUSY;
    default:
        return 0;
    }
}

/* Walks to path i. Returns 0 or -errno. */
static long walk_to(struct lx_call *c, unsigned i, struct walk *w)
{
    bool source = c->op == LX_OP_LINK && i == 0; /* an object, and no entry that changes */
    bool entry = !vfs_follows(c, i) && vfs_is_entry(c) && !source;
    enum walk_last last = vfs_follows(c, i) ? WALK_FOLLOW : entry ? WALK_ENTRY : WALK_NOFOLLOW;
    struct lx_loc *at = &c->at[i];
    int r = vfs_walk(c, c->fd[i], c->path[i], last, w);
    if (debug_wants(c->task->policy, LX_DEBUG_WALK))
        debug_walk(c, c->path[i], w, r);
    if (r < 0)
        return r;
    bool is_mount = (w->self.flags & PLACEMENT_ROOT) != 0 && w->dir.mount != w->self.mount;
    if (entry && is_mount) {
        long busy = entry_is_mount(c);
        if (busy < 0)
            return busy;
    }
    struct placement v = w->opaque || !entry ? w->self : w->dir;
    if (v.mount != 0 && (c->resolve & ~(SYS_RESOLVE_CACHED * 2 - 1)) != 0)
        return -EINVAL; /* a promise that only a newer kernel can make */
    if (v.mount != 0 && (c->resolve & SYS_RESOLVE_CACHED) != 0)
        return -EAGAIN; /* what a drive is asked may wait: to be tried again without the flag */
    at->mount = mounts_of(c->task->policy, v);
    at->flags = LX_LOC_WALKED | (w->slash ? (unsigned)LX_LOC_SLASH : 0) |
                (w->opaque ? (unsigned)LX_LOC_OPAQUE : 0);
    if ((w->dir.flags & PLACEMENT_ROOT) != 0)
        at->flags |= LX_LOC_ROOT_DIR;
    if (!w->opaque && w->exists && vfs_bar(c, w, v) != LX_BAR_NONE)
        at->flags |= LX_LOC_BARRED;
    at->given = w->given;
    /* A script sees by which name it was run, and a library by which it was loaded; and who has to
     * do a thing itself has no other name. */
    bool by_name = c->op == LX_OP_EXEC || c->op == LX_OP_PATH || lx_caller_does(c->task);
    bool caller_path_ok = (v.mount == 0 || by_name) && !w->rewritten;
    bool here = c->task->root == NULL && !w->asker; /* the same words lead this process there */
    if (caller_path_ok && !here)
        at->flags |= LX_LOC_CALLER_PATH_OK; /* its own, and no way of ours to get there */
    if ((c->resolve & SYS_RESOLVE_SCOPED) != 0 && v.mount != 0 && !w->opaque) {
        /* Below where it started, where the kernel can be told to keep it. */
        at->dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
        at->path = w->length == w->base ? "." : w->path + w->base + 1;
    } else if ((w->opaque && !w->asker) || (caller_path_ok && here)) {
        /* The kernel finds its way by the program's own words, and better. */
        at->dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
        at->path = c->path[i];
    } else if (w->straight && c->task->root == NULL && w->length == w->base) {
        /* What it started from itself, which may have no path any more: a file only by no path. */
        at->dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
        at->path = c->path[i][0] == '\0' ? c->path[i] : ".";
    } else if (w->straight && c->task->root == NULL && w->length > w->base + 1) {
        /* Relative as the program's own path: a socket's name is told back to it. */
        at->dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
        at->path = w->path + w->base + 1;
    } else {
        at->dfd = AT_FDCWD;
        at->path = w->path;
    }
    return 0;
}

/* Lets the override that waited for a result act; one that allows the call has it made again. */
static long overridden(struct lx_call *c, uint32_t waiting, long r)
{
    r = vfs_override_after(c, waiting, r);
    if (!c->allowed)
        return r;
    c->denied = LX_RULE_NONE;
    return vfs_dispatch(c);
}

/*
 * Concludes a call whose whole paths lie in a frame that is about to end. `made`: what it has come
 * to, whatever it answers; an answer that hides a descriptor has closed it.
 */
static long conclude_whole(struct lx_call *c, long made, long r, const struct vfs_found *found)
{
    vfs_learn(c, c->op == LX_OP_OPEN ? r : made, found);
    r = vfs_tell(c, r);
    c->whole[0] = NULL;
    c->whole[1] = NULL;
    return r;
}

static long walk_and_run(struct lx_call *c, struct walk *first, const struct walk *last,
                         const struct vfs_found *fast)
{
    struct vfs_found found[2] = {{.self = first->self}};
    uint32_t waiting = 0;
    long r = 0;

    if (vfs_overrides_apply(c)) {
        c->whole[0] = first->path;
        c->whole[1] = first == last ? NULL : last->path;
        r = vfs_override_before(c, last->path, first == last ? NULL : first->path, &waiting);
    }
    if (r == 0)
        r = vfs_dispatch(c);
    long made = r;
    if (waiting != 0)
        r = overridden(c, waiting, r);
    if (first->exists && !first->opaque && first->length > 0)
        found[0].hash = placement_hash(PLACEMENT_SEED_ROOT, first->path, first->length);
    /* By which other name a file is opened that we answer for, only the walk tells. */
    if (fast->base != 0 && !first->magic && c->at[0].mount == NULL && c->at[0].path == c->path[0] &&
        !tables_may_open(c) && !shown_may_open(c) && !caches_names_one(c))
        placement_remember(vfs_symlink_spelling(c, fast), c->moment, (struct placement){0, 0});
    return conclude_whole(c, c->allowed ? r : made, r, found);
}

/* Both walks have large buffers: each in a frame of its own, and only on the slow way. */
static __attribute__((noinline)) long walk_one(struct lx_call *c, const struct vfs_found *fast)
{
    struct walk w;
    long r = walk_to(c, 0, &w);
    bool beyond = r == -ENOENT && c->task->policy->shows;
    if (beyond)
        r = shown_beyond(c);
    if (r < 0 || beyond)
        return vfs_conclude(c, r, &(struct vfs_found){.hash = 0});
    return walk_and_run(c, &w, &w, fast);
}

/* True where a walk came to nothing; what it could not walk to is looked at. */
static bool is_missing(const struct lx_call *c, unsigned i, const struct walk *w)
{
    struct stat st;
    if (!w->opaque)
        return !w->exists;
    return sys_fstatat(c->at[i].dfd, c->at[i].path, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT;
}

/* A name of a rename cannot be: said in the kernel's order, both directories having been found. */
static long refuses_late(const struct lx_call *c, const struct walk w[2])
{
    long r = native_refusal_of_names(c);
    if (r == -EBUSY || (r == -EEXIST && w[0].late < 0))
        return r;
    for (unsigned i = 0; i < 2; i++)
        if (vfs_refuses_changes(c, c->at[i].mount))
            return -EROFS;
    if (w[0].late < 0)
        return w[0].late;
    return is_missing(c, 0, &w[0]) ? -ENOENT : w[1].late;
}

static __attribute__((noinline)) long walk_two(struct lx_call *c)
{
    struct vfs_found fast = {.hash = 0};
    struct walk w[2];
    long r = walk_to(c, 0, &w[0]);
    if (r == 0 && c->op == LX_OP_LINK && is_missing(c, 0, &w[0]))
        r = -ENOENT; /* of the source, before anything is said of the other */
    if (r == 0)
        r = walk_to(c, 1, &w[1]);
    if (r == 0 && (w[0].late | w[1].late) < 0)
        r = refuses_late(c, w);
    if (r < 0)
        return vfs_conclude(c, r, &(struct vfs_found){.hash = 0});
    return walk_and_run(c, &w[0], &w[1], &fast);
}

/* Path i to the kernel as it was given. */
static void verbatim(struct lx_call *c, unsigned i)
{
    c->at[i] = (struct lx_loc){.dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i],
                               .path = c->path[i],
                               .flags = LX_LOC_WALKED};
}

long vfs_run_walked(struct lx_call *c, const struct vfs_found *fast)
{
    return vfs_paths(c) == 1 ? walk_one(c, fast) : walk_two(c);
}

long vfs_run_refused(struct lx_call *c)
{
    /* Of two paths the kernel would look for the first by a name it does not have. */
    if (c->task->on_behalf && vfs_is_no_path(c, 0))
        return -LX_CONTINUE;
    for (unsigned i = 0; i < vfs_paths(c); i++)
        verbatim(c, i);
    if (!vfs_is_no_path(c, 0)) {
        struct walk w;
        long r = walk_to(c, 0, &w);
        if (r < 0)
            return r;
        if (!w.exists && c->op == LX_OP_LINK)
            return -ENOENT;
        c->at[0].path = "/"; /* nothing to refuse here */
    }
    return lx_host_fs.run[c->op](c);
}

/* By the path that the descriptor has. */
static __attribute__((noinline)) long run_descriptor(struct lx_call *c,
                                                     const struct vfs_found *found)
{
    char path[PATH_MAX];
    uint32_t waiting = 0;
    long n = vfs_directory_path(c->task, c->fd[0], path);
    c->whole[0] = n < 0 ? NULL : path;
    long r = n < 0 ? 0 : vfs_override_before(c, path, NULL, &waiting);
    if (r == 0)
        r = vfs_dispatch(c);
    long made = r;
    if (waiting != 0)
        r = overridden(c, waiting, r);
    return conclude_whole(c, c->allowed ? r : made, r, found);
}

long vfs_run_overridden(struct lx_call *c, const struct vfs_found *found)
{
    if ((c->at[0].flags & LX_LOC_DESCRIPTOR) != 0)
        return run_descriptor(c, found);
    return vfs_run_walked(c, &(struct vfs_found){.hash = 0});
}

long vfs_run_resolving(struct lx_call *c)
{
    const struct vfs_found found = {.hash = 0};
    struct walk w;
    vfs_measure(c, 0);
    if (vfs_is_no_path(c, 0))
        return vfs_run_refused(c);
    long r = walk_to(c, 0, &w);
    if (r == 0)
        return walk_and_run(c, &w, &w, &found);
    if (w.dir.mount != 0 || w.rewritten || c->denied != LX_RULE_NONE)
        return vfs_conclude(c, r, &found);
    /* The kernel has been asked for more than the walk knows of: by what it refuses is its own. */
    verbatim(c, 0);
    return c->task->on_behalf ? -LX_CONTINUE : lx_host_fs.run[LX_OP_OPEN](c);
}
