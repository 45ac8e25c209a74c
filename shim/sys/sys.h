/* SPDX-License-Identifier: MIT */
/*
 * Raw system calls with C types. Nothing above this file: no rule, no path, no errno.
 * Every function returns what the kernel returns: a result, or -errno.
 *
 * A call on AT_FDCWD without flags uses the number libc uses for the plain name (unlink, not
 * unlinkat) where the architecture has it: a program under its own seccomp filter has allowed the
 * call that libc would have made, and nothing else [peers: file#179].
 */
#ifndef LXSHIM_SYS_SYS_H
#define LXSHIM_SYS_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

#include "sys/arch.h"
#include "sys/numbers.h"

struct statfs;
struct statx;
struct sockaddr;

/*
 * The sixth argument of our own calls, where the kernel looks for none: the supervisor's filter
 * lets them pass. Any number would do that no program leaves in that register by chance.
 */
#define SYS_COOKIE_WIDE 0x4c785368696d2e31LL
#define SYS_COOKIE      ((long)SYS_COOKIE_WIDE) /* its lower half, where registers have 32 bits */

#if defined(LXSHIM_IS_PROGRAM)
#include "sys/proxy.h"
#define SYS_CALL sys_call_or_proxy
#else
#define SYS_CALL sys_call6
#endif

#define SYS5(nr, a, b, c, d, e) \
    SYS_CALL((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), SYS_COOKIE)
#define SYS4(nr, a, b, c, d) SYS5(nr, a, b, c, d, 0)
#define SYS3(nr, a, b, c)    SYS5(nr, a, b, c, 0, 0)
#define SYS2(nr, a, b)       SYS5(nr, a, b, 0, 0, 0)
#define SYS1(nr, a)          SYS5(nr, a, 0, 0, 0, 0)
#define SYS0(nr)             SYS5(nr, 0, 0, 0, 0, 0)

/* Not in every libc's headers: the kernel's struct open_how and its resolve flags. */
struct sys_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
#define SYS_RESOLVE_NO_XDEV       0x01u
#define SYS_RESOLVE_NO_MAGICLINKS 0x02u
#define SYS_RESOLVE_NO_SYMLINKS   0x04u
#define SYS_RESOLVE_BENEATH       0x08u
#define SYS_RESOLVE_IN_ROOT       0x10u
#define SYS_RESOLVE_CACHED        0x20u

/* Nothing above the directory that the path starts from is reached. */
#define SYS_RESOLVE_SCOPED (SYS_RESOLVE_BENEATH | SYS_RESOLVE_IN_ROOT)

/* For ourselves: a file is as large as it is. */
static inline int sys_openat(int dfd, const char *path, int flags, mode_t mode)
{
    return (int)SYS4(SYS_openat, dfd, path, flags | O_LARGEFILE, mode);
}

/*
 * True where the process does not run on the kernel itself but in valgrind, which prints a warning
 * each time for calls that it is too old to know. Nothing depends on those. Written once, before
 * main.
 */
extern bool sys_grumbles;

static inline int sys_openat2(int dfd, const char *path, const struct sys_open_how *how)
{
    if (sys_grumbles)
        return -ENOSYS;
    return (int)SYS4(SYS_openat2, dfd, path, how, sizeof(*how));
}

/*
 * For a program, with its flags: openat, or with SYS_RESOLVE_* openat2, which takes no mode where
 * nothing can be made.
 */
static inline int sys_open(int dfd, const char *path, int flags, mode_t mode, unsigned resolve)
{
    if (__builtin_expect(resolve == 0, 1))
        return (int)SYS4(SYS_openat, dfd, path, flags, mode);
    /* A 64-bit kernel's openat2 makes all files large ones, which a 32-bit program has to ask for:
     * to those that do not it is not there. */
    if (O_LARGEFILE != 0 && (flags & (O_LARGEFILE | O_PATH)) == 0)
        return -ENOSYS;
    bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    struct sys_open_how how = {(unsigned)flags, makes ? mode & 07777 : 0, resolve};
    return sys_openat2(dfd, path, &how);
}

/* makedev, which is a function of libc's, of another name in each. */
static inline dev_t sys_device(uint32_t major, uint32_t minor)
{
    uint64_t m = major;
    return (dev_t)((m & ~UINT64_C(0xfff)) << 32 | (m & 0xfff) << 8 |
                   ((uint64_t)minor & ~UINT64_C(0xff)) << 12 | (minor & 0xff));
}

#if defined(__i386__)
#include "sys/sys_i386.h"
#else
#include "sys/sys_64.h"
#endif

static inline int sys_close(int fd)
{
    return (int)SYS1(SYS_close, fd);
}

static inline int sys_statx(int dfd, const char *path, int flags, unsigned mask, struct statx *stx)
{
    return (int)SYS5(SYS_statx, dfd, path, flags, mask, stx);
}

/* flags as faccessat2 takes them. Without flags the older number, which every kernel has. */
static inline int sys_faccessat(int dfd, const char *path, int mode, int flags)
{
    if (flags != 0)
        return (int)SYS4(SYS_faccessat2, dfd, path, mode, flags);
#ifdef SYS_access
    if (dfd == AT_FDCWD)
        return (int)SYS2(SYS_access, path, mode);
#endif
    return (int)SYS3(SYS_faccessat, dfd, path, mode);
}

