/* SPDX-License-Identifier: MIT */
/* The seccomp filter: which calls are trapped, which are refused, and how it is installed. */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>

#include "supervisor/broker.h"
#include "supervisor/calls.h"
#include "supervisor/supervisor.h"
#include "sys/sys.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/*
 * Calls without an answer of ours, and for which every caller has something to fall back on: the
 * resolve flags of openat2 cannot be kept while names are spelled anew, io_uring opens files where
 * nobody sees it, and the others are newer than any program's least kernel.
 */
static const int refused[] = {
    SYS_openat2,       SYS_io_uring_setup, SYS_setxattrat,   SYS_getxattrat,   SYS_listxattrat,
    SYS_removexattrat, SYS_open_tree_attr, SYS_file_getattr, SYS_file_setattr,
};

static int fill(scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp ours = {.arg = 5, .op = SCMP_CMP_NE, .datum_a = SYS_COOKIE};
    int r = 0;
    for (size_t i = 0; i < supervise_call_count && r == 0; i++)
        r = seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY, supervise_calls[i].number, 1, &ours);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && r == 0; i++)
        r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(ENOSYS), refused[i], 1, &ours);
    return r;
}

/* The filter's program for the kernel, to be freed; *length in instructions. NULL on failure. */
static struct sock_filter *compile(unsigned short *length)
{
    struct sock_filter *code = NULL;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (ctx == NULL || fd < 0)
        goto out;
    /* Nobody walks around by switching to the 32-bit ABI: its calls are not there. */
    if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) != 0 ||
        seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0 || fill(ctx) != 0 ||
        seccomp_export_bpf(ctx, fd) != 0)
        goto out;
    off_t size = lseek(fd, 0, SEEK_END);
    code = size > 0 ? malloc((size_t)size) : NULL;
    if (code != NULL && pread(fd, code, (size_t)size, 0) != size) {
        free(code);
        code = NULL;
    }
    *length = (unsigned short)((size_t)size / sizeof(*code));
out:
    if (fd >= 0)
        close(fd);
    if (ctx != NULL)
        seccomp_release(ctx);
    return code;
}

/* True where the kernel is older than Linux 5.minor. */
static bool is_before(unsigned least)
{
    struct utsname name;
    unsigned major = 0;
    unsigned minor = 0;
    if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
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
        int listener = supervise_install();
        _exit(listener < 0 ? -listener : 0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0)
        return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPERM; /* whoever kills for it forbids it */
}

int supervise_install(void)
{
    struct sock_fprog program;
    struct seccomp_notif_sizes sizes;
    if (is_old())
        return -ENOTSUP;
    int able = may_look();
    if (able < 0)
        return able;
    /* libseccomp would ask the same, and say less. */
    long r = SYS3(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
    if (r < 0)
        return (int)r;
    program.filter = compile(&program.len);
    if (program.filter == NULL)
        return -ENOMEM;
    /*
     * By the instruction itself: to the preloaded library in this process, a program that installs
     * a filter of its own has to be left alone.
     */
    if (geteuid() != 0)
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    /* A call that has been taken is not interrupted but by a fatal signal: it may have been made.
     */
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    long fd = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (fd == -EINVAL) /* before Linux 5.19 */
        fd = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (fd == -EPERM && geteuid() == 0) { /* root, but not of this container's parent */
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        fd = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    }
    free(program.filter);
    return (int)fd;
}
