/* SPDX-License-Identifier: MIT */
/* What syscall() hands us, and the calls by which a program confines itself. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "preload/exec.h"
#include "preload/inotify.h"
#include "preload/mounting.h"
#include "preload/shim.h"
#include "preload/strict.h"
#include "sys/sys.h"
#include "vfs/shown.h"
#include "vfs/syscalls.h"

/* Called by syscall.S for the numbers that vfs_syscalls has an entry for. */
long lx_syscall(long nr, long a, long b, long c, long d, long e, long f);

static bool installs_filter(long operation)
{
    return operation == SECCOMP_SET_MODE_FILTER || operation == SECCOMP_SET_MODE_STRICT;
}

static long by_number(long nr, const long a[6])
{
    long r;
    if (shown_lacks(lx_self(), nr))
        return -ENOSYS;
    switch (nr) {
    case SYS_execve:
        return exec_at(AT_FDCWD, (const char *)a[0], (char *const *)a[1], (char *const *)a[2], 0);
    case SYS_execveat:
        return exec_at((int)a[0], (const char *)a[1], (char *const *)a[2], (char *const *)a[3],
                       (int)a[4]);
    case SYS_inotify_add_watch:
        return inotify_watch((int)a[0], (const char *)a[1], (uint32_t)a[2]);
    case SYS_seccomp:
        r = SYS3(SYS_seccomp, a[0], a[1], a[2]);
        if (r == -EINVAL && a[0] == SECCOMP_SET_MODE_STRICT && a[1] == 0 && a[2] == 0)
            r = lx_strict();
        if (r >= 0 && installs_filter(a[0]))
            lx_confine();
        return r;
    case SYS_prctl:
        r = SYS5(SYS_prctl, a[0], a[1], a[2], a[3], a[4]);
        if (r == -EINVAL && a[0] == PR_SET_SECCOMP && a[1] == SECCOMP_MODE_STRICT)
            r = lx_strict();
        if (r >= 0 && a[0] == PR_SET_SECCOMP)
            lx_confine();
        return r;
    case SYS_mount:
    case SYS_umount2:
    case SYS_fsopen:
    case SYS_open_tree:
    case SYS_fspick:
    case SYS_fsconfig:
    case SYS_fsmount:
    case SYS_move_mount:
    case SYS_mount_setattr:
    case SYS_statmount:
    case SYS_listmount:
        return lx_mounting(nr, a);
    default:
        return vfs_syscalls[nr](lx_self(), a);
    }
}

long lx_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
    return lx_ret(by_number(nr, (const long[6]){a, b, c, d, e, f}));
}

#if defined(__i386__)
/* Called by assembly, where libc's own errno is far: for a call that it made itself and that
 * failed. */
long lx_syscall_failed(long r);
long lx_syscall_failed(long r)
{
    return lx_ret(r);
}
#endif

static int control_process(int option, va_list args)
{
    long a[6] = {option};
    for (int i = 1; i < 5; i++)
        a[i] = va_arg(args, long);
    return (int)lx_ret(by_number(SYS_prctl, a));
}

#define PRCTL(option)                            \
    ({                                           \
        va_list args_;                           \
        va_start(args_, option);                 \
        int r_ = control_process(option, args_); \
        va_end(args_);                           \
        r_;                                      \
    })

LX_EXPORT int prctl(int option, ...)
{
    return PRCTL(option);
}

#if defined(__i386__)
LX_NARROW(int, prctl, int option, ...)
{
    return PRCTL(option);
}
#endif
