/* SPDX-License-Identifier: MIT */
#include "vfs/syscalls.h"

#include <string.h>
#include <sys/time.h>
#include <utime.h>

#include "sys/address.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/attributes.h"
#include "vfs/byhandle.h"
#include "vfs/extensible.h"
#include "vfs/finish.h"
#include "vfs/handles.h"
#include "vfs/listing.h"
#include "vfs/listmount.h"
#include "vfs/mounting.h"
#include "vfs/names.h"
#include "vfs/newmounts.h"
#include "vfs/ops.h"
#include "vfs/placement.h"
#include "vfs/ring.h"
#include "vfs/shown.h"
#include "vfs/sockets.h"
#include "vfs/statmount.h"
#include "vfs/transfers.h"

#define PTR(type, i) ((type)(uintptr_t)a[i])
#define PATH(i)      PTR(const char *, i)
#define FD(i)        ((int)a[i])

#define CALL(name, body)                                       \
    static long name(const struct lx_task *t, const long a[6]) \
    {                                                          \
        return body;                                           \
    }

CALL(call_openat,
     placement_opened_by(lx_openat(t, FD(0), PATH(1), (int)a[2], (mode_t)a[3]), (int)a[2]))
CALL(call_statx, lx_statx(t, FD(0), PATH(1), (int)a[2], (unsigned)a[3], PTR(struct statx *, 4)))
CALL(call_faccessat, lx_faccessat(t, FD(0), PATH(1), (int)a[2], 0))
CALL(call_faccessat2, lx_faccessat(t, FD(0), PATH(1), (int)a[2], (int)a[3]))
CALL(call_readlinkat, lx_readlinkat(t, FD(0), PATH(1), PTR(char *, 2), (size_t)a[3]))
CALL(call_unlinkat, lx_unlinkat(t, FD(0), PATH(1), (int)a[2]))
CALL(call_renameat2, lx_renameat2(t, FD(0), PATH(1), FD(2), PATH(3), (unsigned)a[4]))
CALL(call_linkat, lx_linkat(t, FD(0), PATH(1), FD(2), PATH(3), (int)a[4]))
CALL(call_symlinkat, lx_symlinkat(t, PATH(0), FD(1), PATH(2)))
CALL(call_mkdirat, lx_mkdirat(t, FD(0), PATH(1), (mode_t)a[2]))
CALL(call_mknodat, lx_mknodat(t, FD(0), PATH(1), (mode_t)a[2], (dev_t)a[3]))
CALL(call_fchmod, lx_fchmodat(t, FD(0), LX_DESCRIPTOR, (mode_t)a[1], 0))
CALL(call_fchmodat, lx_fchmodat(t, FD(0), PATH(1), (mode_t)a[2], 0))

/*
 * Linux has it since 6.6, and some containers' filters keep what they do not know from programs:
 * these are told so and go on without. A kernel that has it does not know the flags. valgrind would
 * print a warning.
 */
static long call_fchmodat2(const struct lx_task *t, const long a[6])
{
    if (!sys_grumbles && sys_fchmodat2(-1, "", 0, -1) == -ENOSYS)
        return -ENOSYS;
    return lx_fchmodat(t, FD(0), PATH(1), (mode_t)a[2], (int)a[3]);
}

CALL(call_fchownat, lx_fchownat(t, FD(0), PATH(1), (uid_t)a[2], (gid_t)a[3], (int)a[4]))
CALL(call_getxattr, lx_getxattr(t, AT_FDCWD, PATH(0), PATH(1), PTR(void *, 2), (size_t)a[3], 0))
CALL(call_lgetxattr,
     lx_getxattr(t, AT_FDCWD, PATH(0), PATH(1), PTR(void *, 2), (size_t)a[3], AT_SYMLINK_NOFOLLOW))
CALL(call_fgetxattr, lx_getxattr(t, FD(0), LX_DESCRIPTOR, PATH(1), PTR(void *, 2), (size_t)a[3], 0))
CALL(call_setxattr,
     lx_setxattr(t, AT_FDCWD, PATH(0), PATH(1), PTR(const void *, 2), (size_t)a[3], (int)a[4], 0))
CALL(call_lsetxattr, lx_setxattr(t, AT_FDCWD, PATH(0), PATH(1), PTR(const void *, 2), (size_t)a[3],
                                 (int)a[4], AT_SYMLINK_NOFOLLOW))
