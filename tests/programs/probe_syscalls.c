/* SPDX-License-Identifier: MIT */
/* The same calls by number: functions of libc's shapes around syscall(). */
#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <utime.h>

#include "probe.h"
#include "sys/numbers.h"

#define CALL1(name, result, A)                 \
    static result n_##name(A a)                \
    {                                          \
        return (result)syscall(SYS_##name, a); \
    }
#define CALL2(name, result, A, B)                 \
    static result n_##name(A a, B b)              \
    {                                             \
        return (result)syscall(SYS_##name, a, b); \
    }
#define CALL3(name, result, A, B, C)                 \
    static result n_##name(A a, B b, C c)            \
    {                                                \
        return (result)syscall(SYS_##name, a, b, c); \
    }
#define CALL4(name, result, A, B, C, D)                 \
    static result n_##name(A a, B b, C c, D d)          \
    {                                                   \
        return (result)syscall(SYS_##name, a, b, c, d); \
    }
#define CALL5(name, result, A, B, C, D, E)                 \
    static result n_##name(A a, B b, C c, D d, E e)        \
    {                                                      \
        return (result)syscall(SYS_##name, a, b, c, d, e); \
    }

#define CALL6(name, result, A, B, C, D, E, F)                 \
    static result n_##name(A a, B b, C c, D d, E e, F f)      \
    {                                                         \
        return (result)syscall(SYS_##name, a, b, c, d, e, f); \
    }

#define PATH const char *
#define LIST char *const *

/* Of the checks none is called with a mode but 0644, by which they create. */
static int n_openat(int dir, PATH path, int flags, ...)
{
    return (int)syscall(SYS_openat, dir, path, flags, 0644);
}

#ifdef SYS_newfstatat
CALL4(newfstatat, int, int, PATH, struct stat *, int)
#endif
CALL5(mount, int, PATH, PATH, const char *, unsigned long, const void *)
CALL2(umount2, int, PATH, int)
CALL3(open_tree, int, int, PATH, unsigned)
CALL5(open_tree_attr, int, int, PATH, unsigned, void *, size_t)
CALL5(move_mount, int, int, PATH, int, PATH, unsigned)
CALL2(fsopen, int, const char *, unsigned)
CALL5(fsconfig, int, int, unsigned, unsigned, const void *, int)
CALL3(fsmount, int, int, unsigned, unsigned)
CALL3(fspick, int, int, PATH, unsigned)
CALL5(mount_setattr, int, int, PATH, unsigned, void *, size_t)
CALL4(statmount, int, const void *, void *, size_t, unsigned)
CALL4(listmount, int, const void *, void *, size_t, unsigned)
CALL2(fstat, int, int, struct stat *)
CALL5(statx, int, int, PATH, int, unsigned, struct statx *)
CALL1(uname, int, struct utsname *)
CALL1(sysinfo, int, struct sysinfo *)
CALL2(statfs, int, PATH, struct statfs *)
CALL2(fstatfs, int, int, struct statfs *)
CALL4(faccessat2, int, int, PATH, int, int)
CALL4(readlinkat, ssize_t, int, PATH, char *, size_t)
CALL3(unlinkat, int, int, PATH, int)
CALL5(renameat2, int, int, PATH, int, PATH, unsigned)
CALL5(linkat, int, int, PATH, int, PATH, int)
CALL3(symlinkat, int, PATH, int, PATH)
CALL3(mkdirat, int, int, PATH, mode_t)
CALL4(mknodat, int, int, PATH, mode_t, dev_t)
CALL2(fchmod, int, int, mode_t)
CALL4(fchmodat2, int, int, PATH, mode_t, int)
CALL3(fchown, int, int, uid_t, gid_t)
CALL5(fchownat, int, int, PATH, uid_t, gid_t, int)
CALL4(utimensat, int, int, PATH, const struct timespec *, int)
CALL2(truncate, int, PATH, off_t)
CALL2(ftruncate, int, int, off_t)
CALL4(fallocate, int, int, int, off_t, off_t)
CALL3(lseek, off_t, int, off_t, int)
CALL3(read, ssize_t, int, void *, size_t)
CALL3(write, ssize_t, int, const void *, size_t)
CALL3(readv, ssize_t, int, const struct iovec *, int)
CALL3(writev, ssize_t, int, const struct iovec *, int)
CALL6(copy_file_range, ssize_t, int, off_t *, int, off_t *, size_t, unsigned)
CALL1(fsync, int, int)
CALL1(fdatasync, int, int)
CALL4(sync_file_range, int, int, off_t, off_t, unsigned)
CALL4(getxattr, ssize_t, PATH, PATH, void *, size_t)
CALL4(lgetxattr, ssize_t, PATH, PATH, void *, size_t)
CALL4(fgetxattr, ssize_t, int, PATH, void *, size_t)
CALL5(setxattr, int, PATH, PATH, const void *, size_t, int)
CALL5(lsetxattr, int, PATH, PATH, const void *, size_t, int)
CALL5(fsetxattr, int, int, PATH, const void *, size_t, int)
CALL3(listxattr, ssize_t, PATH, char *, size_t)
CALL3(llistxattr, ssize_t, PATH, char *, size_t)
CALL3(flistxattr, ssize_t, int, char *, size_t)
CALL2(removexattr, int, PATH, PATH)
CALL2(lremovexattr, int, PATH, PATH)
CALL2(fremovexattr, int, int, PATH)
CALL2(getcwd, long, char *, size_t)
CALL1(chdir, int, PATH)
CALL1(fchdir, int, int)
CALL3(inotify_add_watch, int, int, PATH, uint32_t)
CALL5(name_to_handle_at, int, int, PATH, struct file_handle *, int *, int)
CALL3(open_by_handle_at, int, int, struct file_handle *, int)
CALL3(getdents64, ssize_t, int, void *, size_t)
CALL1(close, int, int)
CALL3(close_range, int, unsigned, unsigned, int)
CALL3(dup3, int, int, int, int)
CALL3(bind, int, int, const struct sockaddr *, socklen_t)
CALL3(connect, int, int, const struct sockaddr *, socklen_t)
CALL3(execve, int, PATH, LIST, LIST)
CALL5(execveat, int, int, PATH, LIST, LIST, int)

/* The kernel's faccessat and fchmodat have no flags; libc's, whose place they take, do. */
static int n_faccessat(int dir, PATH path, int mode, int flags)
{
    (void)flags;
    return (int)syscall(SYS_faccessat, dir, path, mode);
}

static int n_fchmodat(int dir, PATH path, mode_t mode, int flags)
{
    (void)flags;
    return (int)syscall(SYS_fchmodat, dir, path, mode);
}

/* A request, or a command, and what goes with it. */
static int n_ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

static int n_fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    int argument = va_arg(args, int);
    va_end(args);
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

static int n_prctl(int option, ...)
{
    va_list args;
    va_start(args, option);
    long argument = va_arg(args, long);
    va_end(args);
    return (int)syscall(SYS_prctl, option, argument, 0, 0, 0);
}

#ifdef SYS_open /* the names of before the *at calls */
static int n_open(PATH path, int flags, ...)
{
    return (int)syscall(SYS_open, path, flags, 0644);
}

CALL2(creat, int, PATH, mode_t)
CALL2(stat, int, PATH, struct stat *)
CALL2(lstat, int, PATH, struct stat *)
CALL2(access, int, PATH, int)
CALL3(readlink, ssize_t, PATH, char *, size_t)
CALL1(unlink, int, PATH)
CALL1(rmdir, int, PATH)
CALL2(rename, int, PATH, PATH)
CALL4(renameat, int, int, PATH, int, PATH)
CALL2(link, int, PATH, PATH)
CALL2(symlink, int, PATH, PATH)
CALL2(mkdir, int, PATH, mode_t)
CALL3(mknod, int, PATH, mode_t, dev_t)
CALL2(chmod, int, PATH, mode_t)
CALL3(chown, int, PATH, uid_t, gid_t)
CALL3(lchown, int, PATH, uid_t, gid_t)
CALL2(utime, int, PATH, const struct utimbuf *)
CALL2(utimes, int, PATH, const struct timeval *)
CALL3(futimesat, int, int, PATH, const struct timeval *)
CALL3(getdents, ssize_t, int, void *, size_t)
CALL2(dup2, int, int, int)
#endif

#define ROW(name)                 \
    {                             \
#name, (any_fn *)n_##name \
    }

static const struct {
    const char *name;
    any_fn *call;
} calls[] = {
    ROW(openat),
#ifdef SYS_newfstatat
    ROW(newfstatat),
#endif
    ROW(fstat),
    ROW(statx),
    ROW(uname),
    ROW(sysinfo),
    ROW(statfs),
    ROW(fstatfs),
    ROW(faccessat),
    ROW(faccessat2),
    ROW(readlinkat),
    ROW(unlinkat),
    ROW(renameat2),
    ROW(linkat),
    ROW(symlinkat),
    ROW(mkdirat),
    ROW(mknodat),
    ROW(fchmod),
    ROW(fchmodat),
    ROW(fchmodat2),
    ROW(fchown),
    ROW(fchownat),
    ROW(utimensat),
    ROW(truncate),
    ROW(ftruncate),
    ROW(fallocate),
    ROW(lseek),
    ROW(read),
    ROW(write),
    ROW(readv),
    ROW(writev),
    ROW(copy_file_range),
    ROW(fsync),
    ROW(fdatasync),
    ROW(sync_file_range),
    ROW(ioctl),
    ROW(fcntl),
    ROW(getxattr),
    ROW(lgetxattr),
    ROW(fgetxattr),
    ROW(setxattr),
    ROW(lsetxattr),
    ROW(fsetxattr),
    ROW(listxattr),
    ROW(llistxattr),
    ROW(flistxattr),
    ROW(removexattr),
    ROW(lremovexattr),
    ROW(fremovexattr),
    ROW(getcwd),
    ROW(chdir),
    ROW(fchdir),
    ROW(inotify_add_watch),
    ROW(name_to_handle_at),
    ROW(open_by_handle_at),
    ROW(getdents64),
    ROW(close),
    ROW(mount),
    ROW(umount2),
    ROW(open_tree),
    ROW(open_tree_attr),
    ROW(move_mount),
    ROW(fsopen),
    ROW(fsconfig),
    ROW(fsmount),
    ROW(fspick),
    ROW(mount_setattr),
    ROW(statmount),
    ROW(listmount),
    ROW(close_range),
    ROW(dup3),
    ROW(bind),
    ROW(connect),
    ROW(execve),
    ROW(execveat),
    ROW(prctl),
#ifdef SYS_open
    ROW(open),
    ROW(creat),
    ROW(stat),
    ROW(lstat),
    ROW(access),
    ROW(readlink),
    ROW(unlink),
    ROW(rmdir),
    ROW(rename),
    ROW(renameat),
    ROW(link),
    ROW(symlink),
    ROW(mkdir),
    ROW(mknod),
    ROW(chmod),
    ROW(chown),
    ROW(lchown),
    ROW(utime),
    ROW(utimes),
    ROW(futimesat),
    ROW(getdents),
    ROW(dup2),
#endif
};

any_fn *by_number(const char *system_call)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strcmp(calls[i].name, system_call) == 0)
            return calls[i].call;
    return NULL;
}

/* Calls that no name of libc's makes */

static int open_how(void)
{
    struct {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
    } how = {O_RDONLY, 0, 0};
    return reads((int)syscall(SYS_openat2, base_fd(), "f:ile", &how, sizeof(how)));
}

static int ring_setup(void)
{
    unsigned char parameters[120] = {0};
    long fd = syscall(SYS_io_uring_setup, 1, parameters);
    if (fd < 0 && errno == EPERM)
        return absent("io_uring is not for this user");
    TRY(fd);
    return OK;
}

static int ask_seccomp(void)
{
    unsigned action = SECCOMP_RET_ALLOW;
    TRY(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
    return OK;
}

/* The same by the name that newer libcs have for it. */
static int open_how_by_name(void)
{
    struct {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
    } how = {O_RDONLY, 0, 0};
    typedef int fn(int, const char *, const void *, size_t);
    return reads(SYMBOL(fn)(base_fd(), "f:ile", &how, sizeof(how)));
}

/* Linux 6.13's: what they answer is newer.bats' to see. */
static int attribute_at(void)
{
    static const struct {
        const char *name;
        long number;
    } list[] = {{"setxattrat", SYS_setxattrat},
                {"getxattrat", SYS_getxattrat},
                {"listxattrat", SYS_listxattrat},
                {"removexattrat", SYS_removexattrat}};
    const char *name = check_name() + strlen("syscall:");
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (strcmp(list[i].name, name) == 0 &&
            syscall(list[i].number, -1, "x", 0, "user.x", 0, 0) < 0)
            return errno == ENOSYS ? absent("no %s", name) : OK;
    return wrong("no descriptor, and no error");
}

/* By its own name: what it is not asked about passes through it unchanged. */
static int call_syscall(void)
{
    typedef long fn(long, ...);
    if (SYMBOL(fn)(SYS_getpid) != getpid())
        return wrong("another process id");
    errno = 0;
    if (SYMBOL(fn)(SYS_lseek, -1, 0L, SEEK_SET) != -1 || errno != EBADF)
        return wrong("%s", strerrorname_np(errno));
    return reads((int)SYMBOL(fn)(SYS_openat, AT_FDCWD, in("f:ile"), O_RDONLY));
}

const struct check probe_syscalls[] = {
    {"syscall", call_syscall},
    {"syscall:openat2", open_how},
    {"openat2", open_how_by_name},
    {"syscall:io_uring_setup", ring_setup},
    {"syscall:seccomp", ask_seccomp},
    {"syscall:setxattrat", attribute_at},
    {"syscall:getxattrat", attribute_at},
    {"syscall:listxattrat", attribute_at},
    {"syscall:removexattrat", attribute_at},
    {NULL, NULL},
};
