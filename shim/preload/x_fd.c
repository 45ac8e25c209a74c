/* SPDX-License-Identifier: MIT */
/*
 * Names that end or replace descriptors: what was remembered about them is forgotten first. They do
 * nothing else; the next definition does the work, which keeps close a cancellation point.
 */
#include <stdio.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/verdict.h"

/* glibc's own other name for close; absent elsewhere. */
int __close(int fd) __attribute__((weak));

LX_EXPORT int close(int fd)
{
    verdict_forget_fd(fd);
    return __close != NULL ? __close(fd) : (int)lx_ret(sys_close(fd));
}

LX_EXPORT int dup2(int from, int to)
{
    verdict_forget_fd(to);
    if (from == to)
        return (int)lx_ret(sys_fcntl(from, F_GETFD, 0) < 0 ? -EBADF : to);
    int r = sys_dup3(from, to, 0);
    verdict_forget_fd(to);
    return (int)lx_ret(r);
}
LX_ALIAS(__dup2, dup2);

LX_EXPORT int dup3(int from, int to, int flags)
{
    verdict_forget_fd(to);
    int r = sys_dup3(from, to, flags);
    verdict_forget_fd(to);
    return (int)lx_ret(r);
}

LX_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    verdict_forget_descriptors();
    return (int)lx_ret(SYS3(SYS_close_range, first, last, flags));
}

LX_EXPORT void closefrom(int lowest)
{
    verdict_forget_descriptors();
    NEXT(closefrom)(lowest);
}

LX_EXPORT int fclose(FILE *stream)
{
    verdict_forget_fd(fileno(stream));
    return NEXT(fclose)(stream);
}
LX_ALIAS(_IO_fclose, fclose);