CALL(call_fsetxattr, lx_setxattr(t, FD(0), LX_DESCRIPTOR, PATH(1), PTR(const void *, 2),
                                 (size_t)a[3], (int)a[4], 0))
CALL(call_listxattr, lx_listxattr(t, AT_FDCWD, PATH(0), PTR(char *, 1), (size_t)a[2], 0))
CALL(call_llistxattr,
     lx_listxattr(t, AT_FDCWD, PATH(0), PTR(char *, 1), (size_t)a[2], AT_SYMLINK_NOFOLLOW))
CALL(call_flistxattr, lx_listxattr(t, FD(0), LX_DESCRIPTOR, PTR(char *, 1), (size_t)a[2], 0))
CALL(call_removexattr, lx_removexattr(t, AT_FDCWD, PATH(0), PATH(1), 0))
CALL(call_lremovexattr, lx_removexattr(t, AT_FDCWD, PATH(0), PATH(1), AT_SYMLINK_NOFOLLOW))
CALL(call_fremovexattr, lx_removexattr(t, FD(0), LX_DESCRIPTOR, PATH(1), 0))
CALL(call_getcwd, lx_getcwd(t, PTR(char *, 0), (size_t)a[1]))
CALL(call_chdir, lx_chdir(t, AT_FDCWD, PATH(0)))
CALL(call_fchdir, lx_chdir(t, FD(0), LX_DESCRIPTOR))
CALL(call_inotify_add_watch, lx_inotify_add_watch(t, FD(0), PATH(1), (uint32_t)a[2]))
CALL(call_name_to_handle_at,
     lx_name_to_handle_at(t, FD(0), PATH(1), PTR(void *, 2), PTR(int *, 3), (int)a[4]))
CALL(call_open_by_handle_at,
     placement_opened_by(lx_open_by_handle_at(t, FD(0), PTR(struct file_handle *, 1), (int)a[2]),
                         (int)a[2]))

CALL(call_bind, lx_bind(t, FD(0), PTR(const struct sockaddr *, 1), (socklen_t)a[2]))
CALL(call_connect, lx_connect(t, FD(0), PTR(const struct sockaddr *, 1), (socklen_t)a[2]))

#ifdef SYS_open /* the names of before the *at calls: x86 has them, newer architectures not */
/* Microseconds (NULL: now) to what the kernel keeps. */
static long set_times(const struct lx_task *t, int dirfd, const char *path,
                      const struct timeval *tv)
{
    struct timespec ts[2];
    if (tv != NULL && t->pid == 0 && !sys_readable(tv, 2 * sizeof(*tv), placement_tick()))
        return -EFAULT;
    for (int i = 0; tv != NULL && i < 2; i++) {
        if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
            return -EINVAL;
        ts[i] = (struct timespec){.tv_sec = tv[i].tv_sec, .tv_nsec = (long)tv[i].tv_usec * 1000L};
    }
    return lx_utimensat(t, dirfd, path, tv == NULL ? NULL : ts, 0);
}
#endif

/* A call that has been judged: by who asked, or by us where that is this process. */
static long judged(const struct lx_task *t, long r, long nr, const long a[6])
{
    if (r != 0)
        return r == LX_DONE ? 0 : r;
    return t->on_behalf ? -LX_CONTINUE : SYS5(nr, a[0], a[1], a[2], a[3], a[4]);
}

#define JUDGED(name, nr, how)                                  \
    static long name(const struct lx_task *t, const long a[6]) \
    {                                                          \
        return judged(t, how, nr, a);                          \
    }

JUDGED(call_lseek, SYS_lseek, lx_judge_seek(t, FD(0), (off_t)a[1], (int)a[2]))
JUDGED(call_fsync, SYS_fsync, lx_judge_sync(t, FD(0)))
JUDGED(call_fdatasync, SYS_fdatasync, lx_judge_sync(t, FD(0)))
JUDGED(call_ioctl, SYS_ioctl, lx_judge_ioctl(t, FD(0), (unsigned long)a[1], (const void *)a[2]))
JUDGED(call_fcntl, SYS_fcntl, lx_judge_fcntl(t, FD(0), (int)a[1], a[2]))

#if defined(__i386__)
#include "vfs/syscalls_i386.h"
#else
JUDGED(call_sync_file_range, SYS_sync_file_range, lx_judge_sync_range(t, FD(0)))

