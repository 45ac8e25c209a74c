/* SPDX-License-Identifier: MIT */
/*
 * The part of sys.h, which includes it, whose structures, numbers or arguments are others where
 * registers have 32 bits: see sys_i386.h.
 */
#ifndef LXSHIM_SYS_SYS_64_H
#define LXSHIM_SYS_SYS_64_H

static inline int sys_fstatat(int dfd, const char *path, struct stat *st, int flags)
{
    return (int)SYS4(SYS_newfstatat, dfd, path, st, flags);
}

static inline int sys_fstat(int fd, struct stat *st)
{
    return (int)SYS2(SYS_fstat, fd, st);
}

static inline int sys_fchownat(int dfd, const char *path, uid_t uid, gid_t gid, int flags)
{
#ifdef SYS_chown
    if (dfd == AT_FDCWD && flags == 0)
        return (int)SYS3(SYS_chown, path, uid, gid);
    if (dfd == AT_FDCWD && flags == AT_SYMLINK_NOFOLLOW)
        return (int)SYS3(SYS_lchown, path, uid, gid);
#endif
    return (int)SYS5(SYS_fchownat, dfd, path, uid, gid, flags);
}

static inline int sys_fchown(int fd, uid_t uid, gid_t gid)
{
    return (int)SYS3(SYS_fchown, fd, uid, gid);
}

/* path NULL: the descriptor itself, as futimens asks. */
static inline int sys_utimensat(int dfd, const char *path, const struct timespec *times, int flags)
{
    return (int)SYS4(SYS_utimensat, dfd, path, times, flags);
}

static inline int sys_truncate(const char *path, off_t length)
{
    return (int)SYS2(SYS_truncate, path, length);
}

static inline int sys_ftruncate(int fd, off_t length)
{
    return (int)SYS2(SYS_ftruncate, fd, length);
}

static inline int sys_fallocate(int fd, int mode, off_t offset, off_t length)
{
    return (int)SYS4(SYS_fallocate, fd, mode, offset, length);
}

static inline int sys_statfs(const char *path, struct statfs *buf)
{
    return (int)SYS2(SYS_statfs, path, buf);
}

static inline int sys_fstatfs(int fd, struct statfs *buf)
{
    return (int)SYS2(SYS_fstatfs, fd, buf);
}

/* arg: a number, or the address of a structure. */
static inline int sys_fcntl(int fd, int cmd, long arg)
{
    return (int)SYS3(SYS_fcntl, fd, cmd, arg);
}

static inline off_t sys_lseek(int fd, off_t offset, int whence)
{
    return SYS3(SYS_lseek, fd, offset, whence);
}

static inline int sys_sync_file_range(int fd, off_t offset, off_t length, unsigned flags)
{
    return (int)SYS4(SYS_sync_file_range, fd, offset, length, flags);
}

static inline long sys_pread(int fd, void *buf, size_t size, off_t offset)
{
    return SYS4(SYS_pread64, fd, buf, size, offset);
}

static inline long sys_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
    return SYS4(SYS_pwrite64, fd, buf, size, offset);
}

/* Waits so long, by the monotonic clock; what is left of it is in *time where a signal came. */
static inline long sys_sleep(struct timespec *time)
{
    return SYS4(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, time, time);
}

static inline uid_t sys_geteuid(void)
{
    return (uid_t)SYS0(SYS_geteuid);
}

static inline uid_t sys_getuid(void)
{
    return (uid_t)SYS0(SYS_getuid);
}

static inline gid_t sys_getegid(void)
{
    return (gid_t)SYS0(SYS_getegid);
}

static inline gid_t sys_getgid(void)
{
    return (gid_t)SYS0(SYS_getgid);
}

static inline int sys_getgroups(int size, gid_t *list)
{
    return (int)SYS2(SYS_getgroups, size, list);
}

/* Gives up what a setuid program has beyond its caller. Returns 0 or -errno. */
static inline long sys_reset_ids(void)
{
    long r = SYS3(SYS_setresgid, -1, SYS0(SYS_getgid), -1);
    return r < 0 ? r : SYS3(SYS_setresuid, -1, SYS0(SYS_getuid), -1);
}

static inline void *sys_mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
    return (void *)sys_call6(SYS_mmap, (long)addr, (long)length, prot, flags, fd, offset);
}

/* readv or writev, or with an offset that is not negative their kin. */
static inline long sys_vector(bool write, int fd, const void *parts, size_t n, off_t offset)
{
    if (offset < 0)
        return SYS3(write ? SYS_writev : SYS_readv, fd, parts, n);
    return SYS5(write ? SYS_pwritev : SYS_preadv, fd, parts, n, offset, 0);
}

#endif
