/* SPDX-License-Identifier: MIT */
/* stat in all its names: before glibc 2.33 (__xstat) and after, LFS64, statx. */
#include <errno.h>
#include <sys/sysmacros.h>

#include "preload/shim.h"
#include "sys/i386.h"
#include "sys/sys.h"
#include "vfs/shown.h"

LX_EXPORT int stat(const char *restrict path, struct stat *restrict st)
{
    return (int)lx_ret(lx_fstatat(lx_self(), AT_FDCWD, path, st, 0));
}
LX_WIDE(stat64, stat);

LX_EXPORT int lstat(const char *restrict path, struct stat *restrict st)
{
    return (int)lx_ret(lx_fstatat(lx_self(), AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW));
}
LX_WIDE(lstat64, lstat);

LX_EXPORT int fstat(int fd, struct stat *st)
{
    if (fd < 0)
        return (int)lx_ret(-EBADF);
    return (int)lx_ret(lx_fstat(lx_self(), fd, st));
}
LX_WIDE(fstat64, fstat);
LX_WIDE(__fstat64, fstat);

LX_EXPORT int fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
    return (int)lx_ret(lx_fstatat(lx_self(), dirfd, path, st, flags));
}
LX_WIDE(fstatat64, fstatat);

static struct statx_timestamp time_of(const struct timespec *t)
{
    return (struct statx_timestamp){.tv_sec = t->tv_sec, .tv_nsec = (uint32_t)t->tv_nsec};
}

/* What libc's statx tells by a kernel that has no such call: what fstatat does. */
static int statx_by_stat(int dirfd, const char *path, int flags, struct statx *stx)
{
    struct stat st;
    if ((flags & ~(AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW | AT_STATX_SYNC_TYPE)) !=
        0)
        return (int)lx_ret(-EINVAL);
    long r = lx_fstatat(lx_self(), dirfd, path, &st, flags & ~AT_STATX_SYNC_TYPE);
    if (r < 0)
        return (int)lx_ret(r);
    *stx = (struct statx){.stx_mask = STATX_BASIC_STATS,
                          .stx_blksize = (uint32_t)st.st_blksize,
                          .stx_nlink = (uint32_t)st.st_nlink,
                          .stx_uid = st.st_uid,
                          .stx_gid = st.st_gid,
                          .stx_mode = (uint16_t)st.st_mode,
                          .stx_ino = st.st_ino,
                          .stx_size = (uint64_t)st.st_size,
                          .stx_blocks = (uint64_t)st.st_blocks,
                          .stx_atime = time_of(&st.st_atim),
                          .stx_mtime = time_of(&st.st_mtim),
                          .stx_ctime = time_of(&st.st_ctim),
                          .stx_rdev_major = major(st.st_rdev),
                          .stx_rdev_minor = minor(st.st_rdev),
                          .stx_dev_major = major(st.st_dev),
                          .stx_dev_minor = minor(st.st_dev)};
    return 0;
}

LX_EXPORT int statx(int dirfd, const char *restrict path, int flags, unsigned mask,
                    struct statx *restrict stx)
{
    if (shown_lacks(lx_self(), SYS_statx))
        return statx_by_stat(dirfd, path, flags, stx);
    return (int)lx_ret(lx_statx(lx_self(), dirfd, path, flags, mask, stx));
}

#if !defined(__i386__)
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
#else
/* libc's structure of before sizes of 64 bits; that of before such times is the kernel's stat64. */
struct narrow_stat {
    uint64_t dev;
    uint32_t pad1;
    uint32_t ino;
    uint32_t mode;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    uint64_t rdev;
    uint32_t pad2;
    int32_t size;
    int32_t blksize;
    int32_t blocks;
    uint32_t atime[2];
    uint32_t mtime[2];
    uint32_t ctime[2];
    uint32_t reserved[2];
} __attribute__((packed, aligned(4)));

static bool is_long(const struct timespec *t)
{
    return t->tv_sec != (int32_t)t->tv_sec;
}

/* What libc refuses to cut off. */
static long check_times(const struct stat *st)
{
    bool some = is_long(&st->st_atim) || is_long(&st->st_mtim) || is_long(&st->st_ctim);
    return some ? -EOVERFLOW : 0;
}