static inline long sys_readlinkat(int dfd, const char *path, char *buf, size_t size)
{
#ifdef SYS_readlink
    if (dfd == AT_FDCWD)
        return SYS3(SYS_readlink, path, buf, size);
#endif
    return SYS4(SYS_readlinkat, dfd, path, buf, size);
}

static inline int sys_unlinkat(int dfd, const char *path, int flags)
{
#ifdef SYS_unlink
    if (dfd == AT_FDCWD && flags == 0)
        return (int)SYS1(SYS_unlink, path);
    if (dfd == AT_FDCWD && flags == AT_REMOVEDIR)
        return (int)SYS1(SYS_rmdir, path);
#endif
    return (int)SYS3(SYS_unlinkat, dfd, path, flags);
}

static inline int sys_renameat2(int odfd, const char *old, int ndfd, const char *new,
                                unsigned flags)
{
#ifdef SYS_rename
    if (odfd == AT_FDCWD && ndfd == AT_FDCWD && flags == 0)
        return (int)SYS2(SYS_rename, old, new);
#endif
#ifdef SYS_renameat
    if (flags == 0)
        return (int)SYS4(SYS_renameat, odfd, old, ndfd, new);
#endif
    return (int)SYS5(SYS_renameat2, odfd, old, ndfd, new, flags);
}

static inline int sys_linkat(int odfd, const char *old, int ndfd, const char *new, int flags)
{
#ifdef SYS_link
    if (odfd == AT_FDCWD && ndfd == AT_FDCWD && flags == 0)
        return (int)SYS2(SYS_link, old, new);
#endif
    return (int)SYS5(SYS_linkat, odfd, old, ndfd, new, flags);
}

static inline int sys_symlinkat(const char *target, int dfd, const char *path)
{
#ifdef SYS_symlink
    if (dfd == AT_FDCWD)
        return (int)SYS2(SYS_symlink, target, path);
#endif
    return (int)SYS3(SYS_symlinkat, target, dfd, path);
}

static inline int sys_mkdirat(int dfd, const char *path, mode_t mode)
{
#ifdef SYS_mkdir
    if (dfd == AT_FDCWD)
        return (int)SYS2(SYS_mkdir, path, mode);
#endif
    return (int)SYS3(SYS_mkdirat, dfd, path, mode);
}

static inline int sys_mknodat(int dfd, const char *path, mode_t mode, dev_t dev)
{
    return (int)SYS4(SYS_mknodat, dfd, path, mode, dev);
}

static inline int sys_fchmodat(int dfd, const char *path, mode_t mode)
{
#ifdef SYS_chmod
    if (dfd == AT_FDCWD)
        return (int)SYS2(SYS_chmod, path, mode);
#endif
    return (int)SYS3(SYS_fchmodat, dfd, path, mode);
}

/* With flags; Linux 6.6. */
static inline int sys_fchmodat2(int dfd, const char *path, mode_t mode, int flags)
{
    if (sys_grumbles)
        return -ENOSYS;
    return (int)SYS4(SYS_fchmodat2, dfd, path, mode, flags);
}

/* listxattr of a name in a directory; Linux 6.13. */
static inline long sys_listxattrat(int dfd, const char *path, int flags, char *list, size_t room)
{
    if (sys_grumbles)
        return -ENOSYS;
    return SYS5(SYS_listxattrat, dfd, path, flags, list, room);
}

static inline int sys_fchmod(int fd, mode_t mode)
{
    return (int)SYS2(SYS_fchmod, fd, mode);
}

static inline long sys_getdents64(int fd, void *buf, size_t size)
{
    return SYS3(SYS_getdents64, fd, buf, size);
}

/* Returns the length with its NUL. */
static inline long sys_getcwd(char *buf, size_t size)
{
    return SYS2(SYS_getcwd, buf, size);
}

static inline int sys_chdir(const char *path)
{
    return (int)SYS1(SYS_chdir, path);
}

static inline int sys_fchdir(int fd)
{
    return (int)SYS1(SYS_fchdir, fd);
}

static inline long sys_read(int fd, void *buf, size_t size)
{
    return SYS3(SYS_read, fd, buf, size);
}

static inline long sys_write(int fd, const void *buf, size_t size)
{
    return SYS3(SYS_write, fd, buf, size);
}

static inline int sys_dup3(int from, int to, int flags)
{
    return (int)SYS3(SYS_dup3, from, to, flags);
}

static inline int sys_execveat(int dfd, const char *path, char *const argv[], char *const envp[],
                               int flags)
{
    if (dfd == AT_FDCWD && flags == 0)
        return (int)SYS3(SYS_execve, path, argv, envp);
    return (int)SYS5(SYS_execveat, dfd, path, argv, envp, flags);
}

static inline int sys_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return (int)SYS3(SYS_inotify_add_watch, fd, path, mask);
}

static inline int sys_getpid(void)
{
    return (int)SYS0(SYS_getpid);
}

/* True where sys_mmap answered with -errno instead of an address. */
static inline int sys_mmap_failed(const void *address)
{
    return (unsigned long)address > (unsigned long)-4096L;
}

static inline void *sys_mremap(void *addr, size_t was, size_t length, int flags)
{
    return (void *)SYS4(SYS_mremap, addr, was, length, flags);
}

static inline int sys_munmap(void *addr, size_t length)
{
    return (int)SYS2(SYS_munmap, addr, length);
}

#endif
