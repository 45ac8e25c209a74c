/* SPDX-License-Identifier: MIT */
#include "vfs/run.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

#include "fs/filesystems.h"
#include "fs/madeup.h"
#include "fs/refusal.h"
#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/explain.h"
#include "vfs/locate.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"
#include "vfs/overrides.h"
#include "vfs/provided.h"
#include "vfs/stale.h"
#include "vfs/tables.h"
#include "vfs/walk.h"

static unsigned paths_of(const struct lx_call *c)
{
    return vfs_ops[c->op].paths;
}

/* One lstat for operations whose own system call would follow a symlink without our knowing. */
static __attribute__((noinline)) bool is_link(const struct lx_call *c, const struct lx_loc *at)
{
    struct stat st;
    if (sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    return S_ISLNK(st.st_mode) ||
           (at->mount != NULL && lx_may_be_link(&st) && !lx_observing(c) &&
            vfs_foreign_link(c->task->policy, at->mount, at->dfd, at->path, &st));
}

static inline bool leads_on(const struct lx_call *c, unsigned i)
{
    if ((vfs_ops[c->op].properties & PROBES) != 0 &&
        (!c->task->on_behalf || c->at[i].mount != NULL))
        return false;
    if ((c->at[i].flags & LX_LOC_WALKED) != 0 || c->task->seccomp_confined || !vfs_follows(c, i))
        return false;
    return is_link(c, &c->at[i]);
}

/* rename and link: both ends on one file system? */
static int check_boundary(struct lx_call *c)
{
    const struct lx_mount *from = c->at[0].mount;
    const struct lx_mount *to = c->at[1].mount;
    if (from == to)
        return 0;
    int error = lx_value_errno(lx_rule(to != NULL ? to : from, LX_RULE_MOUNT_BOUNDARY));
    int r = error == 0 || lx_observing(c) ? 0 : native_refuses_ends(c);
    return error == 0 || r < 0 ? r : lx_deny(c, LX_RULE_MOUNT_BOUNDARY, error);
}

/* The file system that answers: where the entry is that the call makes, changes or looks at. */
static const struct lx_fs *answering(const struct lx_call *c)
{
    unsigned last = paths_of(c) - 1;
    if (last == 1 && c->at[0].mount != c->at[1].mount)
        return &lx_host_fs;
    /* Under a seccomp filter of the program's own, only answers can be altered. */
    if (c->task->seccomp_confined && c->op != LX_OP_STAT && c->op != LX_OP_STATX &&
        c->op != LX_OP_STATFS)
        return &lx_host_fs;
    return lx_filesystem(c->at[last].mount)->ops;
}

static bool is_unique(const struct lx_call *c, struct lx_loc *at)
{
    lx_fs_unique *unique = lx_filesystem(at->mount)->ops->unique;
    return unique == NULL || unique(c, at);
}

/* True where what a path spells may be there by another spelling or case. */
static bool ambiguous(const struct lx_call *c, struct lx_loc *at)
{
    if (at->mount == NULL || (at->flags & LX_LOC_WALKED) != 0)
        return false;
    if ((at->flags & LX_LOC_PRIVATE) != 0)
        return true;
    return lx_folds(at->mount) && !is_unique(c, at);
}

/* An entry of another case may stand where a new one is to be made. */
static bool may_meet_another(const struct lx_call *c, struct lx_loc *last)
{
    return last->mount != NULL && lx_folds(last->mount) && vfs_may_create(c) && ambiguous(c, last);
}

/* A miss by the program's spelling may be a hit by another spelling or case. */
static bool look_closer(struct lx_call *c)
{
    unsigned last = paths_of(c) - 1;
    for (unsigned i = 0; i < last; i++)
        if (ambiguous(c, &c->at[i]))
            return true;
    /* What may be made was asked about before: see may_meet_another. */
    const struct lx_mount *m = c->at[last].mount;
    return m != NULL && !(lx_folds(m) && vfs_may_create(c)) && ambiguous(c, &c->at[last]);
}

/*
 * True where whoever asked can make the call itself, as it is: outside every mount, by the path it
 * gave. Not readlink that may be below /proc, whose answer may be the native path of something
 * inside one; where it comes from a descriptor that is not, nobody asks.
 */
static bool is_asking_tasks(const struct lx_call *c)
{
    if (c->op == LX_OP_PATH || lx_caller_does(c->task))
        return false;
    for (unsigned i = 0; i < paths_of(c); i++)
        if (c->at[i].mount != NULL || !lx_task_gets_there(c, i))
            return false;
    const char *path = c->at[0].path;
    if (tables_may_open(c) && tables_show(c->task->policy))
        return false;
    if (c->op == LX_OP_STAT || c->op == LX_OP_STATX || c->op == LX_OP_STATFS)
        return (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0 || !madeup_is(c->at[0].dfd);
    return c->op != LX_OP_READLINK || (path[0] == '/' && strncmp(path, "/proc/", 6) != 0) ||
           vfs_is_by_asker(path);
}

/* Lets the file system answer, now that the kernel's way there is known. */
static inline long answer(struct lx_call *c, const struct lx_fs *fs)
{
    lx_fs_op *op = fs->run[c->op];
    if (op == NULL)
        op = lx_host_fs.run[c->op];
    return op == NULL ? -ENOSYS : op(c);
}

/* The host's answer outside every mount, and what stands in for it: a mount table, a program. */
static inline long answer_outside(struct lx_call *c)
{
    long r = lx_host_fs.run[c->op](c);
    if (r == -ENOENT)
        return provided_instead(c);
    return r >= 0 && tables_may_open(c) ? tables_open(c, r) : r;
}

static bool refuses_changes(const struct lx_call *c, const struct lx_mount *m)
{
    return m != NULL && (vfs_ops[c->op].properties & CHANGES) != 0 &&
           (m->flags & LX_MOUNT_READONLY) != 0;
}

/* Two paths, or somebody else may make the call. */
static __attribute__((noinline)) long judge_any(struct lx_call *c)
{
    struct lx_loc *last = &c->at[paths_of(c) - 1];
    long given;
    int r = 0;

    for (unsigned i = 0; i < paths_of(c); i++)
        if (leads_on(c, i))
            return -LX_EWALK;
    if (c->task->on_behalf && paths_of(c) == 1 && provided_answers(c, &given))
        return given;
    if (c->task->on_behalf && is_asking_tasks(c))
        return -LX_CONTINUE;
    /* What is left is looked at by us, and there may be a link on its way that leads to whoever
     * asks. */
    if (c->task->on_behalf && c->op == LX_OP_READLINK && last->mount == NULL &&
        (last->flags & (LX_LOC_WALKED | LX_LOC_DESCRIPTOR)) == 0)
        return -LX_EWALK;
    if (paths_of(c) == 2)
        r = check_boundary(c);
    if (r == 0 && refuses_changes(c, last->mount))
        r = native_refuses_readonly(c);
    if (r < 0)
        return r == -ENOENT && look_closer(c) ? -LX_EWALK : r;
    if (may_meet_another(c, last))
        return -LX_EWALK;
    long result = answer(c, answering(c));
    if (result >= 0 && tables_may_open(c))
        return tables_open(c, result);
    return result == -ENOENT && look_closer(c) ? -LX_EWALK : result;
}

/* One path, of this process. */
static inline long judge_one(struct lx_call *c)
{
    struct lx_loc *at = &c->at[0];
    if (leads_on(c, 0))
        return -LX_EWALK;
    if (at->mount == NULL)
        return answer_outside(c);
    if (refuses_changes(c, at->mount)) {
        int r = native_refuses_readonly(c);
        return r == -ENOENT && look_closer(c) ? -LX_EWALK : r;
    }
    if (lx_folds(at->mount) && may_meet_another(c, at))
        return -LX_EWALK;
    long result = answer(c, lx_filesystem(at->mount)->ops);
    return result == -ENOENT && look_closer(c) ? -LX_EWALK : result;
}

/* Counts a call of this process that leads into a mount: once, however often it is dispatched. */
static __attribute__((noinline)) void count(const struct lx_call *c)
{
    const struct lx_task *t = c->task;
    if (!t->on_behalf && !c->allowed &&
        (c->at[0].mount != NULL || (paths_of(c) == 2 && c->at[1].mount != NULL)))
        atomic_fetch_add_explicit(&t->policy->stats->lane.library, 1, memory_order_relaxed);
}

static long dispatch(struct lx_call *c)
{
    bool one = paths_of(c) == 1 && !c->task->on_behalf && !c->task->seccomp_confined;
    long result = one ? judge_one(c) : judge_any(c);
    if (c->task->policy->stats != NULL && result != -LX_EWALK)
        count(c);
    return result;
}

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
    at->flags = LX_LOC_WALKED | (w->slash ? (unsigned)LX_LOC_SLASH : 0);
    if ((w->dir.flags & PLACEMENT_ROOT) != 0)
        at->flags |= LX_LOC_ROOT_DIR;
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
        /* The directory itself, which may have no path any more. */
        at->dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
        at->path = ".";
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

/* True where a successful call has more to say than its result: of a descriptor or a directory. */
static inline bool tells(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_STAT:
        return S_ISDIR(((const struct stat *)c->buf)->st_mode);
    case LX_OP_OPEN:
    case LX_OP_CHDIR:
    case LX_OP_MKDIR:
        return true;
    default:
        return false;
    }
}

/* For those who count, or want to read of it. */
static __attribute__((noinline)) void explain(struct lx_call *c, long r)
{
    if (r != -LX_CONTINUE &&
        (lx_ruleset_any(&c->altered) || lx_ruleset_any(&c->observed) || c->denied != LX_RULE_NONE ||
         c->override != 0 || c->task->policy->trace_all))
        vfs_explain(c, r);
}

static inline long finish(struct lx_call *c, long r, const struct vfs_found *found)
{
    const struct lx_policy *policy = c->task->policy;
    if (r >= 0 && c->task->caching) {
        if ((vfs_ops[c->op].properties & CREATES) != 0)
            stale_after(c, found);
        if (tells(c))
            shown_after(c, (int)r, found);
    }
    if (policy->stats != NULL || policy->trace != NULL)
        explain(c, r);
    return r;
}

/* Lets the override that waited for a result act; one that allows the call has it made again. */
static long overridden(struct lx_call *c, uint32_t waiting, long r)
{
    r = vfs_override_after(c, waiting, r);
    if (!c->allowed)
        return r;
    c->denied = LX_RULE_NONE;
    return dispatch(c);
}

/* A symlink that stays outside need not be walked again. Apart from what is said of directories. */
#define SYMLINK_SEED UINT64_C(0x8ebc6af09c88c6e3)

static long walk_and_run(struct lx_call *c, struct walk *first, const struct walk *last,
                         const struct vfs_found *fast)
{
    struct vfs_found found[2] = {{.self = first->self, .stamp = fast->stamp}};
    uint32_t waiting = 0;
    long r = 0;

    if (vfs_overrides_apply(c))
        r = vfs_override_before(c, last->path, first == last ? NULL : first->path, &waiting);
    if (r == 0)
        r = dispatch(c);
    if (waiting != 0)
        r = overridden(c, waiting, r);
    if (first->exists && !first->opaque && first->length > 0)
        found[0].hash = placement_hash(PLACEMENT_SEED_ROOT, first->path, first->length);
    /* By which other name a mount table is opened, only the walk tells. */
    if (fast->base != 0 && c->at[0].mount == NULL && c->at[0].path == c->path[0] &&
        !tables_may_open(c))
        placement_remember(vfs_spelling(c, 0, fast) ^ SYMLINK_SEED, fast->stamp,
                           (struct placement){0, 0});
    return finish(c, r, found);
}

/* Both walks have large buffers: each in a frame of its own, and only on the slow way. */
static __attribute__((noinline)) long run_walk1(struct lx_call *c, const struct vfs_found *fast)
{
    struct walk w;
    long r = walk_to(c, 0, &w);
    if (r < 0)
        return finish(c, r, &(struct vfs_found){.hash = 0});
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
    long r = native_refusal(c);
    if (r == -EBUSY || (r == -EEXIST && w[0].late < 0))
        return r;
    for (unsigned i = 0; i < 2; i++)
        if (refuses_changes(c, c->at[i].mount))
            return -EROFS;
    if (w[0].late < 0)
        return w[0].late;
    return is_missing(c, 0, &w[0]) ? -ENOENT : w[1].late;
}

static __attribute__((noinline)) long run_walk2(struct lx_call *c)
{
    struct vfs_found fast = {.stamp = c->moment};
    struct walk w[2];
    long r = walk_to(c, 0, &w[0]);
    if (r == 0 && c->op == LX_OP_LINK && is_missing(c, 0, &w[0]))
        r = -ENOENT; /* of the source, before anything is said of the other */
    if (r == 0)
        r = walk_to(c, 1, &w[1]);
    if (r == 0 && (w[0].late | w[1].late) < 0)
        r = refuses_late(c, w);
    if (r < 0)
        return finish(c, r, &(struct vfs_found){.hash = 0});
    return walk_and_run(c, &w[0], &w[1], &fast);
}

/* Path i to the kernel as it was given. */
static void verbatim(struct lx_call *c, unsigned i)
{
    c->at[i] = (struct lx_loc){.dfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i],
                               .path = c->path[i],
                               .flags = LX_LOC_WALKED};
}

