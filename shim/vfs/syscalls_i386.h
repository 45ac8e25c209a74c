/* SPDX-License-Identifier: MIT */
/*
 * The part of syscalls.c, which includes it, that 32-bit x86 has otherwise: calls with structures
 * and ids of before there were wider ones, sizes in two arguments, sockets by one call.
 */
#ifndef LXSHIM_VFS_SYSCALLS_I386_H
#define LXSHIM_VFS_SYSCALLS_I386_H

#include "sys/address.h"
#include "sys/i386.h"

/* A size in arguments i and i + 1. */
#define SIZE(i) ((off_t)((uint64_t)(uint32_t)a[i] | (uint64_t)(uint32_t)a[(i) + 1] << 32))

/* What a structure becomes in the caller's memory, where the kernel would write it. */
#define PUT(name, type)                                                   \
    static long put_##name(long r, const struct type *from, long to)      \
    {                                                                     \
        struct i386_##name theirs;                                        \
        if (r == 0)                                                       \
            r = i386_put_##name(from, &theirs);                           \
        return r == 0 ? sys_put((void *)to, &theirs, sizeof(theirs)) : r; \
    }
PUT(old_stat, stat)
PUT(stat, stat)
PUT(stat64, stat)
PUT(statfs, statfs)

/* A stat: of a path, of a symlink, of a descriptor. */
#define STATS(name)                                                                               \
    static long call_##name(const struct lx_task *t, const long a[6])                             \
    {                                                                                             \
        struct stat st;                                                                           \
        return put_##name(lx_fstatat(t, AT_FDCWD, PATH(0), &st, 0), &st, a[1]);                   \
    }                                                                                             \
    static long call_l##name(const struct lx_task *t, const long a[6])                            \
    {                                                                                             \
        struct stat st;                                                                           \
        return put_##name(lx_fstatat(t, AT_FDCWD, PATH(0), &st, AT_SYMLINK_NOFOLLOW), &st, a[1]); \
    }                                                                                             \
    static long call_f##name(const struct lx_task *t, const long a[6])                            \
    {                                                                                             \
        struct stat st;                                                                           \
        return put_##name(lx_fstatat(t, FD(0), "", &st, AT_EMPTY_PATH), &st, a[1]);               \
    }
STATS(old_stat)
STATS(stat)
STATS(stat64)

static long call_fstatat64(const struct lx_task *t, const long a[6])
{
    struct stat st;
    return put_stat64(lx_fstatat(t, FD(0), PATH(1), &st, (int)a[3]), &st, a[2]);
}

static long call_statfs(const struct lx_task *t, const long a[6])
{
    struct statfs fs;
    return put_statfs(lx_statfs(t, AT_FDCWD, PATH(0), &fs), &fs, a[1]);
}

static long call_fstatfs(const struct lx_task *t, const long a[6])
{
    struct statfs fs;
    return put_statfs(lx_statfs(t, FD(0), LX_DESCRIPTOR, &fs), &fs, a[1]);
}

/* libc's structure, as this is compiled, is the kernel's of this call. */
CALL(call_statfs64, a[1] != sizeof(struct i386_statfs64)
                        ? -EINVAL
                        : lx_statfs(t, AT_FDCWD, PATH(0), PTR(struct statfs *, 2)))
CALL(call_fstatfs64, a[1] != sizeof(struct i386_statfs64)
                         ? -EINVAL
                         : lx_statfs(t, FD(0), LX_DESCRIPTOR, PTR(struct statfs *, 2)))
_Static_assert(sizeof(struct statfs) == sizeof(struct i386_statfs64), "statfs64 is another");

#define LOW_ID(i) i386_high_id((uint32_t)a[i])
CALL(call_chown, lx_fchownat(t, AT_FDCWD, PATH(0), LOW_ID(1), LOW_ID(2), 0))
CALL(call_lchown, lx_fchownat(t, AT_FDCWD, PATH(0), LOW_ID(1), LOW_ID(2), AT_SYMLINK_NOFOLLOW))
CALL(call_fchown, lx_fchownat(t, FD(0), LX_DESCRIPTOR, LOW_ID(1), LOW_ID(2), 0))
CALL(call_chown32, lx_fchownat(t, AT_FDCWD, PATH(0), (uid_t)a[1], (gid_t)a[2], 0))
CALL(call_lchown32,
     lx_fchownat(t, AT_FDCWD, PATH(0), (uid_t)a[1], (gid_t)a[2], AT_SYMLINK_NOFOLLOW))
CALL(call_fchown32, lx_fchownat(t, FD(0), LX_DESCRIPTOR, (uid_t)a[1], (gid_t)a[2], 0))

CALL(call_truncate, lx_truncate(t, AT_FDCWD, PATH(0), a[1]))
CALL(call_ftruncate, lx_truncate(t, FD(0), LX_DESCRIPTOR, a[1]))
CALL(call_truncate64, lx_truncate(t, AT_FDCWD, PATH(0), SIZE(1)))
CALL(call_ftruncate64, lx_truncate(t, FD(0), LX_DESCRIPTOR, SIZE(1)))
CALL(call_fallocate, lx_fallocate(t, FD(0), (int)a[1], SIZE(2), SIZE(4)))

JUDGED(call_fcntl64, SYS_fcntl64, lx_judge_fcntl(t, FD(0), (int)a[1], a[2]))
JUDGED(call_llseek, SYS__llseek,
       lx_judge_seek(t, FD(0), (off_t)a[1] << 32 | (uint32_t)a[2], (int)a[4]))

