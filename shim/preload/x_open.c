/* SPDX-License-Identifier: MIT */
/* The open family. */
#include <stdarg.h>

#include "preload/shim.h"
#include "sys/sys.h"

/* Fortified programs call these when they pass no mode; a mode is needed to create. */
void __chk_fail(void) __attribute__((weak, noreturn));

static bool needs_mode(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

LX_EXPORT int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (needs_mode(flags)) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, flags, mode));
}
LX_ALIAS(open64, open);
LX_ALIAS(__open, open);
LX_ALIAS(__open64, open);

LX_EXPORT int openat(int dirfd, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (needs_mode(flags)) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    return (int)lx_ret(lx_openat(lx_self(), dirfd, path, flags, mode));
}
LX_ALIAS(openat64, openat);

LX_EXPORT int __open_2(const char *path, int flags);
LX_EXPORT int __open_2(const char *path, int flags)
{
    if (needs_mode(flags) && __chk_fail != NULL)
        __chk_fail();
    return (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, flags, 0));
}
LX_ALIAS(__open64_2, __open_2);

LX_EXPORT int __openat_2(int dirfd, const char *path, int flags);
LX_EXPORT int __openat_2(int dirfd, const char *path, int flags)
{
    if (needs_mode(flags) && __chk_fail != NULL)
        __chk_fail();
    return (int)lx_ret(lx_openat(lx_self(), dirfd, path, flags, 0));
}
LX_ALIAS(__openat64_2, __openat_2);

LX_EXPORT int creat(const char *path, mode_t mode)
{
    int flags = O_WRONLY | O_CREAT | O_TRUNC;
    return (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, flags, mode));
}
LX_ALIAS(creat64, creat);