/* True where a path is none, or longer than any: the kernel refuses it before it looks for it. */
static bool is_no_path(const struct lx_call *c, unsigned i)
{
    return !vfs_has_path(c, i) || c->path_length[i] >= PATH_MAX;
}

/*
 * A call with a path that is none: the kernel refuses it, but of two paths looks for the first
 * before it looks at the second.
 */
static __attribute__((noinline)) long refused(struct lx_call *c)
{
    for (unsigned i = 0; i < paths_of(c); i++)
        verbatim(c, i);
    if (!is_no_path(c, 0)) {
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

/* Overrides of calls on a descriptor: they match by the path it has. */
static __attribute__((noinline)) long run_descriptor(struct lx_call *c,
                                                     const struct vfs_found *found)
{
    char path[PATH_MAX];
    uint32_t waiting = 0;
    long n = vfs_directory_path(c->task, c->fd[0], path);
    long r = n < 0 ? 0 : vfs_override_before(c, path, NULL, &waiting);
    if (r == 0)
        r = dispatch(c);
    if (waiting != 0)
        r = overridden(c, waiting, r);
    return finish(c, r, found);
}

/* Calls with two paths. */
static __attribute__((noinline)) long run_two(struct lx_call *c)
{
    struct vfs_found found[2];
    bool walk = false;
    found[1].base = 0;

    for (unsigned i = 0; i < 2; i++)
        if (is_no_path(c, i))
            /* Of two paths the kernel would look for the first by a name it does not have. */
            return c->task->on_behalf && is_no_path(c, 0) ? -LX_CONTINUE : refused(c);
    for (unsigned i = 0; i < 2; i++) {
        if (!vfs_locate_remembered(c, i, &found[i]) && vfs_locate(c, i, &found[i]) == LX_EWALK) {
            walk = true;
        } else if (c->at[i].mount != NULL && vfs_overrides_apply(c)) {
            if ((c->at[i].flags & LX_LOC_DESCRIPTOR) != 0)
                return run_descriptor(c, found);
            walk = true;
        }
    }
    long r = walk ? -LX_EWALK : dispatch(c);
    return r == -LX_EWALK ? run_walk2(c) : finish(c, r, found);
}

/* A symlink in the last component, that does not lead into a mount as far as the fast way knows. */
static bool known_symlink(const struct lx_call *c, const struct vfs_found *found)
{
    struct placement v;
    return c->at[0].mount == NULL && found->base != 0 && c->task->caching &&
           placement_recall(vfs_spelling(c, 0, found) ^ SYMLINK_SEED, found->stamp, &v);
}

/* The call has met a symlink in the last component of a path that was not walked. */
static __attribute__((noinline)) long run_symlink(struct lx_call *c, const struct vfs_found *found)
{
    if (known_symlink(c, found)) {
        c->at[0].flags = (c->at[0].flags | LX_LOC_WALKED) & ~(unsigned)LX_LOC_UNPROVEN;
        return finish(c, dispatch(c), &(struct vfs_found){.stamp = found->stamp});
    }
    if (found->dir_hash != 0) {
        /* There is a symlink. Where: that can be remembered, if it leads to the directory. */
        c->asks = true;
        return vfs_run(c);
    }
    return run_walk1(c, found);
}

static __attribute__((noinline)) long run_located(struct lx_call *c, const struct vfs_found *found)
{
    if (c->at[0].mount != NULL && vfs_overrides_apply(c)) {
        if ((c->at[0].flags & LX_LOC_DESCRIPTOR) != 0)
            return run_descriptor(c, found);
        return run_walk1(c, &(struct vfs_found){.stamp = found->stamp});
    }
    long r = dispatch(c);
    return __builtin_expect(r == -LX_EWALK, 0) ? run_symlink(c, found) : finish(c, r, found);
}

/* A call with one path, where not all that has to be known of it is remembered. */
static __attribute__((noinline)) long run_one(struct lx_call *c)
{
    struct vfs_found found;

    if (!vfs_has_path(c, 0))
        return c->task->on_behalf ? -LX_CONTINUE : refused(c);
    if (vfs_locate(c, 0, &found) == LX_EWALK)
        return run_walk1(c, &(struct vfs_found){.stamp = found.stamp});
    return run_located(c, &found);
}

/* Outside every mount, and no symlink leads on without the host's file system noticing. */
static inline long run_outside(struct lx_call *c, const struct vfs_found *found)
{
    long r = answer_outside(c);
    if (__builtin_expect(r == -LX_EWALK, 0))
        return run_symlink(c, found);
    if ((r < 0 || !tells(c)) && !c->task->policy->trace_all)
        return r;
    return finish(c, r, found);
}

/* Finds out how long a path is, and whether it can be read at all. */
static inline void measure(struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    bool ours = c->task->pid == 0 && !c->task->seccomp_confined;
    long n = ours ? sys_string(path, lx_tick(c)) : path == NULL ? -EFAULT : (long)strlen(path);
    c->path_length[i] = n < 0 ? LX_BAD_ADDRESS : (size_t)n;
}

long vfs_run_resolving(struct lx_call *c)
{
    const struct vfs_found found = {.stamp = c->moment};
    struct walk w;
    measure(c, 0);
    if (is_no_path(c, 0))
        return c->task->on_behalf ? -LX_CONTINUE : refused(c);
    long r = walk_to(c, 0, &w);
    if (r == 0)
        return walk_and_run(c, &w, &w, &found);
    if (w.dir.mount != 0 || w.rewritten || c->denied != LX_RULE_NONE)
        return finish(c, r, &found);
    /* The kernel has been asked for more than the walk knows of: by what it refuses is its own. */
    verbatim(c, 0);
    return c->task->on_behalf ? -LX_CONTINUE : lx_host_fs.run[LX_OP_OPEN](c);
}

long vfs_run(struct lx_call *c)
{
    struct vfs_found found;

    measure(c, 0);
    if (paths_of(c) == 2) {
        measure(c, 1);
        return run_two(c);
    }
    if (!vfs_locate_remembered(c, 0, &found))
        return run_one(c);
    bool leads = (c->at[0].flags & LX_LOC_WALKED) == 0 && (vfs_ops[c->op].properties & PROBES) == 0;
    if (c->at[0].mount == NULL && !leads)
        return run_outside(c, &found);
    return run_located(c, &found);
}