/* Those with structures, sizes and ids that are others where registers have 32 bits. */
CALL(call_newfstatat, lx_fstatat(t, FD(0), PATH(1), PTR(struct stat *, 2), (int)a[3]))
CALL(call_fstat, lx_fstat(t, FD(0), PTR(struct stat *, 1)))
CALL(call_fchown, lx_fchownat(t, FD(0), LX_DESCRIPTOR, (uid_t)a[1], (gid_t)a[2], 0))
CALL(call_utimensat, lx_utimensat(t, FD(0), a[1] == 0 ? LX_DESCRIPTOR : PATH(1),
                                  PTR(const struct timespec *, 2), (int)a[3]))
CALL(call_truncate, lx_truncate(t, AT_FDCWD, PATH(0), (off_t)a[1]))
CALL(call_ftruncate, lx_truncate(t, FD(0), LX_DESCRIPTOR, (off_t)a[1]))
CALL(call_fallocate, lx_fallocate(t, FD(0), (int)a[1], (off_t)a[2], (off_t)a[3]))
CALL(call_statfs, lx_statfs(t, AT_FDCWD, PATH(0), PTR(struct statfs *, 1)))
CALL(call_fstatfs, lx_statfs(t, FD(0), LX_DESCRIPTOR, PTR(struct statfs *, 1)))
#ifdef SYS_open
CALL(call_stat, lx_fstatat(t, AT_FDCWD, PATH(0), PTR(struct stat *, 1), 0))
CALL(call_lstat, lx_fstatat(t, AT_FDCWD, PATH(0), PTR(struct stat *, 1), AT_SYMLINK_NOFOLLOW))
CALL(call_chown, lx_fchownat(t, AT_FDCWD, PATH(0), (uid_t)a[1], (gid_t)a[2], 0))
CALL(call_lchown, lx_fchownat(t, AT_FDCWD, PATH(0), (uid_t)a[1], (gid_t)a[2], AT_SYMLINK_NOFOLLOW))
static long call_utime(const struct lx_task *t, const long a[6])
{
    const struct utimbuf *buf = PTR(const struct utimbuf *, 1);
    struct timeval tv[2] = {{0, 0}, {0, 0}};
    if (buf != NULL && t->pid == 0 && !sys_readable(buf, sizeof(*buf), placement_tick()))
        return -EFAULT;
    if (buf != NULL) {
        tv[0].tv_sec = buf->actime;
        tv[1].tv_sec = buf->modtime;
    }
    return set_times(t, AT_FDCWD, PATH(0), buf == NULL ? NULL : tv);
}
CALL(call_utimes, set_times(t, AT_FDCWD, PATH(0), PTR(const struct timeval *, 1)))
CALL(call_futimesat, set_times(t, FD(0), PATH(1), PTR(const struct timeval *, 2)))
#endif
#endif

/* What is none of ours its program asks the kernel: without the cookie, see x_mount.c. */
static long or_kernel(const struct lx_task *t, long r, long nr, const long a[6])
{
    if (r != -LX_CONTINUE || t->on_behalf)
        return r;
    return sys_call6(nr, a[0], a[1], a[2], a[3], a[4], 0);
}

#define MOUNTING(name, nr, body)                               \
    static long name(const struct lx_task *t, const long a[6]) \
    {                                                          \
        return or_kernel(t, body, nr, a);                      \
    }

MOUNTING(call_mount, SYS_mount,
         lx_mount(t, PATH(0), PATH(1), PTR(const char *, 2), (unsigned long)a[3],
                  PTR(const void *, 4)))
MOUNTING(call_umount2, SYS_umount2, lx_umount(t, PATH(0), (int)a[1]))
MOUNTING(call_fsopen, SYS_fsopen, lx_fsopen(t, PTR(const char *, 0), (unsigned)a[1]))
MOUNTING(call_open_tree, SYS_open_tree, lx_open_tree(t, FD(0), PATH(1), (unsigned)a[2]))
MOUNTING(call_open_tree_attr, SYS_open_tree_attr,
         vfs_open_tree_attr(t, a, attributes_readable(t, PTR(const void *, 3), (size_t)a[4])))
MOUNTING(call_fspick, SYS_fspick, lx_fspick(t, FD(0), PATH(1), (unsigned)a[2]))
MOUNTING(call_fsconfig, SYS_fsconfig,
         lx_fsconfig(t, FD(0), (unsigned)a[1], PTR(const char *, 2), PTR(const char *, 3),
                     (int)a[4]))
