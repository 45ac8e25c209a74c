/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn. libc's opens and changes directory inside itself, where no name of ours is called;
 * so the file actions are kept in a list of our own, and the child, a vfork, runs them through
 * lx_*, which make system calls only.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/exec.h"
#include "preload/shim.h"
#include "store/cwds.h"
#include "sys/sys.h"
#include "vfs/placement.h"

enum kind { OPEN, CLOSE, DUP2, CHDIR, FCHDIR, CLOSEFROM, TCSETPGRP };

struct action {
    struct action *next;
    enum kind kind;
    int fd;
    int from; /* DUP2: the descriptor duplicated; OPEN: flags */
    mode_t mode;
    char path[];
};

/* How a posix_spawn_file_actions_t looks to us: glibc's has room for more, musl's for this. */
struct actions {
    struct action *first;
    struct action *last;
};

_Static_assert(sizeof(struct actions) <= sizeof(posix_spawn_file_actions_t),
               "posix_spawn_file_actions_t has no room for our list");

static struct actions *ours(posix_spawn_file_actions_t *fa)
{
    return (struct actions *)(void *)fa;
}

static const struct actions *ours_const(const posix_spawn_file_actions_t *fa)
{
    return (const struct actions *)(const void *)fa;
}

LX_EXPORT int posix_spawn_file_actions_init(posix_spawn_file_actions_t *fa)
{
    memset(fa, 0, sizeof(*fa));
    return 0;
}

LX_EXPORT int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *fa)
{
    struct action *a = ours(fa)->first;
    while (a != NULL) {
        struct action *next = a->next;
        free(a);
        a = next;
    }
    memset(fa, 0, sizeof(*fa));
    return 0;
}

static int add(posix_spawn_file_actions_t *fa, struct action with, const char *path)
{
    size_t n = path == NULL ? 0 : strlen(path) + 1;
    struct action *a = malloc(sizeof(*a) + n);
    if (a == NULL)
        return ENOMEM;
    *a = with;
    a->next = NULL;
    if (n > 0)
        memcpy(a->path, path, n);
    struct actions *list = ours(fa);
    if (list->last == NULL)
        list->first = a;
    else
        list->last->next = a;
    list->last = a;
    return 0;
}

/* glibc refuses at once what can be no descriptor. */
static bool valid(int fd)
{
    return fd >= 0 && fd < sysconf(_SC_OPEN_MAX);
}

LX_EXPORT int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict fa, int fd,
                                               const char *restrict path, int flags, mode_t mode)
{
    if (!valid(fd))
        return EBADF;
    return add(fa, (struct action){.kind = OPEN, .fd = fd, .from = flags, .mode = mode}, path);
}

LX_EXPORT int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *fa, int fd)
{
    return valid(fd) ? add(fa, (struct action){.kind = CLOSE, .fd = fd}, NULL) : EBADF;
}

LX_EXPORT int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *fa, int from, int to)
{
    if (!valid(from) || !valid(to))
        return EBADF;
    return add(fa, (struct action){.kind = DUP2, .fd = to, .from = from}, NULL);
}

LX_EXPORT int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict fa,
                                                   const char *restrict path)
{
    return add(fa, (struct action){.kind = CHDIR}, path);
}

LX_EXPORT int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *fa, int fd)
{
    /* Not looked at until the child tries, as in glibc. */
    return add(fa, (struct action){.kind = FCHDIR, .fd = fd}, NULL);
}

LX_EXPORT int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *fa, int fd)
{
    return valid(fd) ? add(fa, (struct action){.kind = CLOSEFROM, .fd = fd}, NULL) : EBADF;
}

LX_EXPORT int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *fa, int fd)
{
    return valid(fd) ? add(fa, (struct action){.kind = TCSETPGRP, .fd = fd}, NULL) : EBADF;
}

struct spawn {
    const struct actions *actions;
    const posix_spawnattr_t *attr;
    const char *file;
    char *const *argv;
    char *const *envp;
    bool search;
    sigset_t mask; /* the child's: the caller's own unless attributes say otherwise */
    int error;     /* written by the child, which shares this memory */
};

/* Opens at exactly the descriptor wanted. */
static long open_at(const struct action *a)
{
    long fd = lx_openat(lx_self(), AT_FDCWD, a->path, a->from, a->mode);
    if (fd < 0 || fd == a->fd)
        return fd;
    long r = sys_dup3((int)fd, a->fd, a->from & O_CLOEXEC);
    sys_close((int)fd);
    return r;
}

static long set_terminal_group(int fd)
{
    int group = (int)SYS1(SYS_getpgid, 0);
    return SYS3(SYS_ioctl, fd, 0x5410 /* TIOCSPGRP */, &group);
}

/* dup2 of a descriptor to itself means: keep it open across the exec. */
static long keep_or_dup(int from, int to)
{
    if (from != to)
        return sys_dup3(from, to, 0);
    int flags = sys_fcntl(to, F_GETFD, 0);
    return flags < 0 ? flags : sys_fcntl(to, F_SETFD, flags & ~FD_CLOEXEC);
}

static long perform(const struct action *a)
{
    switch (a->kind) {
    case OPEN:
        return open_at(a);
    case CLOSE: {
        /* Closing what is not open is no error here, unless it can be no descriptor at all. */
        long r = sys_close(a->fd);
        return r == -EBADF ? 0 : r;
    }
    case DUP2:
        return keep_or_dup(a->from, a->fd);
    case CHDIR:
        return lx_chdir(lx_self(), AT_FDCWD, a->path);
    case FCHDIR:
        return sys_fchdir(a->fd);
    case CLOSEFROM:
        return SYS3(SYS_close_range, a->fd, ~0U, 0);
    default:
        return set_terminal_group(a->fd);
    }
}