/* All six arguments are its own. */
static long call_sync_file_range(const struct lx_task *t, const long a[6])
{
    long r = lx_judge_sync_range(t, FD(0));
    return r < 0 ? r : sys_call6(SYS_sync_file_range, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long set_nanoseconds(const struct lx_task *t, int dirfd, const char *path,
                            const struct timespec *times, int flags)
{
    return lx_utimensat(t, dirfd, path == NULL ? LX_DESCRIPTOR : path, times, flags);
}

/* Times of 32 bits at argument i: false where they cannot be there; *null where there are none. */
static bool take_times(const long a[6], unsigned i, struct i386_times *times, size_t n, bool *null)
{
    *null = a[i] == 0;
    if (!*null && !sys_readable((const void *)a[i], n, placement_tick()))
        return false;
    if (!*null)
        memcpy(times, (const void *)a[i], n);
    return true;
}

static long call_utimensat(const struct lx_task *t, const long a[6])
{
    struct i386_times theirs;
    struct timespec ts[2];
    bool null;
    if (!take_times(a, 2, &theirs, sizeof(theirs), &null))
        return -EFAULT;
    if (!null)
        i386_take_timespecs(&theirs, ts);
    return set_nanoseconds(t, FD(0), PATH(1), null ? NULL : ts, (int)a[3]);
}

CALL(call_utimensat_time64,
     set_nanoseconds(t, FD(0), PATH(1), PTR(const struct timespec *, 2), (int)a[3]))

/* utimes and futimesat: microseconds at argument i. */
static long set_microseconds(const struct lx_task *t, int dirfd, const char *path, const long a[6],
                             unsigned i)
{
    struct i386_times theirs;
    struct timeval tv[2];
    bool null;
    if (!take_times(a, i, &theirs, sizeof(theirs), &null))
        return -EFAULT;
    if (!null)
        i386_take_timevals(&theirs, tv);
    return set_times(t, dirfd, path, null ? NULL : tv);
}

CALL(call_utimes, set_microseconds(t, AT_FDCWD, PATH(0), a, 1))
CALL(call_futimesat, set_microseconds(t, FD(0), PATH(1), a, 2))

static long call_utime(const struct lx_task *t, const long a[6])
{
    struct i386_times theirs = {{0, 0}, {0, 0}};
    bool null;
    if (!take_times(a, 1, &theirs, sizeof(theirs.first), &null))
        return -EFAULT;
    const struct timeval tv[2] = {{.tv_sec = theirs.first[0]}, {.tv_sec = theirs.first[1]}};
    return set_times(t, AT_FDCWD, PATH(0), null ? NULL : tv);
}

/* One entry, the next that a program may see; 0 at the end. */
static long call_readdir(const struct lx_task *t, const long a[6])
{
    struct i386_dirent *e = PTR(struct i386_dirent *, 1);
    if (vfs_overflows(t, FD(0)))
        return -EOVERFLOW;
    do {
        long n = SYS3(SYS_readdir, a[0], e, 1); /* which has written to it */
        if (n <= 0)
            return n;
    } while (!vfs_listed_name(t, FD(0), e->name, NULL));
    e->length = (uint16_t)strlen(e->name);
    return 1;
}

#define SOCKETCALL_BIND    2
#define SOCKETCALL_CONNECT 3

static long call_socketcall(const struct lx_task *t, const long a[6])
{
    const long *own = PTR(const long *, 1);
    if ((a[0] != SOCKETCALL_BIND && a[0] != SOCKETCALL_CONNECT) ||
        !sys_readable(own, 3 * sizeof(*own), placement_tick()))
        return SYS2(SYS_socketcall, a[0], a[1]);
    const struct sockaddr *address = (const struct sockaddr *)own[1];
    return a[0] == SOCKETCALL_BIND ? lx_bind(t, (int)own[0], address, (socklen_t)own[2])
                                   : lx_connect(t, (int)own[0], address, (socklen_t)own[2]);
}

#define I386_CALLS                                                                              \
    [SYS_oldstat] = call_old_stat, [SYS_oldlstat] = call_lold_stat,                             \
    [SYS_oldfstat] = call_fold_stat, [SYS_stat] = call_stat, [SYS_lstat] = call_lstat,          \
    [SYS_fstat] = call_fstat, [SYS_stat64] = call_stat64, [SYS_lstat64] = call_lstat64,         \
    [SYS_fstat64] = call_fstat64, [SYS_fstatat64] = call_fstatat64, [SYS_statfs] = call_statfs, \
    [SYS_fstatfs] = call_fstatfs, [SYS_statfs64] = call_statfs64,                               \
    [SYS_fstatfs64] = call_fstatfs64, [SYS_chown] = call_chown, [SYS_lchown] = call_lchown,     \
    [SYS_fchown] = call_fchown, [SYS_chown32] = call_chown32, [SYS_lchown32] = call_lchown32,   \
    [SYS_fchown32] = call_fchown32, [SYS_truncate] = call_truncate,                             \
    [SYS_ftruncate] = call_ftruncate, [SYS_truncate64] = call_truncate64,                       \
    [SYS_ftruncate64] = call_ftruncate64, [SYS_fallocate] = call_fallocate,                     \
    [SYS_fcntl64] = call_fcntl64, [SYS__llseek] = call_llseek,                                  \
    [SYS_sync_file_range] = call_sync_file_range, [SYS_utimensat] = call_utimensat,             \
    [SYS_utimensat_time64] = call_utimensat_time64, [SYS_utimes] = call_utimes,                 \
    [SYS_futimesat] = call_futimesat, [SYS_utime] = call_utime, [SYS_readdir] = call_readdir,   \
    [SYS_socketcall] = call_socketcall,

#endif