MOUNTING(call_fsmount, SYS_fsmount, lx_fsmount(t, FD(0), (unsigned)a[1], (unsigned)a[2]))
MOUNTING(call_move_mount, SYS_move_mount,
         lx_move_mount(t, FD(0), PATH(1), FD(2), PATH(3), (unsigned)a[4]))
MOUNTING(call_mount_setattr, SYS_mount_setattr, vfs_mount_setattr(t, a))
MOUNTING(call_statmount, SYS_statmount, vfs_statmount(t, a))
MOUNTING(call_listmount, SYS_listmount, vfs_listmount(t, a))

/* What only the library can make, and makes before it comes here. */
CALL(call_refused, ((void)t, (void)a, -ENOSYS))

static long call_getdents64(const struct lx_task *t, const long a[6])
{
    return vfs_read_block(t, FD(0), PTR(void *, 1), (size_t)a[2]);
}

/* Of this process alone: whoever acts for another has makers of his own. */
static long move_bytes(const struct lx_task *t, enum lx_op op, long nr, const long a[6])
{
    return lx_transfers(t, op, FD(0))
               ? lx_move_bytes(t, op, FD(0), PTR(const void *, 1), (size_t)a[2], -1)
               : SYS3(nr, a[0], a[1], a[2]);
}

static long move_vector(const struct lx_task *t, enum lx_op op, long nr, const long a[6])
{
    return a[2] >= 0 && lx_transfers(t, op, FD(0))
               ? lx_move_vector(t, op, FD(0), PTR(const void *, 1), (size_t)a[2], -1)
               : SYS3(nr, a[0], a[1], a[2]);
}

CALL(call_read, move_bytes(t, LX_OP_READ, SYS_read, a))
CALL(call_write, move_bytes(t, LX_OP_WRITE, SYS_write, a))
CALL(call_readv, move_vector(t, LX_OP_READ, SYS_readv, a))
CALL(call_writev, move_vector(t, LX_OP_WRITE, SYS_writev, a))

/* Its sixth argument is its own, and never the cookie: a supervisor judges it once more. */
static long call_copy_file_range(const struct lx_task *t, const long a[6])
{
    const struct lx_copy copy = {
        .from = FD(0), .to = FD(2), .placed = a[3] != 0, .size = (size_t)a[4], .refusal = EXDEV};
    long r = lx_judge_range(t, copy.from, copy.to);
    if (r == 0)
        r = lx_judge_copy(t, &copy);
    return r < 0 ? r : sys_call6(SYS_copy_file_range, a[0], a[1], a[2], a[3], a[4], a[5]);
}

CALL(call_uname, lx_uname(t, PTR(struct utsname *, 0)))
CALL(call_sysinfo, lx_sysinfo(t, PTR(struct sysinfo *, 0)))

CALL(call_close, vfs_close(t, FD(0)))

static long call_close_range(const struct lx_task *t, const long a[6])
{
    const bool closes = (a[2] & 4) == 0; /* CLOSE_RANGE_CLOEXEC closes nothing yet */
    placement_forget_descriptors(closes ? (unsigned)a[0] : 1, closes ? (unsigned)a[1] : 0);
    long r = SYS3(SYS_close_range, a[0], a[1], a[2]);
    vfs_settle(t, false);
    return r;
}

/* A descriptor that another one is put in place of has ended. `stays`: placement_stays of that. */
static long replaced(const struct lx_task *t, bool matters, bool stays, long r)
{
    if (r >= 0 && stays)
        placement_note_staying((int)r, true);
    if (matters)
        vfs_settle(t, false);
    return r;
}

static long call_dup3(const struct lx_task *t, const long a[6])
{
    bool matters = vfs_end_matters(t, FD(1));
    bool stays = placement_stays(FD(0));
    placement_forget_fd(FD(1));
    return replaced(t, matters, stays, sys_dup3(FD(0), FD(1), (int)a[2]));
}

#ifdef SYS_renameat /* aarch64 has it, and its rename() is this; newer architectures not */
CALL(call_renameat, lx_renameat2(t, FD(0), PATH(1), FD(2), PATH(3), 0))
#endif

