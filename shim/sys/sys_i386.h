/* SPDX-License-Identifier: MIT */
/*
 * The part of sys.h, which includes it, for 32-bit x86: its calls with structures, sizes and times
 * of 64 bits, which need Linux 5.1. The library is compiled so that libc's types have those, too.
 */
#ifndef LXSHIM_SYS_SYS_I386_H
#define LXSHIM_SYS_SYS_I386_H

#include <string.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <time.h>

_Static_assert(sizeof(off_t) == 8 && sizeof(time_t) == 8,
               "compile with -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64");

/* The two arguments that a number of 64 bits is. */
#define SYS_LOW(n)  ((long)(uint32_t)(n))
#define SYS_HIGH(n) ((long)((uint64_t)(n) >> 32))

static inline void sys_from_statx(const struct statx *from, struct stat *to)
{
    memset(to, 0, sizeof(*to));
    to->st_dev = makedev(from->stx_dev_major, from->stx_dev_minor);
    to->st_ino = from->stx_ino;
    to->st_mode = from->stx_mode;
    to->st_nlink = from->stx_nlink;
    to->st_uid = from->stx_uid;
    to->st_gid = from->stx_gid;
    to->st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor);
    to->st_size = (off_t)from->stx_size;
    to->st_blksize = (blksize_t)from->stx_blksize;
    to->st_blocks = (blkcnt_t)from->stx_blocks;
    to->st_atim =
        (struct timespec){from->stx_atime.tv_sec, .tv_nsec = (long)from->stx_atime.tv_nsec};
    to->st_mtim =
        (struct timespec){from->stx_mtime.tv_sec, .tv_nsec = (long)from->stx_mtime.tv_nsec};
    to->st_ctim =
        (struct timespec){from->stx_ctime.tv_sec, .tv_nsec = (long)from->stx_ctime.tv_nsec};
}

/* By statx, as libc does it there; no other call has times beyond 2038. */
static inline int sys_fstatat(int dfd, const char *path, struct stat *st, int flags)
{
    struct statx x;
    int r = (int)SYS5(SYS_statx, dfd, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &x);
    if (r < 0)
        return r;
    sys_from_statx(&x, st);
    return 0;
}

static inline int sys_fstat(int fd, struct stat *st)
{
    return sys_fstatat(fd, "", st, AT_EMPTY_PATH);
}

static inline int sys_fchownat(int dfd, const char *path, uid_t uid, gid_t gid, int flags)
{
    if (dfd == AT_FDCWD && flags == 0)
        return (int)SYS3(SYS_chown32, path, uid, gid);
    if (dfd == AT_FDCWD && flags == AT_SYMLINK_NOFOLLOW)
        return (int)SYS3(SYS_lchown32, path, uid, gid);
    return (int)SYS5(SYS_fchownat, dfd, path, uid, gid, flags);
}

static inline int sys_fchown(int fd, uid_t uid, gid_t gid)
{
    return (int)SYS3(SYS_fchown32, fd, uid, gid);
}

static inline int sys_utimensat(int dfd, const char *path, const struct timespec *times, int flags)
{
    return (int)SYS4(SYS_utimensat_time64, dfd, path, times, flags);
}

static inline int sys_truncate(const char *path, off_t length)
{
    return (int)SYS3(SYS_truncate64, path, SYS_LOW(length), SYS_HIGH(length));
}

static inline int sys_ftruncate(int fd, off_t length)
{
    return (int)SYS3(SYS_ftruncate64, fd, SYS_LOW(length), SYS_HIGH(length));
}

/* All six arguments are its own: a supervisor is asked about it, and has the library's answer. */
static inline int sys_fallocate(int fd, int mode, off_t offset, off_t length)
{
    return (int)sys_call6(SYS_fallocate, fd, mode, SYS_LOW(offset), SYS_HIGH(offset),
                          SYS_LOW(length), SYS_HIGH(length));
}

static inline int sys_statfs(const char *path, struct statfs *buf)
{
    return (int)SYS3(SYS_statfs64, path, sizeof(*buf), buf);
}

static inline int sys_fstatfs(int fd, struct statfs *buf)
{
    return (int)SYS3(SYS_fstatfs64, fd, sizeof(*buf), buf);
}

/* arg: a number, or the address of a structure. */
static inline int sys_fcntl(int fd, int cmd, long arg)
{
    return (int)SYS3(SYS_fcntl64, fd, cmd, arg);
}

static inline off_t sys_lseek(int fd, off_t offset, int whence)
{
    off_t at;
    long r = SYS5(SYS__llseek, fd, SYS_HIGH(offset), SYS_LOW(offset), &at, whence);
    return r < 0 ? r : at;
}

/* All six arguments are its own, as fallocate's. */
static inline int sys_sync_file_range(int fd, off_t offset, off_t length, unsigned flags)
{
    return (int)sys_call6(SYS_sync_file_range, fd, SYS_LOW(offset), SYS_HIGH(offset),
                          SYS_LOW(length), SYS_HIGH(length), (long)flags);
}

static inline long sys_pread(int fd, void *buf, size_t size, off_t offset)
{
    return SYS5(SYS_pread64, fd, buf, size, SYS_LOW(offset), SYS_HIGH(offset));
}

static inline long sys_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
    return SYS5(SYS_pwrite64, fd, buf, size, SYS_LOW(offset), SYS_HIGH(offset));
}

/* Waits so long, by the monotonic clock; what is left of it is in *time where a signal came. */
static inline long sys_sleep(struct timespec *time)
{
    return SYS4(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, time, time);
}

static inline uid_t sys_geteuid(void)
{
    return (uid_t)SYS0(SYS_geteuid32);
}

static inline uid_t sys_getuid(void)
{
    return (uid_t)SYS0(SYS_getuid32);
}

static inline gid_t sys_getegid(void)
{
    return (gid_t)SYS0(SYS_getegid32);
}

static inline gid_t sys_getgid(void)
{
    return (gid_t)SYS0(SYS_getgid32);
}

static inline int sys_getgroups(int size, gid_t *list)
{
    return (int)SYS2(SYS_getgroups32, size, list);
}

/* Gives up what a setuid program has beyond its caller. Returns 0 or -errno. */
static inline long sys_reset_ids(void)
{
    long r = SYS3(SYS_setresgid32, -1, sys_getgid(), -1);
    return r < 0 ? r : SYS3(SYS_setresuid32, -1, sys_getuid(), -1);
}

static inline void *sys_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
    return (void *)sys_call6(SYS_mmap2, (long)addr, (long)length, prot, flags, fd,
                             (long)(offset / 4096));
}

/* readv or writev, or with an offset that is not negative their kin. */
static inline long sys_vector(bool write, int fd, const void *parts, size_t n, off_t offset)
{
    if (offset < 0)
        return SYS3(write ? SYS_writev : SYS_readv, fd, parts, n);
    return SYS5(write ? SYS_pwritev : SYS_preadv, fd, parts, n, SYS_LOW(offset), SYS_HIGH(offset));
}

#endif
