/* SPDX-License-Identifier: MIT */
/* Permissions, owners, times, sizes and extended attributes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "fs/transfer.h"
#include "preload/next.h"
#include "preload/shim.h"
#include "sys/fdpath.h"
#include "sys/i386.h"
#include "sys/sys.h"
#include "vfs/transfers.h"

LX_EXPORT int access(const char *path, int mode)
{
    return (int)lx_ret(lx_faccessat(lx_self(), AT_FDCWD, path, mode, 0));
}

LX_EXPORT int faccessat(int dirfd, const char *path, int mode, int flags)
{
    return (int)lx_ret(lx_faccessat(lx_self(), dirfd, path, mode, flags));
}

LX_EXPORT int eaccess(const char *path, int mode)
{
    return (int)lx_ret(lx_faccessat(lx_self(), AT_FDCWD, path, mode, AT_EACCESS));
}
LX_ALIAS(euidaccess, eaccess);

LX_EXPORT int chmod(const char *path, mode_t mode)
{
    return (int)lx_ret(lx_fchmodat(lx_self(), AT_FDCWD, path, mode, 0));
}

/* The kernel refuses a descriptor that is only a place; musl then names it by /proc. */
#if defined(LXSHIM_MUSL)
#define BY_NAME_OF(fd, r, call)                               \
    ({                                                        \
        char name[SYS_FD_PATH];                               \
        long r_ = r;                                          \
        if (r_ == -EBADF && sys_fcntl(fd, F_GETFD, 0) >= 0) { \
            sys_fd_path(fd, name);                            \
            r_ = call;                                        \
        }                                                     \
        r_;                                                   \
    })
#else
#define BY_NAME_OF(fd, r, call) (r)
#endif

LX_EXPORT int fchmod(int fd, mode_t mode)
{
    long r = lx_fchmodat(lx_self(), fd, LX_DESCRIPTOR, mode, 0);
    return (int)lx_ret(BY_NAME_OF(fd, r, lx_fchmodat(lx_self(), AT_FDCWD, name, mode, 0)));
}

LX_EXPORT int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
    if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
        return (int)lx_ret(-EINVAL);
    return (int)lx_ret(lx_fchmodat(lx_self(), dirfd, path, mode, flags));
}

LX_EXPORT int lchmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

LX_EXPORT int chown(const char *path, uid_t uid, gid_t gid)
{
    return (int)lx_ret(lx_fchownat(lx_self(), AT_FDCWD, path, uid, gid, 0));
}

LX_EXPORT int lchown(const char *path, uid_t uid, gid_t gid)
{
    return (int)lx_ret(lx_fchownat(lx_self(), AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW));
}

LX_EXPORT int fchown(int fd, uid_t uid, gid_t gid)
{
    long r = lx_fchownat(lx_self(), fd, LX_DESCRIPTOR, uid, gid, 0);
    return (int)lx_ret(BY_NAME_OF(fd, r, lx_fchownat(lx_self(), AT_FDCWD, name, uid, gid, 0)));
}

LX_EXPORT int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
{
    return (int)lx_ret(lx_fchownat(lx_self(), dirfd, path, uid, gid, flags));
}

LX_EXPORT int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
    /*
     * Without a path glibc before 2.41 says EINVAL; later ones leave it to the kernel, which means
     * the descriptor's file. Asked of none, libc at hand says which, and changes nothing.
     */
    if (lx_is_null(path)) {
        if (NEXT_WIDE(utimensat, __utimensat64)(-1, path, times, flags) != 0 && errno == EINVAL)
            return -1;
        path = LX_DESCRIPTOR;
    }
    return (int)lx_ret(lx_utimensat(lx_self(), dirfd, path, times, flags));
}

LX_EXPORT int futimens(int fd, const struct timespec times[2])
{
    if (fd < 0)
        return (int)lx_ret(-EBADF);
    return (int)lx_ret(lx_utimensat(lx_self(), fd, LX_DESCRIPTOR, times, 0));
}

/* Microseconds to nanoseconds; NULL (now) stays NULL. False for what is no time. */
static bool to_ns(const struct timeval tv[2], struct timespec ts[2], const struct timespec **times)
{
    *times = tv == NULL ? NULL : ts;
    for (int i = 0; tv != NULL && i < 2; i++) {
        if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
            return false;
        ts[i].tv_sec = tv[i].tv_sec;
        ts[i].tv_nsec = (long)tv[i].tv_usec * 1000L;
    }
    return true;
}

