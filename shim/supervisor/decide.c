/* SPDX-License-Identifier: MIT */
#include "supervisor/decide.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fs/native.h"
#include "supervisor/inject.h"
#include "sys/sys.h"
#include "vfs/ops.h"

/*
 * The call that is decided about. Hooks have no argument for it; a worker has one thread and takes
 * one call at a time.
 */
static struct {
    const struct lx_task *task;
    const struct tracee *tracee;
    const uint64_t *given;
    const long *args;
    long nr;
    unsigned scripts; /* that the kernel would find, but perhaps not their interpreters */
    bool answered;
} now;

/* In place of the caller's argv: before it comes what a script's first line says. */
static char *const no_arguments[] = {(char *)(uintptr_t) "", NULL};

bool decides(long nr)
{
    return nr == SYS_chdir || nr == SYS_fchdir || nr == SYS_chroot || nr == SYS_execve ||
           nr == SYS_execveat;
}

bool decide_needs_none(const struct lx_policy *policy, long nr)
{
    const uint64_t bit = UINT64_C(1) << LX_OP_CHDIR;
    /* A descriptor is where it is, by whatever name it was opened. */
    return nr == SYS_fchdir && (policy->override_ops & bit) == 0 && !policy->trace_all;
}

bool decide_needs_look(const struct lx_policy *policy, long nr)
{
    return policy->redirects && (nr == SYS_execve || nr == SYS_execveat);
}

/* What the caller calls a descriptor of ours. */
static int callers_descriptor(int fd)
{
    bool given = now.nr == SYS_execveat && fd == (int)now.args[0] && fd != now.task->cwd;
    return given ? (int)now.given[0] : AT_FDCWD;
}

/* Memory of the caller's that is filled from its beginning. */
struct scratch {
    uint64_t start;
    size_t size;
    size_t used;
    bool failed;
};

static uint64_t put(struct scratch *s, const void *data, size_t n)
{
    uint64_t at = s->start + s->used;
    if (n > s->size - s->used || tracee_write(now.tracee, at, data, n) < 0)
        s->failed = true;
    else
        s->used += n;
    return at;
}

static uint64_t put_string(struct scratch *s, const char *text)
{
    return put(s, text, strlen(text) + 1);
}

#define ARGUMENTS_AT_ONCE 256

/* Reads some of the caller's argv from number `from` on. Returns how many there are before the
 * NULL, at most ARGUMENTS_AT_ONCE, or -EFAULT. */
static long read_arguments(size_t from, uint64_t some[ARGUMENTS_AT_ONCE])
{
    uint64_t argv = now.given[now.nr == SYS_execveat ? 2 : 1];
    for (size_t i = 0; i < ARGUMENTS_AT_ONCE; i++) {
        /* One by one at the end of a page, as the next may not be there. */
        uint64_t at = argv + (from + i) * sizeof(uint64_t);
        size_t page = (4096 - at % 4096) / sizeof(uint64_t);
        size_t n = page == 0 ? 1 : page;
        if (n > ARGUMENTS_AT_ONCE - i)
            n = ARGUMENTS_AT_ONCE - i;
        if (argv == 0)
            return (long)i;
        if (tracee_read(now.tracee, at, some + i, n * sizeof(uint64_t)) < 0)
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
    if (now.nr != SYS_execveat || (int)now.given[0] == AT_FDCWD || path[0] == '/')
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
        list[n] = put_string(s, is_script ? script_name(prefix[n], buf) : prefix[n]);
        n++;
    }
    s->used = (s->used + 7) & ~(size_t)7;
    uint64_t start = put(s, list, n * sizeof(uint64_t));
    for (long i = 1; i < count; i += ARGUMENTS_AT_ONCE) {
        long got = read_arguments((size_t)i, some);
        if (got < 0)
            s->failed = true;
        else
            put(s, some, (size_t)got * sizeof(uint64_t));
    }
    const uint64_t end = 0;
    put(s, &end, sizeof(end));
    return start;
}

/* The caller's call, with the kernel's path in place of its own. */
static long respelled(struct injection *i, const struct lx_call *c, struct scratch *s, long count)
{
    const struct lx_loc *at = &c->at[0];
    long path = (long)put_string(s, at->path);
    if (c->op != LX_OP_EXEC) {
        const long args[6] = {path, 0, 0, 0, 0, SYS_COOKIE};
        return s->failed ? -EFAULT : inject_call(i, now.nr, args);
    }
    unsigned first = now.nr == SYS_execveat ? 2 : 1;
    uint64_t argv = c->argv == no_arguments ? now.given[first] : put_arguments(s, c->argv, count);
    const long args[6] = {callers_descriptor(at->dfd), path,     (long)argv,
                          (long)now.given[first + 1],  c->flags, SYS_COOKIE};
    return s->failed ? -EFAULT : inject_call(i, SYS_execveat, args);
}