#ifdef SYS_open
CALL(call_open,
     placement_opened_by(lx_openat(t, AT_FDCWD, PATH(0), (int)a[1], (mode_t)a[2]), (int)a[1]))
CALL(call_creat,
     lx_openat(t, AT_FDCWD, PATH(0), O_WRONLY | O_CREAT | O_TRUNC | O_LARGEFILE, (mode_t)a[1]))
CALL(call_access, lx_faccessat(t, AT_FDCWD, PATH(0), (int)a[1], 0))
CALL(call_readlink, lx_readlinkat(t, AT_FDCWD, PATH(0), PTR(char *, 1), (size_t)a[2]))
CALL(call_unlink, lx_unlinkat(t, AT_FDCWD, PATH(0), 0))
CALL(call_rmdir, lx_unlinkat(t, AT_FDCWD, PATH(0), AT_REMOVEDIR))
CALL(call_rename, lx_renameat2(t, AT_FDCWD, PATH(0), AT_FDCWD, PATH(1), 0))
CALL(call_link, lx_linkat(t, AT_FDCWD, PATH(0), AT_FDCWD, PATH(1), 0))
CALL(call_symlink, lx_symlinkat(t, PATH(0), AT_FDCWD, PATH(1)))
CALL(call_mkdir, lx_mkdirat(t, AT_FDCWD, PATH(0), (mode_t)a[1]))
CALL(call_mknod, lx_mknodat(t, AT_FDCWD, PATH(0), (mode_t)a[1], (dev_t)a[2]))
CALL(call_chmod, lx_fchmodat(t, AT_FDCWD, PATH(0), (mode_t)a[1], 0))

static long call_dup2(const struct lx_task *t, const long a[6])
{
    bool matters = vfs_end_matters(t, FD(1));
    bool stays = placement_stays(FD(0));
    placement_forget_fd(FD(1));
    return replaced(t, matters, stays, SYS2(SYS_dup2, a[0], a[1]));
}

/* The record of before getdents64: the name comes earlier, the type is the last byte. */
struct old_dirent {
    unsigned long ino;
    unsigned long off;
    unsigned short length;
    char name[];
};

static long call_getdents(const struct lx_task *t, const long a[6])
{
    char *block = PTR(char *, 1);
    long n;
    long to;
    if (vfs_overflows(t, FD(0)))
        return -EOVERFLOW;
    do {
        n = SYS3(SYS_getdents, a[0], block, a[2]);
        if (n <= 0)
            return n;
        to = 0;
        for (long from = 0; from < n;) {
            struct old_dirent *e = (struct old_dirent *)(void *)(block + from);
            unsigned short length = e->length;
            if (vfs_listed_name(t, FD(0), e->name, (unsigned char *)e + length - 1)) {
                memmove(block + to, e, length);
                to += length;
            }
            from += length;
        }
    } while (to == 0);
    return to;
}
#endif

