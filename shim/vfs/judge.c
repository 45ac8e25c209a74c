/* SPDX-License-Identifier: MIT */
#include "vfs/judge.h"

#include <stdatomic.h>
#include <string.h>

#include "fs/madeup.h"
#include "fs/refusal.h"
#include "sys/sys.h"
#include "vfs/magic.h"
#include "vfs/scanner.h"
#include "vfs/walk.h"

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
    if (!vfs_follows(c, i) || (c->at[i].flags & LX_LOC_WALKED) != 0 || c->task->seccomp_confined)
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
    int r = error == 0 || lx_is_silent(c, LX_RULE_MOUNT_BOUNDARY) ? 0 : native_refuses_ends(c);
    return error == 0 || r < 0 ? r : lx_deny(c, LX_RULE_MOUNT_BOUNDARY, error);
}

/* The file system that answers: where the entry is that the call makes, changes or looks at. */
static const struct lx_fs *answering(const struct lx_call *c)
{
    unsigned last = vfs_paths(c) - 1;
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

/* True where a number of one or two digits follows a tilde, and then ends a name or its base. */
static bool may_end_short(const char *tilde)
{
    size_t digits = strspn(tilde + 1, "0123456789");
    return digits > 0 && digits <= 2 && strchr("./", tilde[1 + digits]) != NULL;
}

/* True where a path may have a file's 8.3 name. */
static bool may_be_short(const struct lx_loc *at)
{
    if (lx_rule(at->mount, LX_RULE_NAMES_SHORT) != LX_ON)
        return false;
    const char *tilde = strchr(at->path, '~');
    while (tilde != NULL && !may_end_short(tilde))
        tilde = strchr(tilde + 1, '~');
    return tilde != NULL;
}

/* True where what a path spells may be there by another spelling or case. */
static bool ambiguous(const struct lx_call *c, struct lx_loc *at)
{
    if (at->mount == NULL || (at->flags & LX_LOC_WALKED) != 0)
        return false;
    if ((at->flags & LX_LOC_PRIVATE) != 0 || may_be_short(at))
        return true;
    return lx_folds(at->mount) && !is_unique(c, at);
}

/* An entry of another case, or with a longer name, may stand where a new one is to be made. */
static bool may_meet_another(const struct lx_call *c, struct lx_loc *last)
{
    const struct lx_mount *m = last->mount;
    return m != NULL && vfs_may_create(c) && (lx_folds(m) || may_be_short(last)) &&
           ambiguous(c, last);
}

/* A miss by the program's spelling may be a hit by another spelling or case. */
static bool look_closer(struct lx_call *c)
{
    unsigned last = vfs_paths(c) - 1;
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
    for (unsigned i = 0; i < vfs_paths(c); i++)
        if (c->at[i].mount != NULL || !lx_task_gets_there(c, i))
            return false;
    const char *path = c->at[0].path;
    if ((tables_may_open(c) && tables_show(c->task->policy)) || shown_may_open(c) ||
        caches_may_drop(c))
        return false;
    if (c->op == LX_OP_STAT || c->op == LX_OP_STATX || c->op == LX_OP_STATFS)
        return (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0 ||
               (!madeup_is(c->at[0].dfd) && !shown_holds(c));
    return c->op != LX_OP_READLINK || (path[0] == '/' && strncmp(path, "/proc/", 6) != 0) ||
           magic_is_by_asker(path);
}

/* Lets the file system answer, now that the kernel's way there is known. */
static inline long answer(struct lx_call *c, const struct lx_fs *fs)
{
    lx_fs_op *op = fs->run[c->op];
    if (op == NULL)
        op = lx_host_fs.run[c->op];
    return op == NULL ? -ENOSYS : op(c);
}

/*
 * What is to be said to whoever acts on behalf of a task, or is under a filter of its own, before
 * it is judged as any: true with the answer.
 */
static __attribute__((noinline)) bool answers_other(struct lx_call *c, long *result)
{
    const struct lx_loc *at = &c->at[0];
    bool one = vfs_paths(c) == 1;
    bool on_behalf = c->task->on_behalf;
    *result = -LX_CONTINUE;
    if (on_behalf && one && provided_answers(c, result))
        return true;
    if (one && shown_instead(c, result))
        return true;
    *result = -LX_CONTINUE;
    if (on_behalf && is_asking_tasks(c))
        return true;
    /* What is left is looked at by us, and there may be a link on its way that leads to whoever
     * asks. */
    *result = -LX_EWALK;
    return on_behalf && c->op == LX_OP_READLINK && at->mount == NULL &&
           (at->flags & (LX_LOC_WALKED | LX_LOC_DESCRIPTOR)) == 0;
}

/* True for one of two paths that leads to, or through, what is not there for the run. */
static inline bool is_gone(struct lx_call *c, unsigned i)
{
    return vfs_may_show(c, i) && lx_is_systems(c->at[i].mount) && shown_gone(c, i);
}

/* Two paths, or somebody else may make the call. */
static __attribute__((noinline)) long judge_any(struct lx_call *c)
{
    unsigned paths = vfs_paths(c);
    struct lx_loc *last = &c->at[paths - 1];
    long result;
    int r = 0;

    if (leads_on(c, 0) || (paths == 2 && leads_on(c, 1)))
        return -LX_EWALK;
    if (paths == 2 && (is_gone(c, 0) || is_gone(c, 1)))
        return -ENOENT;
    if ((paths == 1 || c->task->on_behalf) && answers_other(c, &result))
        return result;
    if (paths == 2)
        r = check_boundary(c);
    if (r == 0 && vfs_refuses_changes(c, last->mount))
        r = native_refuses_readonly(c);
    if (r < 0)
        return r == -ENOENT && look_closer(c) ? -LX_EWALK : r;
    if (may_meet_another(c, last))
        return -LX_EWALK;
    result = answer(c, answering(c));
    if (result == 0 && c->task->policy->shows)
        shown_held(c);
    if (result >= 0 && c->op == LX_OP_OPEN) {
        if (shown_may_open(c))
            result = shown_opened(c, result);
        if (result >= 0 && caches_may_drop(c))
            caches_opened(c, (int)result);
        if (result >= 0 && tables_may_open(c))
            return tables_open(c, result);
    }
    return result == -ENOENT && look_closer(c) ? -LX_EWALK : result;
}

/* In the root's own file system, where the system's files are: what stands in for one of them. */
static __attribute__((noinline)) long judge_root(struct lx_call *c)
{
    long result;
    if (c->task->policy->shows && shown_instead(c, &result))
        return result;
    result = answer(c, lx_filesystem(c->at[0].mount)->ops);
    if (result == -ENOENT)
        return look_closer(c) ? -LX_EWALK : provided_instead(c);
    if (result == 0 && c->task->policy->shows)
        shown_held(c);
    return result >= 0 && shown_may_open(c) ? shown_opened(c, result) : result;
}

long vfs_judge_one(struct lx_call *c)
{
    struct lx_loc *at = &c->at[0];
    if (leads_on(c, 0))
        return -LX_EWALK;
    if (at->mount == NULL)
        return vfs_answer_outside(c);
    if (vfs_refuses_changes(c, at->mount)) {
        int r = native_refuses_readonly(c);
        return r == -ENOENT && look_closer(c) ? -LX_EWALK : r;
    }
    if (may_meet_another(c, at))
        return -LX_EWALK;
    if (lx_is_root(at->mount))
        return judge_root(c);
    long result = answer(c, lx_filesystem(at->mount)->ops);
    return result == -ENOENT && look_closer(c) ? -LX_EWALK : result;
}

/* True for a call that only looks at what it is given, and needs no right to it. */
static bool needs_no_right(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_OPEN:
        return (c->flags & O_PATH) != 0;
    case LX_OP_ACCESS:
        return c->access == 0;
    case LX_OP_STAT:
    case LX_OP_STATX:
    case LX_OP_STATFS:
    case LX_OP_READLINK:
    case LX_OP_PATH:
        return true;
    default:
        return false;
    }
}

/* -errno of a call that would enter, or change, what it may only look at; or 0. */
static __attribute__((noinline)) long check_bars(struct lx_call *c)
{
    for (unsigned i = 0; i < vfs_paths(c); i++) {
        const struct lx_loc *at = &c->at[i];
        if ((at->flags & LX_LOC_BARRED) == 0 || needs_no_right(c))
            continue;
        int r = lx_observing(c) ? 0 : native_refusal(c);
        if (r == 0)
            r = lx_filesystem(at->mount)->ops->barred(c, at->mount);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Counts a call of this process that leads into a mount: once, however often it is dispatched. */
static __attribute__((noinline)) void count(const struct lx_call *c)
{
    const struct lx_task *t = c->task;
    if (!t->on_behalf && !c->allowed &&
        (c->at[0].mount != NULL || (vfs_paths(c) == 2 && c->at[1].mount != NULL)))
        atomic_fetch_add_explicit(&t->policy->stats->lane.library, 1, memory_order_relaxed);
}

/* Has it judged, in a run or in none. */
static inline long judge(struct lx_call *c)
{
    bool one = vfs_paths(c) == 1;
    unsigned flags = one ? c->at[0].flags : c->at[0].flags | c->at[1].flags;
    long result = __builtin_expect((flags & LX_LOC_BARRED) != 0, 0) ? check_bars(c) : 0;
    if (result != 0)
        return result;
    return one && !c->task->on_behalf && !c->task->seccomp_confined ? vfs_judge_one(c)
                                                                    : judge_any(c);
}

/* In a run, which counts, and has a scanner see, what led into a mount. */
static __attribute__((noinline)) long judge_counted(struct lx_call *c)
{
    const struct lx_policy *policy = c->task->policy;
    bool scans = policy->scanner != NULL;
    if (scans && c->op == LX_OP_EXEC) /* which does not come back */
        vfs_scanner_sees(c, 0);
    long result = judge(c);
    if (result == -LX_EWALK)
        return result;
    count(c);
    if (scans && c->op != LX_OP_EXEC && (result >= 0 || result == -LX_CONTINUE))
        vfs_scanner_sees(c, result);
    return result;
}

long vfs_dispatch(struct lx_call *c)
{
    if (c->task->policy->stats != NULL)
        return judge_counted(c);
    return judge(c);
}
