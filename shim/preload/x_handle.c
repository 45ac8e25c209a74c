/* SPDX-License-Identifier: MIT */
/*
 * Calls on a descriptor that some client of Windows' drives has not, or makes otherwise. Where no
 * rule is about them they cost a test.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "preload/epolled.h"
#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/handles.h"
#include "vfs/opened.h"

static off_t seek(int fd, off_t offset, int whence)
{
    if (opened_is_any() && whence == SEEK_SET && offset == 0)
        epolled_renew(fd);
    long r = lx_judge_seek(lx_self(), fd, offset, whence);
    return r == 0 ? sys_lseek(fd, offset, whence) : r == LX_DONE ? 0 : r;
}

LX_EXPORT off_t lseek(int fd, off_t offset, int whence)
{
    off_t r = seek(fd, offset, whence);
    return r < 0 ? lx_ret((long)r) : r;
}
LX_WIDE(lseek64, lseek);

/* Cancellation points, with the mark by which the supervisor knows ours: see next.h. */
typedef int marked_sync(int, long, long, long, long, long);

LX_EXPORT int fsync(int fd)
{
    long r = lx_judge_sync(lx_self(), fd);
    return r < 0 ? (int)lx_ret(r) : NEXT_AS(fsync, marked_sync)(fd, 0, 0, 0, 0, SYS_COOKIE);
}

LX_EXPORT int fdatasync(int fd)
{
    long r = lx_judge_sync(lx_self(), fd);
    return r < 0 ? (int)lx_ret(r) : NEXT_AS(fdatasync, marked_sync)(fd, 0, 0, 0, 0, SYS_COOKIE);
}

LX_EXPORT int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags)
{
    long r = lx_judge_sync_range(lx_self(), fd);
    return (int)lx_ret(r < 0 ? r : sys_sync_file_range(fd, offset, length, flags));
}

static int request_of(int fd, unsigned long request, void *argument)
{
    long r = lx_judge_ioctl(lx_self(), fd, request, argument);
    return (int)lx_ret(r < 0 ? r : SYS3(SYS_ioctl, fd, request, argument));
}

#if !defined(LXSHIM_MUSL)
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request; /* as POSIX once had it; the kernel's is an unsigned one */
#endif

LX_EXPORT int ioctl(int fd, ioctl_request request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    return request_of(fd, (unsigned)request, argument);
}

#if defined(__i386__)
/* The one above is __ioctl_time64. */
LX_NARROW(int, ioctl, int fd, unsigned long request, void *argument)
{
    return request_of(fd, request, argument);
}

/* A position that has more than 32 bits is none. */
LX_NARROW(int32_t, lseek, int fd, int32_t offset, int whence)
{
    off_t r = seek(fd, offset, whence);
    return (int32_t)lx_ret(r == (int32_t)r ? (long)r : -EOVERFLOW);
}
#endif
