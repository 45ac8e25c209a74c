/* SPDX-License-Identifier: MIT */
/* File systems: statfs, statvfs, pathconf. */
#include <limits.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "preload/foreign.h"
#include "preload/next.h"
#include "preload/shim.h"
#include "sys/i386.h"
#include "sys/sys.h"

LX_EXPORT int statfs(const char *path, struct statfs *buf)
{
    return (int)lx_ret(lx_statfs(lx_self(), AT_FDCWD, path, buf));
}
LX_WIDE(statfs64, statfs);
LX_WIDE(__statfs, statfs);

LX_EXPORT int fstatfs(int fd, struct statfs *buf)
{
    return (int)lx_ret(fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, buf));
}
LX_WIDE(fstatfs64, fstatfs);

/* Not in every header: the kernel's word that f_flags is filled in. */
#define ST_VALID_FLAG 0x0020

/*
 * glibc says in a word that was spare, behind f_namemax, what kind of file system it is:
 * since 2.39, by its NEWS. Before it was zero there. Which glibc this is built with does not
 * matter.
 */
static bool tells_type(void)
{
#if defined(LXSHIM_MUSL)
    return true; /* musl does since 1.2.5, in the same word; before that it is as spare */
#else
    const char *version = lx_foreign() ? "" : gnu_get_libc_version();
    unsigned minor = 0;
    if (version[0] != '2' || version[1] != '.')
        return version[0] > '2';
    for (version += 2; *version >= '0' && *version <= '9'; version++)
        minor = minor * 10 + (unsigned)(*version - '0');
    return minor >= 39;
#endif
}

static void set_type(struct statvfs *to, unsigned type)
{
    const size_t at = offsetof(struct statvfs, f_namemax) + sizeof(to->f_namemax);
    _Static_assert(sizeof(*to) >=
                       offsetof(struct statvfs, f_namemax) + sizeof(to->f_namemax) + sizeof(type),
                   "no spare word behind f_namemax");
    memcpy((char *)to + at, &type, sizeof(type));
}

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
        .f_fsid = (unsigned long)((uint64_t)(unsigned)from->f_fsid.__val[0] |
                                  (uint64_t)(unsigned)from->f_fsid.__val[1] << 32),
        .f_flag = (unsigned long)from->f_flags & ~(unsigned long)ST_VALID_FLAG,
        .f_namemax = (unsigned long)from->f_namelen,
    };
    if (tells_type())
        set_type(to, (unsigned)from->f_type);
    return 0;
}

LX_EXPORT int statvfs(const char *restrict path, struct statvfs *restrict buf)
{
    struct statfs fs;
    return convert(lx_statfs(lx_self(), AT_FDCWD, path, &fs), &fs, buf);
}
LX_WIDE(statvfs64, statvfs);

LX_EXPORT int fstatvfs(int fd, struct statvfs *buf)
{
    struct statfs fs;
    return convert(fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, &fs), &fs, buf);
}
LX_WIDE(fstatvfs64, fstatvfs);

#if defined(__i386__)
/* Those whose counts have 32 bits. */
LX_NARROW(int, statfs, const char *path, struct i386_statfs *buf)
{
    struct statfs fs;
    long r = lx_statfs(lx_self(), AT_FDCWD, path, &fs);
    return (int)lx_ret(r < 0 ? r : i386_put_statfs(&fs, buf));
}
LX_ALIAS(__statfs, statfs);

LX_NARROW(int, fstatfs, int fd, struct i386_statfs *buf)
{
    struct statfs fs;
    long r = fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, &fs);
    return (int)lx_ret(r < 0 ? r : i386_put_statfs(&fs, buf));
}

struct narrow_statvfs {
    uint32_t bsize;
    uint32_t frsize;
    uint32_t blocks;
    uint32_t bfree;
    uint32_t bavail;
    uint32_t files;
    uint32_t ffree;
    uint32_t favail;
    uint32_t fsid;
    uint32_t unused;
    uint32_t flag;
    uint32_t namemax;
    uint32_t spare[6];
};

static int convert_narrow(long r, const struct statfs *from, struct narrow_statvfs *to)
{
    struct i386_statfs fs;
    struct statvfs v;
    if (r >= 0)
        r = i386_put_statfs(from, &fs); /* whether it fits */
    if (convert(r, from, &v) < 0)
        return -1;
    *to = (struct narrow_statvfs){
        .bsize = (uint32_t)v.f_bsize,
        .frsize = (uint32_t)v.f_frsize,
        .blocks = fs.blocks,
        .bfree = fs.bfree,
        .bavail = fs.bavail,
        .files = fs.files,
        .ffree = fs.ffree,
        .favail = fs.ffree,
        .fsid = (uint32_t)v.f_fsid,
        .flag = (uint32_t)v.f_flag,
        .namemax = (uint32_t)v.f_namemax,
    };
    return 0;
}

LX_NARROW(int, statvfs, const char *path, struct narrow_statvfs *buf)
{
    struct statfs fs;
    return convert_narrow(lx_statfs(lx_self(), AT_FDCWD, path, &fs), &fs, buf);
}

LX_NARROW(int, fstatvfs, int fd, struct narrow_statvfs *buf)
{
    struct statfs fs;
    return convert_narrow(fd < 0 ? -EBADF : lx_statfs(lx_self(), fd, LX_DESCRIPTOR, &fs), &fs, buf);
}
#endif

/*
 * What libc says of a file that is not there, for the reason `error`: most names are the same for
 * every file, and one that it does not know is a mistake before any path is looked at.
 */
static long without_a_file(const char *path, int name, int error)
{
    long r = -1;
    errno = error;
    if (error == EFAULT || path[0] == '\0')
        return r;
    errno = 0;
    r = NEXT(pathconf)("/dev/null/nowhere", name);
    if (errno != 0 && errno != EINVAL)
        errno = error;
    return r;
}

/* The same of a file, by whom no descriptor is left: libc takes none, and goes by a name. */
static long without_a_descriptor(const char *path, int name)
{
    char native[PATH_MAX];
    long r = lx_native_path(lx_self(), AT_FDCWD, path, native, sizeof(native), 0);
    if (r < 0)
        return without_a_file(path, name, (int)-r);
    errno = 0;
    return NEXT(pathconf)(native, name);
}

/* What a file system allows is asked of a descriptor: fpathconf knows all the names there are. */
LX_EXPORT long pathconf(const char *path, int name)
{
    int before = errno;
    long r = lx_openat(lx_self(), AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
    int fd = (int)r;
    errno = 0;
    if (r == -EMFILE || r == -ENFILE)
        r = without_a_descriptor(path, name);
    else
        r = fd < 0 ? without_a_file(path, name, -fd) : fpathconf(fd, name);
    int after = errno;
    if (fd >= 0)
        sys_close(fd);
    /* -1 without an errno means "no limit" and must stay that. */
    errno = after != 0 ? after : before;
    return r;
}
