/* SPDX-License-Identifier: MIT */
/* File systems: statfs, statvfs, pathconf. */
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/address.h"
#include "sys/sys.h"

LX_EXPORT int statfs(const char *path, struct statfs *buf)
{
    return (int)lx_ret(lx_statfs(lx_self(), AT_FDCWD, path, buf));
}
LX_ALIAS(statfs64, statfs);
LX_ALIAS(__statfs, statfs);

LX_EXPORT int fstatfs(int fd, struct statfs *buf)
{
    return (int)lx_ret(fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, buf));
}
LX_ALIAS(fstatfs64, fstatfs);

/* Not in every header: the kernel's word that f_flags is filled in. */
#define ST_VALID_FLAG 0x0020

static int convert(long r, const struct statfs *from, struct statvfs *to)
{
    if (r < 0)
        return (int)lx_ret(r);
    *to = (struct statvfs){
        .f_bsize = (unsigned long)from->f_bsize,
        .f_frsize = (unsigned long)(from->f_frsize != 0 ? from->f_frsize : from->f_bsize),
        .f_blocks = from->f_blocks,
        .f_bfree = from->f_bfree,
        .f_bavail = from->f_bavail,
        .f_files = from->f_files,
        .f_ffree = from->f_ffree,
        .f_favail = from->f_ffree,
        .f_fsid = (unsigned long)(unsigned)from->f_fsid.__val[0] |
                  (unsigned long)(unsigned)from->f_fsid.__val[1] << 32,
        .f_flag = (unsigned long)from->f_flags & ~(unsigned long)ST_VALID_FLAG,
        .f_namemax = (unsigned long)from->f_namelen,
    };
    return 0;
}

LX_EXPORT int statvfs(const char *restrict path, struct statvfs *restrict buf)
{
    struct statfs fs;
    return convert(lx_statfs(lx_self(), AT_FDCWD, path, &fs), &fs, buf);
}
LX_ALIAS(statvfs64, statvfs);

LX_EXPORT int fstatvfs(int fd, struct statvfs *buf)
{
    struct statfs fs;
    return convert(fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, &fs), &fs, buf);
}
LX_ALIAS(fstatvfs64, fstatvfs);

/*
 * What libc says of a file that is not there, for the reason `error`: most names are the same for
 * every file, and one that it does not know is a mistake before any path is looked at.
 */
static long without_a_file(const char *path, int name, int error)
{
    long r = -1;
    errno = error;
    if (!sys_readable(path) || path[0] == '\0')
        return r;
    errno = 0;
    r = NEXT(pathconf)("/dev/null/nowhere", name);
    if (errno != 0 && errno != EINVAL)
        errno = error;
    return r;
}

/* What a file system allows is asked of a descriptor: fpathconf knows all the names there are. */
LX_EXPORT long pathconf(const char *path, int name)
{
    int before = errno;
    int fd = (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, O_PATH | O_CLOEXEC, 0));
    errno = fd < 0 ? errno : 0;
    long r = fd < 0 ? without_a_file(path, name, errno) : fpathconf(fd, name);
    int after = errno;
    if (fd >= 0)
        sys_close(fd);
    /* -1 without an errno means "no limit" and must stay that. */
    errno = after != 0 ? after : before;
    return r;
}