static size_t size_of(const struct lx_call *c, long count)
{
    size_t size = strlen(c->at[0].path) + 1 + PATH_MAX;
    if (c->op == LX_OP_EXEC && c->argv != no_arguments) {
        for (char *const *p = c->argv; *p != NULL; p++)
            size += strlen(*p) + 1 + sizeof(uint64_t);
        size += ((size_t)count + 2) * sizeof(uint64_t);
    }
    return (size + 4095) & ~(size_t)4095;
}

/*
 * Has the caller make its call by the kernel's words. What it needs for that lies in a page that it
 * maps for the purpose, and unmaps; of an exec that succeeds nothing is left either, but where the
 * memory is shared with somebody else's, as after vfork: there the page stays.
 */
static long make(const struct lx_call *c)
{
    struct injection i;
    struct scratch s = {.used = 0};
    long count = 0;
    tracee_become(NULL);
    if (c->op == LX_OP_EXEC && c->argv != no_arguments)
        count = count_arguments();
    if (count < 0)
        return count;
    int r = inject_start(&i, now.tracee);
    if (r < 0)
        return -EOPNOTSUPP;
    now.answered = true;
    s.size = size_of(c, count);
    const long map[6] = {0, (long)s.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                         0};
    long result = inject_call(&i, SYS_mmap, map);
    if (result < 0 && result > -4096) {
        inject_end(&i, result);
        return result;
    }
    s.start = (uint64_t)result;
    result = respelled(&i, c, &s, count);
    const long unmap[6] = {(long)s.start, (long)s.size, 0, 0, 0, 0};
    if (!i.is_another)
        (void)inject_call(&i, SYS_munmap, unmap);
    inject_end(&i, result);
    return result;
}

/* A script whose interpreter may be where only we find it, as in host.c. */
static bool may_need_interpreter(const struct lx_call *c)
{
    bool may_be_there = c->task->policy->redirects || c->at[0].mount != NULL;
    return c->op == LX_OP_EXEC && may_be_there && c->flags == 0 && c->fd[0] == AT_FDCWD &&
           native_image(c->at[0].dfd, c->at[0].path) == NATIVE_SCRIPT;
}

/* Where the rules have spoken, and the caller would do it. */
static long itself(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    bool first = c->op != LX_OP_EXEC || c->argv == no_arguments;
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return -LX_EPASS;
    if (at->path != c->path[0] || (!first && now.scripts != c->mode))
        return make(c);
    struct stat st;
    /* It may be there by another spelling. */
    if (at->mount != NULL && (at->flags & LX_LOC_WALKED) == 0 &&
        sys_fstatat(at->dfd, at->path, &st, 0) == -ENOENT)
        return -ENOENT;
    if (!may_need_interpreter(c))
        return -LX_EPASS;
    now.scripts++;
    return -LX_ESCRIPT;
}

static long run(const struct lx_task *task)
{
    const long *a = now.args;
    const char *path = (const char *)(uintptr_t)a[now.nr == SYS_execveat ? 1 : 0];
    switch (now.nr) {
    case SYS_chdir:
        return lx_chdir(task, AT_FDCWD, path);
    case SYS_fchdir:
        return lx_chdir(task, (int)a[0], LX_DESCRIPTOR);
    case SYS_chroot:
        return lx_chroot(task, path);
    case SYS_execve:
        return lx_execveat(task, AT_FDCWD, path, no_arguments, NULL, 0);
    default:
        return lx_execveat(task, (int)a[0], path, no_arguments, NULL, (int)a[4]);
    }
}

long decide(struct lx_task *task, const struct tracee *tracee, long nr, const uint64_t given[6],
            const long args[6])
{
    now.task = task;
    now.tracee = tracee;
    now.nr = nr;
    now.given = given;
    now.args = args;
    now.scripts = 0;
    now.answered = false;
    task->itself = itself;
    long r = run(task);
    if (now.answered)
        return -DECIDE_ANSWERED;
    return r == 0 ? -LX_EPASS : r; /* nothing was done yet, and nothing may be said to be */
}
