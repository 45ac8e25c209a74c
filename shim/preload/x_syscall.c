/* SPDX-License-Identifier: MIT */
/* What syscall() hands us, and the calls by which a program confines itself. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <unistd.h>

#include "preload/exec.h"
#include "preload/inotify.h"
#include "preload/mounting.h"
#include "preload/shim.h"
#include "preload/strict.h"
#include "sys/sys.h"
#include "vfs/handles.h"
#include "vfs/opened.h"
#include "vfs/placement.h"
#include "vfs/shown.h"
#include "vfs/syscalls.h"

/* Called by syscall.S for the numbers that vfs_syscalls has an entry for. */
long lx_syscall(long nr, long a, long b, long c, long d, long e, long f);

static bool installs_filter(long operation)
{
    return operation == SECCOMP_SET_MODE_FILTER || operation == SECCOMP_SET_MODE_STRICT;
}

/* What an exported name has answered, as the kernel would. */
static long as_called(long r)
{
    return r < 0 ? -errno : r;
}

/*
 * Calls that wait, or go back to a file's beginning: other than the kernel's where the process has
 * a mount table open.
 */
static long by_table(long nr, const long a[6])
{
    switch (nr) {
    case SYS_epoll_ctl:
        return as_called(epoll_ctl((int)a[0], (int)a[1], (int)a[2], (struct epoll_event *)a[3]));
#ifdef SYS_poll
    case SYS_poll:
        return as_called(poll((struct pollfd *)a[0], (nfds_t)a[1], (int)a[2]));
#endif
#if !defined(__i386__) /* whose limits have two sizes */
#ifdef SYS_select
    case SYS_select:
        return as_called(select((int)a[0], (fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3],
                                (struct timeval *)a[4]));
#endif
    case SYS_ppoll:
        return as_called(ppoll((struct pollfd *)a[0], (nfds_t)a[1], (const struct timespec *)a[2],
                               (const sigset_t *)a[3]));
    case SYS_pselect6:
        if (a[5] != 0 && !sys_readable((const void *)a[5], sizeof(void *), placement_tick()))
            return -EFAULT;
        return as_called(pselect((int)a[0], (fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3],
                                 (const struct timespec *)a[4],
                                 a[5] == 0 ? NULL : *(const sigset_t *const *)a[5]));
    case SYS_lseek:
        return as_called(lseek((int)a[0], a[1], (int)a[2]));
#endif
    default:
        return sys_call6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
}

static bool is_by_table(long nr)
{
    return nr == SYS_epoll_ctl || nr == SYS_ppoll || nr == SYS_pselect6
#if !defined(__i386__)
           || nr == SYS_lseek
#endif
#ifdef SYS_poll
           || nr == SYS_poll || nr == SYS_select
#endif
        ;
}

/* fcntl, and what of it a number of the kernel's is not enough for. */
static long control_by_number(long nr, const long a[6])
{
    const int fd = (int)a[0];
    const unsigned command = (unsigned)a[1];
    if (command == F_GETFL)
        return lx_flags_of(fd);
    const bool stays = (command == F_DUPFD || command == F_DUPFD_CLOEXEC) && placement_stays(fd);
    long r = vfs_syscalls[nr](lx_self(), a);
    if (stays && r >= 0)
        placement_note_staying((int)r, true);
    return r;
}

static long by_number(long nr, const long a[6])
{
    long r;
    if (shown_lacks(lx_self(), nr))
        return -ENOSYS;
    if (is_by_table(nr) && opened_is_any())
        return by_table(nr, a);
    switch (nr) {
#if defined(__i386__)
    case SYS_fcntl64:
#endif
    case SYS_fcntl:
        return control_by_number(nr, a);
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
    case SYS_open_tree_attr:
    case SYS_fspick:
    case SYS_fsconfig:
    case SYS_fsmount:
    case SYS_move_mount:
    case SYS_mount_setattr:
    case SYS_statmount:
    case SYS_listmount:
        return lx_mounting(nr, a);
    case SYS_epoll_ctl:
    case SYS_ppoll:
    case SYS_pselect6:
#ifdef SYS_poll
    case SYS_poll:
    case SYS_select:
#endif
        return sys_call6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
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