static int set_times(int dirfd, const char *path, const struct timeval tv[2], int flags)
{
    struct timespec ts[2];
    const struct timespec *times;
    if (!to_ns(tv, ts, &times))
        return (int)lx_ret(-EINVAL);
    return (int)lx_ret(lx_utimensat(lx_self(), dirfd, path, times, flags));
}

LX_EXPORT int utimes(const char *path, const struct timeval tv[2])
{
    return set_times(AT_FDCWD, path, tv, 0);
}

LX_EXPORT int lutimes(const char *path, const struct timeval tv[2])
{
    return set_times(AT_FDCWD, path, tv, AT_SYMLINK_NOFOLLOW);
}

LX_EXPORT int futimes(int fd, const struct timeval tv[2])
{
    return fd < 0 ? (int)lx_ret(-EBADF) : set_times(fd, LX_DESCRIPTOR, tv, 0);
}

LX_EXPORT int futimesat(int dirfd, const char *path, const struct timeval tv[2])
{
    return set_times(dirfd, lx_is_null(path) ? LX_DESCRIPTOR : path, tv, 0);
}

LX_EXPORT int utime(const char *path, const struct utimbuf *buf)
{
    if (buf == NULL)
        return set_times(AT_FDCWD, path, NULL, 0);
    struct timeval tv[2] = {{.tv_sec = buf->actime}, {.tv_sec = buf->modtime}};
    return set_times(AT_FDCWD, path, tv, 0);
}

LX_EXPORT int truncate(const char *path, off_t length)
{
    return (int)lx_ret(lx_truncate(lx_self(), AT_FDCWD, path, length));
}
LX_WIDE(truncate64, truncate);

LX_EXPORT int ftruncate(int fd, off_t length)
{
    return (int)lx_ret(lx_truncate(lx_self(), fd, LX_DESCRIPTOR, length));
}
LX_WIDE(ftruncate64, ftruncate);

LX_EXPORT int fallocate(int fd, int mode, off_t offset, off_t length)
{
    return (int)lx_ret(lx_fallocate(lx_self(), fd, mode, offset, length));
}
LX_WIDE(fallocate64, fallocate);

/*
 * What libc does where there is no fallocate: it writes a byte to each block. The one behind which
 * a volume's files may end is written by us, since libc's own writes are none that we see.
 */
static int reserve_by_writing(int fd, off_t offset, off_t length)
{
    const off_t most = (off_t)LX_FAT_FILE_MAX;
    off_t at = offset > most ? offset : most;
    struct stat st;
    if (length > INT64_MAX - offset || offset + length <= most || sys_fstat(fd, &st) < 0 ||
        !S_ISREG(st.st_mode) || (sys_fcntl(fd, F_GETFL, 0) & O_APPEND) != 0)
        return NEXT_WIDE(posix_fallocate, posix_fallocate64)(fd, offset, length);
    int r = offset < most ? NEXT_WIDE(posix_fallocate, posix_fallocate64)(fd, offset, most - offset)
                          : 0;
    if (r == 0 && st.st_size <= at) {
        long n = lx_move_bytes(lx_self(), LX_OP_WRITE, fd, "", 1, at);
        r = n < 0 ? (int)-n : 0;
    }
    return r != 0 ? r : NEXT_WIDE(posix_fallocate, posix_fallocate64)(fd, at, offset + length - at);
}

/* Says what is wrong by its result. */
static int reserve(int fd, off_t offset, off_t length)
{
    if (offset < 0 || length <= 0)
        return EINVAL;
    long r = lx_fallocate(lx_self(), fd, 0, offset, length);
    if (r == -EOPNOTSUPP)
        return reserve_by_writing(fd, offset, length);
    return r < 0 ? (int)-r : 0;
}

LX_EXPORT int posix_fallocate(int fd, off_t offset, off_t length)
{
    return reserve(fd, offset, length);
}
LX_WIDE(posix_fallocate64, posix_fallocate);

#if defined(__i386__)
/* Sizes of 32 bits. */
LX_NARROW(int, truncate, const char *path, int32_t length)
{
    return (int)lx_ret(lx_truncate(lx_self(), AT_FDCWD, path, length));
}

LX_NARROW(int, ftruncate, int fd, int32_t length)
{
    return (int)lx_ret(lx_truncate(lx_self(), fd, LX_DESCRIPTOR, length));
}

LX_NARROW(int, posix_fallocate, int fd, int32_t offset, int32_t length)
{
    return reserve(fd, offset, length);
}

