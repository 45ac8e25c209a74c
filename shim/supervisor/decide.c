/* SPDX-License-Identifier: MIT */
#include "supervisor/decide.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/native.h"
#include "supervisor/forced.h"
#include "supervisor/handles.h"
#include "supervisor/mounting.h"
#include "supervisor/respell.h"
#include "sys/sys.h"
#include "vfs/ops.h"
#include "vfs/walk.h"

/*
 * The call that is decided about. Hooks have no argument for it; a worker has one thread and takes
 * one call at a time.
 */
static struct {
    const struct lx_task *task;
    const struct tracee *tracee;
    const uint64_t *given;
    const long *args;
    const struct supervise_call *call;
    unsigned scripts; /* that the kernel would find, but perhaps not their interpreters */
    bool answered;
} now;

/* In place of the caller's argv: before it comes what a script's first line says. */
static char *const no_arguments[] = {(char *)(uintptr_t) "", NULL};

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
static int callers_descriptor(int fd)
{
    bool given = now.call->arguments[0] == 'f' && fd == (int)now.args[0] && fd != now.task->cwd;
    return given ? (int)now.given[0] : AT_FDCWD;
}

#define ARGUMENTS_AT_ONCE 256

/* Reads some of the caller's argv from number `from` on. Returns how many there are before the
 * NULL, at most ARGUMENTS_AT_ONCE, or -EFAULT. */
static long read_arguments(size_t from, uint64_t some[ARGUMENTS_AT_ONCE])
{
    uint64_t argv = now.given[now.call->number == SYS_execveat ? 2 : 1];
    for (size_t i = 0; i < ARGUMENTS_AT_ONCE; i++) {
        /* One by one at the end of a page, as the next may not be there. */
        size_t word = tracee_word(now.tracee);
        uint64_t at = argv + (from + i) * word;
        size_t page = (4096 - at % 4096) / word;
        size_t n = page == 0 ? 1 : page;
        if (n > ARGUMENTS_AT_ONCE - i)
            n = ARGUMENTS_AT_ONCE - i;
        if (argv == 0)
            return (long)i;
        if (tracee_words(now.tracee, at, some + i, n) < 0)
            return -EFAULT;
        for (size_t k = 0; k < n; k++)
            if (some[i + k] == 0)
                return (long)(i + k);
        i += n - 1;
    }
    return ARGUMENTS_AT_ONCE;
}

static long count_arguments(void)
{
    uint64_t some[ARGUMENTS_AT_ONCE];
    long count = 0;
    long n;
    do {
        n = read_arguments((size_t)count, some);
        if (n < 0)
            return n;
        count += n;
    } while (n == ARGUMENTS_AT_ONCE);
    return count;
}

/* The name a script gets to see of itself: by a descriptor of its caller's as the kernel has it. */
static const char *script_name(const char *path, char buf[PATH_MAX + 32])
{
    if (now.call->number != SYS_execveat || (int)now.given[0] == AT_FDCWD || path[0] == '/')
        return path;
    snprintf(buf, PATH_MAX + 32, "/dev/fd/%d/%s", (int)now.given[0], path);
    return buf;
}

#define PREFIX_MAX 16 /* an interpreter and its argument, five deep, and the script */

