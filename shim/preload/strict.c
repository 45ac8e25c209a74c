/* SPDX-License-Identifier: MIT */
#include "preload/strict.h"

#include <string.h>
#include <sys/prctl.h>

#include "sys/strict.h"

/* Written before the process makes its last call but four, by the one thread that it has. */
static int own_pid;

static void end(int signal)
{
    (void)signal;
    SYS2(SYS_kill, own_pid, SIGKILL);
    __builtin_trap(); /* the first process of a namespace, which cannot be killed from within */
}

/* True where there is one filter only, and it is that. */
static bool is_supervised_only(char *status, size_t room)
{
    if (!sys_is_supervised())
        return false;
    int fd = sys_openat(AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC, 0);
    long n = fd < 0 ? -1 : sys_read(fd, status, room - 1);
    if (fd >= 0)
        sys_close(fd);
    status[n < 0 ? 0 : n] = '\0';
    return strstr(status, SYS_STRICT_ONE_FILTER) != NULL;
}

/* Has SIGSYS handled, where the process is one thread. */
static bool ends_itself(const char *status, struct sys_strict_action *before)
{
    const struct sys_strict_action action = sys_strict_action((uintptr_t)end);
    const uint64_t mask = SYS_STRICT_MASK;
    own_pid = (int)SYS0(SYS_getpid);
    return strstr(status, SYS_STRICT_ALONE) != NULL &&
           SYS4(SYS_rt_sigaction, SIGSYS, &action, before, sizeof(mask)) == 0 &&
           SYS4(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, sizeof(mask)) == 0;
}

long lx_strict(void)
{
    char status[4096];
    struct sock_filter filter[SYS_STRICT_LENGTH];
    const struct sock_fprog program = {SYS_STRICT_LENGTH, filter};
    struct sys_strict_action before;
    if (!is_supervised_only(status, sizeof(status)))
        return -EINVAL;
    bool alone = ends_itself(status, &before);
    sys_strict_filter(filter, own_pid, alone);
    long r = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    if (r == -EACCES) {
        /* Who cannot execute anything any more gains nothing by it either. */
        SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        r = SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    }
    if (r < 0 && alone)
        SYS4(SYS_rt_sigaction, SIGSYS, &before, NULL, sizeof(uint64_t));
    return r < 0 ? -EINVAL : 0;
}
