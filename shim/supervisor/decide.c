/* SPDX-License-Identifier: MIT */
#include "supervisor/decide.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/native.h"
#include "supervisor/credentials.h"
#include "supervisor/forced.h"
#include "supervisor/handles.h"
#include "supervisor/hooks.h"
#include "supervisor/mounting.h"
#include "supervisor/respell.h"
#include "sys/sys.h"
#include "vfs/ops.h"
#include "vfs/walk.h"

/* In place of the caller's argv: before it comes what a script's first line says. The text has an
 * address of its own, which tells it from any other. */
static char own_name[] = "";
static char *const no_arguments[] = {own_name, NULL};

bool decides(long nr)
{
    return nr == SYS_chdir || nr == SYS_fchdir || nr == SYS_chroot || nr == SYS_execve ||
           nr == SYS_execveat || nr == SYS_name_to_handle_at || nr == SYS_open_by_handle_at ||
           respells(nr) || mounting_asks(nr);
}

bool decide_needs_none(const struct lx_policy *policy, long nr)
{
    const uint64_t bit = UINT64_C(1) << LX_OP_CHDIR;
    /* A descriptor is where it is, by whatever name it was opened. */
    return nr == SYS_fchdir && (policy->override_ops & bit) == 0 && !policy->trace_all;
}

bool decide_needs_look(const struct lx_policy *policy, long nr)
{
    /* A script's interpreter may be in a mount that the kernel does not know; and a handle is from
     * anywhere in the file system. */
    return (policy->table != NULL && mounting_looks(nr)) ||
           (lx_redirects(policy) && (nr == SYS_execve || nr == SYS_execveat)) ||
           nr == SYS_open_by_handle_at;
}

/* What the caller calls a descriptor of ours. */
static int callers_descriptor(const struct request *r, int fd)
{
    bool given = r->call->arguments[0] == 'f' && fd == (int)r->args[0] && fd != r->task.cwd;
    return given ? (int)r->given[0] : AT_FDCWD;
}

#define ARGUMENTS_AT_ONCE 256

/* Reads some of the caller's argv from number `from` on. Returns how many there are before the
 * NULL, at most ARGUMENTS_AT_ONCE, or -EFAULT. */
static long read_arguments(const struct request *r, size_t from, uint64_t some[ARGUMENTS_AT_ONCE])
{
    uint64_t argv = r->given[r->call->number == SYS_execveat ? 2 : 1];
    for (size_t i = 0; i < ARGUMENTS_AT_ONCE; i++) {
        /* One by one at the end of a page, as the next may not be there. */
        size_t word = tracee_word(&r->tracee);
        uint64_t at = argv + (from + i) * word;
        size_t page = (4096 - at % 4096) / word;
        size_t n = page == 0 ? 1 : page;
        if (n > ARGUMENTS_AT_ONCE - i)
            n = ARGUMENTS_AT_ONCE - i;
        if (argv == 0)
            return (long)i;
        if (tracee_words(&r->tracee, at, some + i, n) < 0)
            return -EFAULT;
        for (size_t k = 0; k < n; k++)
            if (some[i + k] == 0)
                return (long)(i + k);
        i += n - 1;
    }
    return ARGUMENTS_AT_ONCE;
}

static long count_arguments(const struct request *r)
{
    uint64_t some[ARGUMENTS_AT_ONCE];
    long count = 0;
    long n;
    do {
        n = read_arguments(r, (size_t)count, some);
        if (n < 0)
            return n;
        count += n;
    } while (n == ARGUMENTS_AT_ONCE);
    return count;
}

/* The name a script gets to see of itself: by a descriptor of its caller's as the kernel has it. */
static const char *script_name(const struct request *r, const char *path, char buf[PATH_MAX + 32])
{
    if (r->call->number != SYS_execveat || (int)r->given[0] == AT_FDCWD || path[0] == '/')
        return path;
    snprintf(buf, PATH_MAX + 32, "/dev/fd/%d/%s", (int)r->given[0], path);
    return buf;
}

#define PREFIX_MAX 16 /* an interpreter and its argument, five deep, and the script */

/* The list of arguments: what the first line says, then the caller's own. */
static uint64_t put_arguments(const struct request *r, struct scratch *s, char *const *prefix,
                              long count)
{
    uint64_t some[ARGUMENTS_AT_ONCE];
    uint64_t list[PREFIX_MAX];
    char buf[PATH_MAX + 32];
    size_t n = 0;
    while (prefix[n] != NULL && n < PREFIX_MAX) {
        bool is_script = prefix[n + 1] == NULL;
        if (prefix[n] == own_name) { /* what he calls the program, where somebody asks */
            bool has_one = read_arguments(r, 0, some) > 0;
            list[n] = has_one ? some[0] : scratch_string(s, prefix[n]);
            n++;
            continue;
        }
        list[n] = scratch_string(s, is_script ? script_name(r, prefix[n], buf) : prefix[n]);
        n++;
    }
    s->used = (s->used + 7) & ~(size_t)7;
    uint64_t start = scratch_words(s, list, n);
    for (long i = 1; i < count; i += ARGUMENTS_AT_ONCE) {
        long got = read_arguments(r, (size_t)i, some);
        if (got < 0)
            s->failed = true;
        else
            scratch_words(s, some, (size_t)got);
    }
    const uint64_t end = 0;
    scratch_words(s, &end, 1);
    return start;
}