/* The list of arguments: what the first line says, then the caller's own. */
static uint64_t put_arguments(struct scratch *s, char *const *prefix, long count)
{
    uint64_t some[ARGUMENTS_AT_ONCE];
    uint64_t list[PREFIX_MAX];
    char buf[PATH_MAX + 32];
    size_t n = 0;
    while (prefix[n] != NULL && n < PREFIX_MAX) {
        bool is_script = prefix[n + 1] == NULL;
        list[n] = scratch_string(s, is_script ? script_name(prefix[n], buf) : prefix[n]);
        n++;
    }
    s->used = (s->used + 7) & ~(size_t)7;
    uint64_t start = scratch_words(s, list, n);
    for (long i = 1; i < count; i += ARGUMENTS_AT_ONCE) {
        long got = read_arguments((size_t)i, some);
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
    const struct respelled *r = what;
    const struct lx_call *c = r->call;
    const struct lx_loc *at = &c->at[0];
    unsigned first = now.call->number == SYS_execveat ? 2 : 1;
    long path = (long)scratch_string(s, vfs_from_root(c->task, at->path));
    memset(args, 0, 6 * sizeof(args[0]));
    args[5] = SYS_COOKIE;
    if (c->op == LX_OP_CHDIR || c->op == LX_OP_CHROOT) {
        args[0] = path;
        return;
    }
    args[0] = callers_descriptor(at->dfd);
    args[1] = path;
    if (c->op == LX_OP_HANDLE) {
        args[2] = (long)now.given[2];
        args[3] = (long)now.given[3];
        args[4] = (long)now.given[4] & ~(long)AT_SYMLINK_FOLLOW;
    } else {
        bool own = c->argv == no_arguments;
        args[2] = (long)(own ? now.given[first] : put_arguments(s, c->argv, r->count));
        args[3] = (long)now.given[first + 1];
        args[4] = c->flags;
    }
}

/* Has the caller make its call by the kernel's words. */
static long make(const struct lx_call *c)
{
    struct respelled r = {.call = c};
    struct forced f = {.tracee = now.tracee,
                       .nr = c->op == LX_OP_EXEC ? SYS_execveat : now.call->number,
                       .room = strlen(c->at[0].path) + 1,
                       .fill = fill,
                       .what = &r};
    if (c->op == LX_OP_EXEC && c->argv != no_arguments) {
        r.count = count_arguments();
        if (r.count < 0)
            return r.count;
        f.room += PATH_MAX + ((size_t)r.count + 2) * sizeof(uint64_t);
        for (char *const *p = c->argv; *p != NULL; p++)
            f.room += strlen(*p) + 1 + sizeof(uint64_t);
    }
    return force(&f, &now.answered);
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
    const struct lx_loc *at = &c->at[0];
    bool first = c->op != LX_OP_EXEC || c->argv == no_arguments;
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return -LX_CONTINUE;
    if (!lx_caller_path_ok(c, 0) || (!first && now.scripts != c->depth))
        return make(c);
    struct stat st;
    /* It may be there by another spelling. */
    if (at->mount != NULL && (at->flags & LX_LOC_WALKED) == 0 &&
        sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT)
        return -ENOENT;
    if (!may_need_interpreter(c))
        return -LX_CONTINUE;
    now.scripts++;
    return -LX_ESCRIPT;
}

static long run(const struct lx_task *task)
{
    const long *a = now.args;
    const char *path = (const char *)(uintptr_t)a[now.call->arguments[0] == 'f' ? 1 : 0];
    switch (now.call->number) {
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

long decide(struct lx_task *task, const struct tracee *tracee, const struct supervise_call *call,
            const uint64_t given[6], const long args[6])
{
    if (call->number == SYS_open_by_handle_at)
        return handles_open(task, tracee, given, args);
    if (mounting_asks(call->number)) {
        bool answered = false;
        long r = mounting(task, tracee, call, given, args, &answered);
        if (answered)
            return -DECIDE_ANSWERED;
        if (r != -LX_CONTINUE || !respells(call->number))
            return r;
    }
    now.task = task;
    now.tracee = tracee;
    now.call = call;
    now.given = given;
    now.args = args;
    now.scripts = 0;
    now.answered = false;
    task->caller_does = itself;
    long r = respells(call->number) ? respell(task, tracee, call, given, args, &now.answered)
                                    : run(task);
    if (now.answered)
        return -DECIDE_ANSWERED;
    return r == 0 ? -LX_CONTINUE : r; /* nothing was done yet, and nothing may be said to be */
}