LX_NARROW(int, fallocate, int fd, int mode, int32_t offset, int32_t length)
{
    return (int)lx_ret(lx_fallocate(lx_self(), fd, mode, offset, length));
}

/* Times of 32 bits, as the functions for longer ones take them; NULL (now) stays NULL. */
#define LONG_TIMES(from, to) (take_times(from, to) ? (to) : NULL)
static bool take_times(const struct i386_times *from, struct timespec to[2])
{
    if (from != NULL)
        i386_take_timespecs(from, to);
    return from != NULL;
}

#define LONG_TIMEVALS(from, to) (take_timevals(from, to) ? (to) : NULL)
static bool take_timevals(const struct i386_times *from, struct timeval to[2])
{
    if (from != NULL)
        i386_take_timevals(from, to);
    return from != NULL;
}

LX_NARROW(int, utimensat, int dirfd, const char *path, const struct i386_times *times, int flags)
{
    struct timespec ts[2];
    return utimensat(dirfd, path, LONG_TIMES(times, ts), flags);
}

LX_NARROW(int, futimens, int fd, const struct i386_times *times)
{
    struct timespec ts[2];
    return futimens(fd, LONG_TIMES(times, ts));
}

LX_NARROW(int, utimes, const char *path, const struct i386_times *times)
{
    struct timeval tv[2];
    return utimes(path, LONG_TIMEVALS(times, tv));
}

LX_NARROW(int, lutimes, const char *path, const struct i386_times *times)
{
    struct timeval tv[2];
    return lutimes(path, LONG_TIMEVALS(times, tv));
}

LX_NARROW(int, futimes, int fd, const struct i386_times *times)
{
    struct timeval tv[2];
    return futimes(fd, LONG_TIMEVALS(times, tv));
}

LX_NARROW(int, futimesat, int dirfd, const char *path, const struct i386_times *times)
{
    struct timeval tv[2];
    return futimesat(dirfd, path, LONG_TIMEVALS(times, tv));
}

LX_NARROW(int, utime, const char *path, const int32_t *times)
{
    if (times == NULL)
        return utime(path, NULL);
    return utime(path, &(struct utimbuf){times[0], times[1]});
}
#endif

LX_EXPORT ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
    return lx_ret(lx_getxattr(lx_self(), AT_FDCWD, path, name, value, size, 0));
}

LX_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
    return lx_ret(lx_getxattr(lx_self(), AT_FDCWD, path, name, value, size, AT_SYMLINK_NOFOLLOW));
}

LX_EXPORT ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
    return lx_ret(lx_getxattr(lx_self(), fd, LX_DESCRIPTOR, name, value, size, 0));
}

LX_EXPORT int setxattr(const char *path, const char *name, const void *value, size_t size,
                       int flags)
{
    return (int)lx_ret(lx_setxattr(lx_self(), AT_FDCWD, path, name, value, size, flags, 0));
}

LX_EXPORT int lsetxattr(const char *path, const char *name, const void *value, size_t size,
                        int flags)
{
    return (int)lx_ret(
        lx_setxattr(lx_self(), AT_FDCWD, path, name, value, size, flags, AT_SYMLINK_NOFOLLOW));
}

LX_EXPORT int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
    return (int)lx_ret(lx_setxattr(lx_self(), fd, LX_DESCRIPTOR, name, value, size, flags, 0));
}

LX_EXPORT ssize_t listxattr(const char *path, char *list, size_t size)
{
    return lx_ret(lx_listxattr(lx_self(), AT_FDCWD, path, list, size, 0));
}

LX_EXPORT ssize_t llistxattr(const char *path, char *list, size_t size)
{
    return lx_ret(lx_listxattr(lx_self(), AT_FDCWD, path, list, size, AT_SYMLINK_NOFOLLOW));
}

LX_EXPORT ssize_t flistxattr(int fd, char *list, size_t size)
{
    return lx_ret(lx_listxattr(lx_self(), fd, LX_DESCRIPTOR, list, size, 0));
}

LX_EXPORT int removexattr(const char *path, const char *name)
{
    return (int)lx_ret(lx_removexattr(lx_self(), AT_FDCWD, path, name, 0));
}

LX_EXPORT int lremovexattr(const char *path, const char *name)
{
    return (int)lx_ret(lx_removexattr(lx_self(), AT_FDCWD, path, name, AT_SYMLINK_NOFOLLOW));
}

LX_EXPORT int fremovexattr(int fd, const char *name)
{
    return (int)lx_ret(lx_removexattr(lx_self(), fd, LX_DESCRIPTOR, name, 0));
}