struct kernel_sigaction {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

/*
 * A handler of the parent's must not run here, on its memory: signals stay blocked until every one
 * of them has its default back. The kernel would do that at exec, but only then.
 */
static void reset_signals(const sigset_t *defaults)
{
    for (int sig = 1; sig < _NSIG; sig++) {
        struct kernel_sigaction sa = {0};
        if (SYS4(SYS_rt_sigaction, sig, NULL, &sa, 8) < 0 || sa.handler == (void *)SIG_DFL)
            continue;
        bool wanted = defaults != NULL && sigismember(defaults, sig) == 1;
        if (sa.handler == (void *)SIG_IGN && !wanted)
            continue;
        sa = (struct kernel_sigaction){.handler = (void *)SIG_DFL};
        SYS4(SYS_rt_sigaction, sig, &sa, NULL, 8);
    }
}

static long set_attributes(struct spawn *s)
{
    short flags = 0;
    sigset_t defaults;
    long r = 0;
    if (s->attr != NULL)
        posix_spawnattr_getflags(s->attr, &flags);
    sigemptyset(&defaults);
    if ((flags & POSIX_SPAWN_SETSIGDEF) != 0)
        posix_spawnattr_getsigdefault(s->attr, &defaults);
    reset_signals(&defaults);
    if ((flags & POSIX_SPAWN_SETSIGMASK) != 0)
        posix_spawnattr_getsigmask(s->attr, &s->mask);
    if ((flags & POSIX_SPAWN_SETSCHEDULER) != 0 || (flags & POSIX_SPAWN_SETSCHEDPARAM) != 0) {
        struct sched_param param;
        int policy = 0;
        posix_spawnattr_getschedparam(s->attr, &param);
        posix_spawnattr_getschedpolicy(s->attr, &policy);
        r = (flags & POSIX_SPAWN_SETSCHEDULER) != 0
                ? SYS3(SYS_sched_setscheduler, 0, policy, &param)
                : SYS2(SYS_sched_setparam, 0, &param);
    }
    if (r >= 0 && (flags & POSIX_SPAWN_SETSID) != 0)
        r = SYS0(SYS_setsid);
    if (r >= 0 && (flags & POSIX_SPAWN_SETPGROUP) != 0) {
        pid_t group = 0;
        posix_spawnattr_getpgroup(s->attr, &group);
        r = SYS2(SYS_setpgid, 0, group);
    }
    if (r >= 0 && (flags & POSIX_SPAWN_RESETIDS) != 0)
        r = sys_reset_ids();
    return r;
}

/* Apart from the function that vforks, which shares its registers with the parent. */
static __attribute__((noinline)) long in_child(struct spawn *s)
{
    long r = set_attributes(s);
    const struct action *a = s->actions == NULL ? NULL : s->actions->first;
    for (; r >= 0 && a != NULL; a = a->next)
        r = perform(a);
    if (r < 0)
        return r;
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &s->mask, NULL, 8);
    return s->search ? exec_search(s->file, s->argv, s->envp, 0)
                     : exec_at(AT_FDCWD, s->file, s->argv, s->envp, 0);
}

/* Between vfork and exec the child runs on this very stack: no function may return before it. */
static __attribute__((noinline)) pid_t start(struct spawn *s)
{
    pid_t pid = vfork();
    if (pid == 0) {
        s->error = (int)-in_child(s);
        _exit(127);
    }
    return pid;
}

static int spawn(pid_t *pid, struct spawn *s)
{
    sigset_t all;
    sigset_t own;
    int cancel;
    int status;
    int before = errno;
    sigfillset(&all);
    sigemptyset(&own);
    s->error = 0;
    /* A cancelled thread would take the child's stack with it. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    SYS4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &own, 8);
    s->mask = own;
    pid_t child = start(s);
    int error = child < 0 ? errno : s->error;
    if (child > 0 && error != 0)
        while (SYS4(SYS_wait4, child, &status, 0, NULL) == -EINTR)
            ;
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &own, NULL, 8);
    pthread_setcancelstate(cancel, NULL);
    store_cwds_forget();
    if (error == 0 && pid != NULL)
        *pid = child;
    errno = before;
    return error;
}

/* posix_spawn, or posix_spawnp where the file is searched for in PATH. */
static int spawn_file(pid_t *pid, const char *file, bool search,
                      const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *attr,
                      char *const argv[], char *const envp[])
{
    struct spawn s = {.actions = fa == NULL ? NULL : ours_const(fa),
                      .attr = attr,
                      .file = file,
                      .argv = argv,
                      .envp = envp,
                      .search = search};
    return spawn(pid, &s);
}

LX_EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
                          const posix_spawn_file_actions_t *fa,
                          const posix_spawnattr_t *restrict attr, char *const argv[restrict],
                          char *const envp[restrict])
{
    return spawn_file(pid, path, false, fa, attr, argv, envp);
}

LX_EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
                           const posix_spawn_file_actions_t *fa,
                           const posix_spawnattr_t *restrict attr, char *const argv[restrict],
                           char *const envp[restrict])
{
    return spawn_file(pid, file, true, fa, attr, argv, envp);
}