vfs_syscall *const vfs_syscalls[VFS_SYSCALL_LIMIT] = {
    [SYS_lseek] = call_lseek,
    [SYS_fsync] = call_fsync,
    [SYS_fdatasync] = call_fdatasync,
    [SYS_ioctl] = call_ioctl,
    [SYS_fcntl] = call_fcntl,
#if defined(__i386__)
    I386_CALLS
#else
    [SYS_newfstatat] = call_newfstatat,
    [SYS_fstat] = call_fstat,
    [SYS_fchown] = call_fchown,
    [SYS_utimensat] = call_utimensat,
    [SYS_truncate] = call_truncate,
    [SYS_ftruncate] = call_ftruncate,
    [SYS_fallocate] = call_fallocate,
    [SYS_statfs] = call_statfs,
    [SYS_fstatfs] = call_fstatfs,
    [SYS_sync_file_range] = call_sync_file_range,
#ifdef SYS_open
    [SYS_stat] = call_stat,
    [SYS_lstat] = call_lstat,
    [SYS_chown] = call_chown,
    [SYS_lchown] = call_lchown,
    [SYS_utime] = call_utime,
    [SYS_utimes] = call_utimes,
    [SYS_futimesat] = call_futimesat,
#endif
#endif
        [SYS_openat] = call_openat,
    [SYS_openat2] = vfs_openat2,
    [SYS_statx] = call_statx,
    [SYS_faccessat] = call_faccessat,
    [SYS_faccessat2] = call_faccessat2,
    [SYS_readlinkat] = call_readlinkat,
    [SYS_unlinkat] = call_unlinkat,
    [SYS_renameat2] = call_renameat2,
    [SYS_linkat] = call_linkat,
    [SYS_symlinkat] = call_symlinkat,
    [SYS_mkdirat] = call_mkdirat,
    [SYS_mknodat] = call_mknodat,
    [SYS_fchmod] = call_fchmod,
    [SYS_fchmodat] = call_fchmodat,
    [SYS_fchmodat2] = call_fchmodat2,
    [SYS_fchownat] = call_fchownat,
    [SYS_getxattr] = call_getxattr,
    [SYS_lgetxattr] = call_lgetxattr,
    [SYS_fgetxattr] = call_fgetxattr,
    [SYS_setxattr] = call_setxattr,
    [SYS_lsetxattr] = call_lsetxattr,
    [SYS_fsetxattr] = call_fsetxattr,
    [SYS_listxattr] = call_listxattr,
    [SYS_llistxattr] = call_llistxattr,
    [SYS_flistxattr] = call_flistxattr,
    [SYS_removexattr] = call_removexattr,
    [SYS_lremovexattr] = call_lremovexattr,
    [SYS_fremovexattr] = call_fremovexattr,
    [SYS_getcwd] = call_getcwd,
    [SYS_chdir] = call_chdir,
    [SYS_fchdir] = call_fchdir,
    [SYS_inotify_add_watch] = call_inotify_add_watch,
    [SYS_name_to_handle_at] = call_name_to_handle_at,
    [SYS_open_by_handle_at] = call_open_by_handle_at,
    [SYS_getdents64] = call_getdents64,
    [SYS_read] = call_read,
    [SYS_write] = call_write,
    [SYS_readv] = call_readv,
    [SYS_writev] = call_writev,
    [SYS_copy_file_range] = call_copy_file_range,
    [SYS_uname] = call_uname,
    [SYS_sysinfo] = call_sysinfo,
    [SYS_close] = call_close,
    [SYS_mount] = call_mount,
    [SYS_umount2] = call_umount2,
    [SYS_fsopen] = call_fsopen,
    [SYS_open_tree] = call_open_tree,
    [SYS_open_tree_attr] = call_open_tree_attr,
    [SYS_fspick] = call_fspick,
    [SYS_fsconfig] = call_fsconfig,
    [SYS_fsmount] = call_fsmount,
    [SYS_move_mount] = call_move_mount,
    [SYS_mount_setattr] = call_mount_setattr,
    [SYS_statmount] = call_statmount,
    [SYS_listmount] = call_listmount,
    [SYS_close_range] = call_close_range,
    [SYS_dup3] = call_dup3,
    [SYS_io_uring_setup] = vfs_ring_setup,
    [SYS_setxattrat] = vfs_setxattrat,
    [SYS_getxattrat] = vfs_getxattrat,
    [SYS_listxattrat] = vfs_listxattrat,
    [SYS_removexattrat] = vfs_removexattrat,
    [SYS_file_getattr] = vfs_file_attributes_get,
    [SYS_file_setattr] = vfs_file_attributes_set,
    [SYS_bind] = call_bind,
    [SYS_connect] = call_connect,
    [SYS_execve] = call_refused,
    [SYS_execveat] = call_refused,
    [SYS_prctl] = call_refused,
    [SYS_seccomp] = call_refused,
    [SYS_epoll_ctl] = call_refused,
    [SYS_ppoll] = call_refused,
    [SYS_pselect6] = call_refused,
#ifdef SYS_poll
    [SYS_poll] = call_refused,
    [SYS_select] = call_refused,
#endif
#ifdef SYS_renameat
    [SYS_renameat] = call_renameat,
#endif
#ifdef SYS_open
    [SYS_open] = call_open,
    [SYS_creat] = call_creat,
    [SYS_access] = call_access,
    [SYS_readlink] = call_readlink,
    [SYS_unlink] = call_unlink,
    [SYS_rmdir] = call_rmdir,
    [SYS_rename] = call_rename,
    [SYS_link] = call_link,
    [SYS_symlink] = call_symlink,
    [SYS_mkdir] = call_mkdir,
    [SYS_mknod] = call_mknod,
    [SYS_chmod] = call_chmod,
    [SYS_getdents] = call_getdents,
    [SYS_dup2] = call_dup2,
#endif
};
