/* SPDX-License-Identifier: MIT */
/*
 * One lx_* function per operation: what libc's names, syscall() and a supervisor all call. Each
 * takes the task it acts for, behaves as the Linux system call of that name does on the task's
 * view of the file system, and returns its result or -errno. LX_DESCRIPTOR for a path means the
 * descriptor. Flags, modes and sizes are the kernel's, and so are the errnos of what it does not
 * take; the rules that may refuse or alter a call are in policy/rules.def.
 */
#ifndef LXSHIM_VFS_OPS_H
#define LXSHIM_VFS_OPS_H

#include "fs/call.h"

struct sockaddr;

long lx_openat(const struct lx_task *t, int dirfd, const char *path, int flags, mode_t mode);

/* The same by a structure that was read already; resolve flags are kept, or the call refused. */
struct sys_open_how;
long lx_openat2(const struct lx_task *t, int dirfd, const char *path,
                const struct sys_open_how *how);

long lx_fstatat(const struct lx_task *t, int dirfd, const char *path, struct stat *st, int flags);
long lx_fstat(const struct lx_task *t, int fd, struct stat *st);
long lx_statx(const struct lx_task *t, int dirfd, const char *path, int flags, unsigned mask,
              struct statx *stx);
long lx_faccessat(const struct lx_task *t, int dirfd, const char *path, int mode, int flags);
long lx_readlinkat(const struct lx_task *t, int dirfd, const char *path, char *buf, size_t size);

long lx_unlinkat(const struct lx_task *t, int dirfd, const char *path, int flags);
long lx_renameat2(const struct lx_task *t, int odfd, const char *old, int ndfd, const char *new,
                  unsigned flags);
long lx_linkat(const struct lx_task *t, int odfd, const char *old, int ndfd, const char *new,
               int flags);
long lx_symlinkat(const struct lx_task *t, const char *target, int dirfd, const char *path);
long lx_mkdirat(const struct lx_task *t, int dirfd, const char *path, mode_t mode);
long lx_mknodat(const struct lx_task *t, int dirfd, const char *path, mode_t mode, dev_t dev);

long lx_fchmodat(const struct lx_task *t, int dirfd, const char *path, mode_t mode, int flags);
long lx_fchownat(const struct lx_task *t, int dirfd, const char *path, uid_t uid, gid_t gid,
                 int flags);
long lx_utimensat(const struct lx_task *t, int dirfd, const char *path,
                  const struct timespec *times, int flags);
long lx_truncate(const struct lx_task *t, int fd, const char *path, off_t length);
long lx_fallocate(const struct lx_task *t, int fd, int mode, off_t offset, off_t length);

/* flags: AT_SYMLINK_NOFOLLOW for the l* names. setxattr's own flags go into mode. */
long lx_getxattr(const struct lx_task *t, int fd, const char *path, const char *name, void *value,
                 size_t size, int flags);
long lx_setxattr(const struct lx_task *t, int fd, const char *path, const char *name,
                 const void *value, size_t size, int mode, int flags);
long lx_listxattr(const struct lx_task *t, int fd, const char *path, char *list, size_t size,
                  int flags);
long lx_removexattr(const struct lx_task *t, int fd, const char *path, const char *name, int flags);

long lx_statfs(const struct lx_task *t, int fd, const char *path, struct statfs *buf);
long lx_chdir(const struct lx_task *t, int fd, const char *path);
long lx_chroot(const struct lx_task *t, const char *path);
long lx_inotify_add_watch(const struct lx_task *t, int fd, const char *path, uint32_t mask);
long lx_name_to_handle_at(const struct lx_task *t, int dirfd, const char *path, void *handle,
                          int *mount_id, int flags);

/*
 * bind or connect (op) of an AF_UNIX socket to a path of the file system, which an address of
 * `size` bytes holds: that goes to the kernel where the path need not be spelled otherwise.
 */
long lx_unix_socket(const struct lx_task *t, enum lx_op op, int fd, const char *path,
                    const struct sockaddr *address, size_t size);

/*
 * Runs a program. argv and envp are given to it as they are, but for a script that the kernel could
 * not run by itself: its interpreter is looked up here and put before it. Returns only on failure.
 */
long lx_execveat(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                 char *const envp[], int flags);

/* The kernel's spelling of a path into buf (size bytes, NUL-terminated). Returns its length. */
long lx_native_path(const struct lx_task *t, int dirfd, const char *path, char *buf, size_t size,
                    int flags);

/*
 * Which mount a path is in: its index + 1, 0 outside, or -errno. flags: AT_SYMLINK_NOFOLLOW,
 * AT_EMPTY_PATH.
 */
long lx_where(const struct lx_task *t, int dirfd, const char *path, int flags);

/* The task's current directory as programs see it. Returns the length with its NUL, as getcwd. */
long lx_getcwd(const struct lx_task *t, char *buf, size_t size);

/* The same into a buffer of the library's own: of PATH_MAX bytes, which can be written. */
long lx_getcwd_here(const struct lx_task *t, char *buf);

/*
 * The canonical path as programs see it (realpath): every component must exist. buf: PATH_MAX; with
 * -ENOENT and -EACCES, what it is up to the component that is to blame, "" where that is not known.
 */
long lx_realpath(const struct lx_task *t, const char *path, char *buf);

#endif
