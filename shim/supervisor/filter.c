/* SPDX-License-Identifier: MIT */
/* How the seccomp filter is installed, and why it cannot be. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>

#include "fs/call.h"
#include "supervisor/broker.h"
#include "supervisor/supervisor.h"
#include "sys/sys.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* What tools/filter.c has made of calls.def when this was built. */
static struct sock_filter filter[] = {
#include "supervisor/filter.inc"
};

/* The same with uname, sysinfo and copy_file_range, of which otherwise nobody has to be told. */
static struct sock_filter filter_shows[] = {
#include "supervisor/filter_shows.inc"
};

/* That, and with what writes: of which a run is told only where a rule or an override asks. */
static struct sock_filter filter_writes[] = {
#include "supervisor/filter_writes.inc"
};

/* That, and with what reads, where an override asks. */
static struct sock_filter filter_moves[] = {
#include "supervisor/filter_moves.inc"
};

#define PROGRAM(code)                          \
    {                                          \
        sizeof(code) / sizeof((code)[0]), code \
    }

static const struct sock_fprog programs[] = {
    [SUPERVISE_PLAIN] = PROGRAM(filter),
    [SUPERVISE_SHOWS] = PROGRAM(filter_shows),
    [SUPERVISE_WRITES] = PROGRAM(filter_writes),
    [SUPERVISE_MOVES] = PROGRAM(filter_moves),
};

enum supervise_filter supervise_filter(const struct lx_policy *policy)
{
    if ((policy->judged_ops >> LX_OP_READ & 1) != 0)
        return SUPERVISE_MOVES;
    if ((policy->judged_ops >> LX_OP_WRITE & 1) != 0)
        return SUPERVISE_WRITES;
    bool copies = (policy->judged_ops >> LX_OP_COPY & 1) != 0;
    return copies || policy->shows ? SUPERVISE_SHOWS : SUPERVISE_PLAIN;
}

/*
 * True where the kernel is older than Linux 5.minor: the kernel itself is asked, by the
 * instruction, as in a session libc's uname has another.
 */
static bool is_before(unsigned least)
{
    struct utsname name;
    unsigned major = 0;
    unsigned minor = 0;
    if (SYS1(SYS_uname, &name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return false;
    return major < 5 || (major == 5 && minor < least);
}

/* What workers rely on: a descriptor is handed over and the call answered in one step. */
static bool is_old(void)
{
    return is_before(14);
}

bool supervise_holds(void)
{
    return !is_before(19);
}

/*
 * Whether a worker will be able to look into programs. Returns 0 or -errno, of which
 * supervise_reason knows these two. Docker's own filter has no pidfd_getfd without CAP_SYS_PTRACE.
 */
#define NOT_BY_YAMA ENXIO
#define NO_GETFD    ESRCH

static int may_look(void)
{
    if (broker_need() == BROKER_IN_VAIN)
        return -NOT_BY_YAMA;
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    int copy = self < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, self, self, 0);
    if (copy >= 0)
        close(copy);
    if (self >= 0)
        close(self);
    return copy < 0 ? -NO_GETFD : 0;
}

const char *supervise_reason(int error)
{
    static char text[128]; /* the program has one thread */
    switch (-error) {
    case NOT_BY_YAMA:
        return "no program may look into another (kernel.yama.ptrace_scope is 2 or 3)";
    case NO_GETFD:
        return "pidfd_getfd is forbidden here, as in Docker's containers without SYS_PTRACE";
    case ENOTSUP:
        return "the kernel is older than Linux 5.14";
    case EBUSY:
        return "there is a seccomp listener already, as inside another lxshim run; its policy "
               "holds "
               "for what the library does not see";
    case ENOSYS:
        return "the kernel has no seccomp (ENOSYS)";
    case EINVAL:
        return "the kernel gives no listener (EINVAL), as gVisor";
    case EPERM:
    case EACCES:
        snprintf(text, sizeof(text), "seccomp is forbidden here (%s)", strerror(-error));
        return text;
    default:
        snprintf(text, sizeof(text), "the filter cannot be installed (%s)", strerror(-error));
        return text;
    }
}

int supervise_try(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int listener = supervise_install(SUPERVISE_PLAIN);
        _exit(listener < 0 ? -listener : 0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0)
        return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPERM; /* whoever kills for it forbids it */
}

static long install(const struct sock_fprog *program)
{
    /* A call that has been taken is not interrupted but by a fatal signal: it may have been made.
     */
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    long fd = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
    if (fd == -EINVAL) /* before Linux 5.19 */
        fd = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
    return fd;
}

int supervise_install(enum supervise_filter which)
{
    const struct sock_fprog *program = &programs[which];
    struct seccomp_notif_sizes sizes;
    if (is_old())
        return -ENOTSUP;
    int able = may_look();
    if (able < 0)
        return able;
    long r = SYS3(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
    if (r < 0)
        return (int)r;
    /*
     * By the instruction itself: to the preloaded library in this process, a program that installs
     * a filter of its own has to be left alone.
     */
    if (geteuid() != 0)
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long fd = install(program);
    if (fd == -EACCES && geteuid() == 0) { /* root without CAP_SYS_ADMIN, as in containers */
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        fd = install(program);
    }
    return (int)fd;
}
