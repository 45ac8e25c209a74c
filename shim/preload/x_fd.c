/* SPDX-License-Identifier: MIT */
/*
 * Names that end or replace descriptors: what was remembered about them is forgotten first, and
 * what waits for the end is finished after it. The next definition does the work, which keeps close
 * a cancellation point.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "preload/ending.h"
#include "preload/epolled.h"
#include "preload/next.h"
#include "sys/sys.h"
#include "vfs/handles.h"
#include "vfs/opened.h"
#include "vfs/placement.h"

/* glibc's own other name for close; absent elsewhere. */
int __close(int fd) __attribute__((weak));

static inline int close_plainly(int fd)
{
    placement_forget_fd(fd);
    epolled_end(fd);
    return __close != NULL ? __close(fd) : NEXT(close)(fd);
}

static long close_now(void *what)
{
    return close_plainly(*(const int *)what);
}

/* Apart, for it has the descriptor in memory. */
static __attribute__((noinline)) int close_ending(int fd)
{
    return (int)ending(fd, close_now, &fd);
}

LX_EXPORT int close(int fd)
{
    return __builtin_expect(ending_matters(fd), 0) ? close_ending(fd) : close_plainly(fd);
}

/*
 * What is known of a descriptor is known of its duplicate: asking where it is costs more than the
 * directory that is listed through it. A copy of something half-written fits nothing.
 */
static void remember_copy(int from, struct placement_known known, int to)
{
    placement_remember_copy(from, known, to);
    if (opened_is_any() && opened_has(from))
        opened_note(to);
}

LX_EXPORT int dup(int from)
{
    struct placement_known known = placement_known_of(from);
    int r = (int)SYS1(SYS_dup, from);
    if (r >= 0)
        remember_copy(from, known, r);
    return (int)lx_ret(r);
}

/* What is locked, owned or signalled by a descriptor is the next definition's to do. */
int __fcntl(int fd, int command, ...) __attribute__((weak));

typedef int fcntl_fn(int fd, int command, ...);

static int control(int fd, int command, void *argument, fcntl_fn *next)
{
    if (command == F_SETFL) { /* by the instruction, as the supervisor is asked about others */
        long r = lx_judge_fcntl(lx_self(), fd, command, (long)argument);
        return (int)lx_ret(r == 0 ? sys_fcntl(fd, command, (long)argument) : r < 0 ? r : 0);
    }
    if (command == F_GETFL)
        return (int)lx_ret(lx_flags_of(fd));
    if (command != F_DUPFD && command != F_DUPFD_CLOEXEC)
        return next != NULL ? next(fd, command, argument) : NEXT(fcntl)(fd, command, argument);
    struct placement_known known = placement_known_of(fd);
    int r = sys_fcntl(fd, command, (long)argument);
    if (r >= 0)
        remember_copy(fd, known, r);
    return (int)lx_ret(r);
}

#define ARGUMENT_AFTER(command)            \
    ({                                     \
        va_list args_;                     \
        va_start(args_, command);          \
        void *it_ = va_arg(args_, void *); \
        va_end(args_);                     \
        it_;                               \
    })

#if !defined(__i386__)
LX_EXPORT int fcntl(int fd, int command, ...)
{
    return control(fd, command, ARGUMENT_AFTER(command), __fcntl);
}
LX_ALIAS(fcntl64, fcntl);
#else
/*
 * Of locks with sizes of 64 bits. Only one that is waited for is a cancellation point; the others
 * need no looking up, which a signal handler could not do.
 */
LX_EXPORT int fcntl(int fd, int command, ...)
{
    bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    fcntl_fn *next = waits ? NEXT_NAMED("fcntl64", fcntl_fn) : NULL;
    return control(fd, command, ARGUMENT_AFTER(command), next);
}

LX_NARROW(int, fcntl64, int fd, int command, ...)
{
    return fcntl(fd, command, ARGUMENT_AFTER(command));
}

LX_NARROW(int, fcntl, int fd, int command, ...)
{
    return control(fd, command, ARGUMENT_AFTER(command), __fcntl);
}
#endif

struct replacement {
    int from;
    int to;
    int flags;
};

static long replace_now(void *what)
{
    const struct replacement *p = what;
    struct placement_known known = placement_known_of(p->from);
    placement_forget_fd(p->to);
    epolled_end(p->to);
    int r = sys_dup3(p->from, p->to, p->flags);
    if (r >= 0)
        remember_copy(p->from, known, p->to);
    else
        placement_forget_fd(p->to);
    return lx_ret(r);
}

static int replace(int from, int to, int flags)
{
    struct replacement p = {from, to, flags};
    return (int)(ending_matters(to) ? ending(to, replace_now, &p) : replace_now(&p));
}

LX_EXPORT int dup2(int from, int to)
{
    if (from == to)
        return (int)lx_ret(sys_fcntl(from, F_GETFD, 0) < 0 ? -EBADF : to);
    return replace(from, to, 0);
}
LX_ALIAS(__dup2, dup2);

LX_EXPORT int dup3(int from, int to, int flags)
{
    return replace(from, to, flags);
}

#define CLOSES_LATER 4 /* CLOSE_RANGE_CLOEXEC, which closes nothing yet */

LX_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    const bool closes = (flags & CLOSES_LATER) == 0;
    placement_forget_descriptors(closes ? first : 1, closes ? last : 0);
    if (closes)
        epolled_end_range((int)first, last > INT_MAX ? INT_MAX : (int)last);
    int r = (int)lx_ret(SYS3(SYS_close_range, first, last, flags));
    vfs_settle(lx_self(), false);
    return r;
}

#if !defined(LXSHIM_MUSL) /* which has no such name */
LX_EXPORT void closefrom(int lowest)
{
    placement_forget_descriptors(lowest < 0 ? 0 : (unsigned)lowest, UINT_MAX);
    epolled_end_range(lowest, INT_MAX);
    NEXT(closefrom)(lowest);
    vfs_settle(lx_self(), false);
}
#endif

static long fclose_now(void *stream)
{
    placement_forget_fd(fileno(stream));
    epolled_end(fileno(stream));
    return NEXT(fclose)(stream);
}

LX_EXPORT int fclose(FILE *stream)
{
    int fd = fileno(stream);
    return (int)(ending_matters(fd) ? ending(fd, fclose_now, stream) : fclose_now(stream));
}
LX_ALIAS(_IO_fclose, fclose);
