/* SPDX-License-Identifier: MIT */
/* The open family. */
#include <stdarg.h>

#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/extensible.h"
#include "vfs/placement.h"

/* Fortified programs call these when they pass no mode; a mode is needed to create. */
void __chk_fail(void) __attribute__((weak, noreturn));

static bool needs_mode(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

/* The mode behind the flags in a call's arguments, where one is needed. */
#define MODE_OF(flags)                     \
    ({                                     \
        mode_t mode_ = 0;                  \
        if (needs_mode(flags)) {           \
            va_list args_;                 \
            va_start(args_, flags);        \
            mode_ = va_arg(args_, mode_t); \
            va_end(args_);                 \
        }                                  \
        mode_;                             \
    })

static inline __attribute__((always_inline)) int open_at(int dirfd, const char *path, int flags,
                                                         mode_t mode)
{
    return (int)lx_ret(placement_opened_by(lx_openat(lx_self(), dirfd, path, flags, mode), flags));
}

/* Of a fortified program. */
static int open_existing(int dirfd, const char *path, int flags)
{
    if (needs_mode(flags) && __chk_fail != NULL)
        __chk_fail();
    return open_at(dirfd, path, flags, 0);
}

LX_EXPORT int open(const char *path, int flags, ...)
{
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, MODE_OF(flags));
}
LX_WIDE(open64, open);
LX_WIDE(__open, open);
LX_WIDE(__open64, open);

LX_EXPORT int openat(int dirfd, const char *path, int flags, ...)
{
    return open_at(dirfd, path, flags | O_LARGEFILE, MODE_OF(flags));
}
LX_WIDE(openat64, openat);

/* A name of glibc 2.43's. */
struct open_how;
int openat2(int dirfd, const char *path, const struct open_how *how, size_t size);
LX_EXPORT int openat2(int dirfd, const char *path, const struct open_how *how, size_t size)
{
    const long args[6] = {dirfd, (long)path, (long)how, (long)size};
    return (int)lx_ret(vfs_openat2(lx_self(), args));
}

LX_EXPORT int creat(const char *path, mode_t mode)
{
    return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_LARGEFILE, mode);
}
LX_WIDE(creat64, creat);

LX_EXPORT int __open64_2(const char *path, int flags);
LX_EXPORT int __open64_2(const char *path, int flags)
{
    return open_existing(AT_FDCWD, path, flags | O_LARGEFILE);
}

LX_EXPORT int __openat64_2(int dirfd, const char *path, int flags);
LX_EXPORT int __openat64_2(int dirfd, const char *path, int flags)
{
    return open_existing(dirfd, path, flags | O_LARGEFILE);
}

#if defined(__i386__)
/* Files that end at 2 GiB. */
LX_NARROW(int, open, const char *path, int flags, ...)
{
    return open_at(AT_FDCWD, path, flags, MODE_OF(flags));
}
LX_ALIAS(__open, open);

LX_NARROW(int, __open64, const char *path, int flags, ...)
{
    return open_at(AT_FDCWD, path, flags | O_LARGEFILE, MODE_OF(flags));
}

LX_NARROW(int, openat, int dirfd, const char *path, int flags, ...)
{
    return open_at(dirfd, path, flags, MODE_OF(flags));
}

/* libc's is the kernel's creat, to which every file may be a large one. */
LX_NARROW(int, creat, const char *path, mode_t mode)
{
    return creat(path, mode);
}

LX_NARROW(int, __open_2, const char *path, int flags)
{
    return open_existing(AT_FDCWD, path, flags);
}

LX_NARROW(int, __openat_2, int dirfd, const char *path, int flags)
{
    return open_existing(dirfd, path, flags);
}
#else
LX_ALIAS(__open_2, __open64_2);
LX_ALIAS(__openat_2, __openat64_2);
#endif
