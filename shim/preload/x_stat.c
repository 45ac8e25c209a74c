/* SPDX-License-Identifier: MIT */
/* stat in all its names: before glibc 2.33 (__xstat) and after, LFS64, statx. */
#include "preload/shim.h"
#include "sys/sys.h"

LX_EXPORT int stat(const char *restrict path, struct stat *restrict st)
{
    return (int)lx_ret(lx_fstatat(lx_self(), AT_FDCWD, path, st, 0));
}
LX_ALIAS(stat64, stat);

LX_EXPORT int lstat(const char *restrict path, struct stat *restrict st)
{
    return (int)lx_ret(lx_fstatat(lx_self(), AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW));
}
LX_ALIAS(lstat64, lstat);

LX_EXPORT int fstat(int fd, struct stat *st)
{
    if (fd < 0)
        return (int)lx_ret(-EBADF);
    return (int)lx_ret(lx_fstatat(lx_self(), fd, "", st, AT_EMPTY_PATH));
}
LX_ALIAS(fstat64, fstat);
LX_ALIAS(__fstat64, fstat);

LX_EXPORT int fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
    return (int)lx_ret(lx_fstatat(lx_self(), dirfd, path, st, flags));
}
LX_ALIAS(fstatat64, fstatat);

/* The version says which struct stat is meant; 64-bit Linux only ever had one. */
static bool known(int version)
{
    return version == 0 || version == 1;
}

LX_EXPORT int __xstat(int version, const char *path, struct stat *st);
LX_EXPORT int __xstat(int version, const char *path, struct stat *st)
{
    return known(version) ? stat(path, st) : (int)lx_ret(-EINVAL);
}
LX_ALIAS(__xstat64, __xstat);

LX_EXPORT int __lxstat(int version, const char *path, struct stat *st);
LX_EXPORT int __lxstat(int version, const char *path, struct stat *st)
{
    return known(version) ? lstat(path, st) : (int)lx_ret(-EINVAL);
}
LX_ALIAS(__lxstat64, __lxstat);

LX_EXPORT int __fxstat(int version, int fd, struct stat *st);
LX_EXPORT int __fxstat(int version, int fd, struct stat *st)
{
    return known(version) ? fstat(fd, st) : (int)lx_ret(-EINVAL);
}
LX_ALIAS(__fxstat64, __fxstat);

LX_EXPORT int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
LX_EXPORT int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags)
{
    return known(version) ? fstatat(dirfd, path, st, flags) : (int)lx_ret(-EINVAL);
}
LX_ALIAS(__fxstatat64, __fxstatat);

LX_EXPORT int statx(int dirfd, const char *restrict path, int flags, unsigned mask,
                    struct statx *restrict stx)
{
    return (int)lx_ret(lx_statx(lx_self(), dirfd, path, flags, mask, stx));
}
