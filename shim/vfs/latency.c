/* SPDX-License-Identifier: MIT */
#include "vfs/latency.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "policy/latency.h"
#include "sys/clock.h"
#include "sys/sys.h"
#include "vfs/conditions.h"
#include "vfs/descriptor.h"
#include "vfs/operation.h"
#include "vfs/placement.h"

/* Less than this is owed, as a wait takes about as much longer than it was asked for. */
#define OWED_LEAST 100000

#define SECOND 1000000000

/* What a call costs like; LX_COSTS for nothing. */
static enum lx_cost cost_of(const struct lx_call *c, long r)
{
    if (r == -ENOENT)
        return LX_COST_MISSING;
    switch (c->op) {
    case LX_OP_OPEN:
        if ((c->flags & O_DIRECTORY) != 0)
            return LX_COST_LIST;
        if ((c->flags & O_CREAT) != 0)
            return LX_COST_CREATE;
        return (c->flags & O_ACCMODE) == O_RDONLY ? LX_COST_OPEN : LX_COST_WRITE;
    case LX_OP_UNLINK:
    case LX_OP_RMDIR:
        return LX_COST_UNLINK;
    case LX_OP_RENAME:
    case LX_OP_LINK:
        return LX_COST_RENAME;
    case LX_OP_MKDIR:
    case LX_OP_MKNOD:
    case LX_OP_SYMLINK:
    case LX_OP_BIND:
        return LX_COST_MKDIR;
    case LX_OP_EXEC:
        return LX_COST_OPEN;
    case LX_OP_CHMOD:
    case LX_OP_CHOWN:
    case LX_OP_UTIMES:
    case LX_OP_TRUNCATE:
    case LX_OP_FALLOCATE:
    case LX_OP_SETXATTR:
    case LX_OP_REMOVEXATTR:
        return LX_COST_CHANGE;
    case LX_OP_STAT:
    case LX_OP_STATX:
    case LX_OP_ACCESS:
    case LX_OP_READLINK:
    case LX_OP_GETXATTR:
    case LX_OP_LISTXATTR:
    case LX_OP_STATFS:
    case LX_OP_CHDIR:
        return LX_COST_STAT;
    default:
        return LX_COSTS;
    }
}

/* False as well where a walk has not come to an end. */
static bool in_drive(const struct lx_call *c, unsigned i)
{
    return c->at[i].path != NULL && c->at[i].mount != NULL;
}

/* What of path i lies below where its walk starts: a directory that is open, or the drive's root.
 */
static const char *walked(const struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    const struct lx_mount *m = in_drive(c, i) ? c->at[i].mount : NULL;
    if (c->path_length[i] == LX_BAD_ADDRESS)
        return "";
    size_t n = m == NULL ? 0 : m->target_length;
    bool below = n > 0 && n <= c->path_length[i] && memcmp(path, lx_target(m), n) == 0 &&
                 (path[n] == '/' || path[n] == '\0');
    return below ? path + n : path;
}

static unsigned depth_of(const char *path)
{
    unsigned depth = 0;
    for (; *path != '\0'; path++)
        depth += *path != '/' && (path[1] == '/' || path[1] == '\0');
    return depth;
}

/* A hash of the directory that path i is in. */
static uint64_t directory_of(const struct lx_call *c, unsigned i)
{
    uint64_t hash = PLACEMENT_SEED_ROOT;
    const char *path = c->path_length[i] == LX_BAD_ADDRESS ? "" : c->path[i];
    const char *slash = strrchr(path, '/');
    if (path[0] != '/')
        (void)vfs_descriptor(c->task, c->fd[i], &hash);
    return placement_hash(hash, path, slash == NULL ? 0 : (size_t)(slash - path));
}

static void count(const struct lx_call *c, enum lx_cost cost, uint64_t ns)
{
    const struct lx_policy *policy = c->task->policy;
    uint32_t at = policy->image->costs + cost * LX_COST_EACH;
    uint64_t bit = directory_of(c, 0) % LX_COST_BITS;
    atomic_fetch_add_explicit(vfs_counter(policy, at), 1, memory_order_relaxed);
    atomic_fetch_add_explicit(vfs_counter(policy, at + 1), ns, memory_order_relaxed);
    atomic_fetch_or_explicit(vfs_counter(policy, at + 2 + (uint32_t)(bit / 64)),
                             UINT64_C(1) << bit % 64, memory_order_relaxed);
}

static int64_t now(void)
{
    struct timespec t = {0, 0};
    (void)sys_clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

/*
 * Waits in all for as long as calls have cost. A wait is longer than asked for, by the timer's
 * slack and by who else runs, and so the next ones are shorter.
 */
static void pay(const struct lx_task *task, uint64_t ns)
{
    static _Thread_local int64_t owed; /* this thread's alone */
    owed += (int64_t)ns;
    if (owed < OWED_LEAST)
        return;
    if (task->ops != NULL && task->ops->waits != NULL)
        task->ops->waits(task);
    int64_t before = now();
    struct timespec t = {.tv_sec = (time_t)(owed / SECOND), .tv_nsec = (long)(owed % SECOND)};
    while (sys_sleep(&t) == -EINTR)
        ;
    owed -= now() - before;
}

void vfs_take_time(const struct lx_call *c, long r)
{
    const struct lx_image *image = c->task->policy->image;
    bool two = vfs_paths(c) == 2;
    enum lx_cost cost = cost_of(c, r);
    if (cost == LX_COSTS || !(in_drive(c, 0) || (two && in_drive(c, 1))))
        return;
    const char *path = walked(c, 0);
    unsigned depth = depth_of(path);
    unsigned other = two ? depth_of(walked(c, 1)) : 0;
    uint64_t luck = placement_hash(image->latency_seed + c->op, path, strlen(path));
    uint64_t ns = lx_latency(image->latency, cost, depth > other ? depth : other, luck >> 32);
    count(c, cost, ns);
    if ((image->flags & LX_IMAGE_COST_ONLY) == 0)
        pay(c->task, ns);
}