static long put_narrow_stat(const struct stat *from, struct narrow_stat *to)
{
    memset(to, 0, sizeof(*to));
    to->dev = from->st_dev;
    to->ino = (uint32_t)from->st_ino;
    to->mode = from->st_mode;
    to->nlink = from->st_nlink;
    to->uid = from->st_uid;
    to->gid = from->st_gid;
    to->rdev = from->st_rdev;
    to->size = (int32_t)from->st_size;
    to->blksize = (int32_t)from->st_blksize;
    to->blocks = (int32_t)from->st_blocks;
    i386_put_time(&from->st_atim, to->atime);
    i386_put_time(&from->st_mtim, to->mtime);
    i386_put_time(&from->st_ctim, to->ctime);
    bool fits =
        to->ino == from->st_ino && to->size == from->st_size && to->blocks == from->st_blocks;
    return fits ? check_times(from) : -EOVERFLOW;
}

static long put_stat64(const struct stat *from, struct i386_stat64 *to)
{
    i386_put_stat64(from, to);
    return check_times(from);
}

/* The stats of one structure: of a path, of a symlink, of a descriptor, and of the first two from
 * somewhere. */
#define STATS(type, put, plain, of_link, of_fd, at)                                      \
    LX_NARROW(int, at, int dirfd, const char *path, struct type *to, int flags)          \
    {                                                                                    \
        struct stat st;                                                                  \
        long r = lx_fstatat(lx_self(), dirfd, path, &st, flags);                         \
        return (int)lx_ret(r < 0 ? r : put(&st, to));                                    \
    }                                                                                    \
    LX_NARROW(int, plain, const char *path, struct type *to)                             \
    {                                                                                    \
        return lx_narrow_##at(AT_FDCWD, path, to, 0);                                    \
    }                                                                                    \
    LX_NARROW(int, of_link, const char *path, struct type *to)                           \
    {                                                                                    \
        return lx_narrow_##at(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);                  \
    }                                                                                    \
    LX_NARROW(int, of_fd, int fd, struct type *to)                                       \
    {                                                                                    \
        return fd < 0 ? (int)lx_ret(-EBADF) : lx_narrow_##at(fd, "", to, AT_EMPTY_PATH); \
    }
STATS(narrow_stat, put_narrow_stat, stat, lstat, fstat, fstatat)
STATS(i386_stat64, put_stat64, stat64, lstat64, fstat64, fstatat64)
LX_ALIAS(__fstat64, fstat64);

/*
 * The names of before glibc 2.33, which are told which structure is meant: the kernel's (1) or
 * libc's (3). Those with sizes of 64 bits have one structure, and two ways to say so.
 */
#define VERSION_KERNEL 1
#define VERSION_LIBC   3

LX_NARROW(int, __fxstatat, int version, int dirfd, const char *path, void *to, int flags)
{
    struct stat st;
    if (version != VERSION_LIBC && version != VERSION_KERNEL)
        return (int)lx_ret(-EINVAL);
    long r = lx_fstatat(lx_self(), dirfd, path, &st, flags);
    if (r < 0)
        return (int)lx_ret(r);
    return (int)lx_ret(version == VERSION_LIBC ? put_narrow_stat(&st, to) : i386_put_stat(&st, to));
}

LX_NARROW(int, __xstat, int version, const char *path, void *to)
{
    return lx_narrow___fxstatat(version, AT_FDCWD, path, to, 0);
}

LX_NARROW(int, __lxstat, int version, const char *path, void *to)
{
    return lx_narrow___fxstatat(version, AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

LX_NARROW(int, __fxstat, int version, int fd, void *to)
{
    return fd < 0 ? (int)lx_ret(-EBADF) : lx_narrow___fxstatat(version, fd, "", to, AT_EMPTY_PATH);
}

static int any_stat64(int dirfd, const char *path, struct i386_stat64 *to, int flags)
{
    struct stat st;
    long r = lx_fstatat(lx_self(), dirfd, path, &st, flags);
    return (int)lx_ret(r < 0 ? r : i386_put_stat64(&st, to));
}

LX_NARROW(int, __xstat64, int version, const char *path, struct i386_stat64 *to)
{
    (void)version;
    return any_stat64(AT_FDCWD, path, to, 0);
}

LX_NARROW(int, __lxstat64, int version, const char *path, struct i386_stat64 *to)
{
    (void)version;
    return any_stat64(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

LX_NARROW(int, __fxstat64, int version, int fd, struct i386_stat64 *to)
{
    (void)version;
    return fd < 0 ? (int)lx_ret(-EBADF) : any_stat64(fd, "", to, AT_EMPTY_PATH);
}

LX_NARROW(int, __fxstatat64, int version, int dirfd, const char *path, struct i386_stat64 *to,
          int flags)
{
    return version == VERSION_LIBC ? any_stat64(dirfd, path, to, flags) : (int)lx_ret(-EINVAL);
}
#endif