/* What make() knows of the caller's arguments. */
struct respelled {
    const struct lx_call *call;
    long count; /* of argv */
};

/* The caller's call, with the kernel's path in place of its own. */
static void fill(struct scratch *s, const void *what, long args[6])
{
    const struct respelled *w = what;
    const struct lx_call *c = w->call;
    const struct request *r = c->task->owner;
    const struct lx_loc *at = &c->at[0];
    unsigned first = r->call->number == SYS_execveat ? 2 : 1;
    long path = (long)scratch_string(s, vfs_from_root(c->task, at->path));
    memset(args, 0, 6 * sizeof(args[0]));
    args[5] = SYS_COOKIE;
    if (c->op == LX_OP_CHDIR || c->op == LX_OP_CHROOT) {
        args[0] = path;
        return;
    }
    args[0] = callers_descriptor(r, at->dfd);
    args[1] = path;
    if (c->op == LX_OP_HANDLE) {
        args[2] = (long)r->given[2];
        args[3] = (long)r->given[3];
        args[4] = (long)r->given[4] & ~(long)AT_SYMLINK_FOLLOW;
    } else {
        bool own = c->argv == no_arguments;
        args[2] = (long)(own ? r->given[first] : put_arguments(r, s, c->argv, w->count));
        args[3] = (long)r->given[first + 1];
        args[4] = c->flags;
    }
}

/* Has the caller make its call by the kernel's words. */
static long make(const struct lx_call *c)
{
    struct request *r = c->task->owner;
    struct respelled w = {.call = c};
    struct forced f = {.tracee = &r->tracee,
                       .nr = c->op == LX_OP_EXEC ? SYS_execveat : r->call->number,
                       .room = strlen(c->at[0].path) + 1,
                       .fill = fill,
                       .what = &w};
    if (c->op == LX_OP_EXEC && c->argv != no_arguments) {
        credentials_return(); /* only ourselves may look into who has become another user */
        w.count = count_arguments(r);
        if (w.count < 0)
            return w.count;
        f.room += PATH_MAX + ((size_t)w.count + 2) * sizeof(uint64_t);
        for (char *const *p = c->argv; *p != NULL; p++)
            f.room += strlen(*p) + 1 + sizeof(uint64_t);
    }
    return force(&f, &r->answered);
}

/* A script whose interpreter may be where only we find it, as in host.c. */
static bool may_need_interpreter(const struct lx_call *c)
{
    bool may_be_there = lx_redirects(c->task->policy) || c->at[0].mount != NULL;
    return c->op == LX_OP_EXEC && may_be_there && c->flags == 0 && c->fd[0] == AT_FDCWD &&
           native_image(c->at[0].dfd, c->at[0].path) == NATIVE_SCRIPT;
}

/* Where the rules have spoken, and the caller would do it. */
static long itself(const struct lx_call *c)
{
    struct request *r = c->task->owner;
    const struct lx_loc *at = &c->at[0];
    bool first = c->op != LX_OP_EXEC || c->argv == no_arguments;
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return -LX_CONTINUE;
    if (!lx_caller_path_ok(c, 0) || (!first && r->scripts != c->depth))
        return make(c);
    struct stat st;
    /* It may be there by another spelling. */
    if (at->mount != NULL && (at->flags & LX_LOC_WALKED) == 0 &&
        sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT)
        return -ENOENT;
    if (!may_need_interpreter(c))
        return -LX_CONTINUE;
    r->scripts++;
    return -LX_ESCRIPT;
}

static long run(const struct request *r)
{
    const struct lx_task *task = &r->task;
    const long *a = r->args;
    const char *path = (const char *)(uintptr_t)a[r->call->arguments[0] == 'f' ? 1 : 0];
    switch (r->call->number) {
    case SYS_chdir:
        return lx_chdir(task, AT_FDCWD, path);
    case SYS_fchdir:
        return lx_chdir(task, (int)a[0], LX_DESCRIPTOR);
    case SYS_chroot:
        return lx_chroot(task, path);
    case SYS_name_to_handle_at:
        return lx_name_to_handle_at(task, (int)a[0], path, NULL, NULL, (int)a[4]);
    case SYS_execve:
        return lx_execveat(task, AT_FDCWD, path, no_arguments, NULL, 0);
    default:
        return lx_execveat(task, (int)a[0], path, no_arguments, NULL, (int)a[4]);
    }
}

long decide(struct request *r)
{
    static const struct lx_task_ops deciding = {HOOKS, .caller_does = itself};
    const struct lx_task_ops *before = r->task.ops;
    long nr = r->call->number;
    if (nr == SYS_open_by_handle_at)
        return handles_open(&r->task, &r->tracee, r->given, r->args);
    r->answered = false;
    r->scripts = 0;
    if (mounting_asks(nr)) {
        long done = mounting(r);
        if (r->answered)
            return -DECIDE_ANSWERED;
        if (done != -LX_CONTINUE || !respells(nr))
            return done;
    }
    r->task.ops = &deciding;
    long done = respells(nr) ? respell(r) : run(r);
    r->task.ops = before;
    if (r->answered)
        return -DECIDE_ANSWERED;
    return done == 0 ? -LX_CONTINUE
                     : done; /* nothing was done yet, and nothing may be said to be */
}
