/* SPDX-License-Identifier: MIT */
#include "vfs/descriptor.h"

#include <limits.h>
#include <string.h>

#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/unshown.h"

long vfs_directory_path(const struct lx_task *task, int dirfd, char *buf)
{
    int fd = dirfd == AT_FDCWD ? task->cwd : dirfd;
    long n;
    if (fd == AT_FDCWD && task->cwd_name != NULL) {
        n = (long)strlen(task->cwd_name);
        memcpy(buf, task->cwd_name, (size_t)n + 1);
    } else if (fd == AT_FDCWD) {
        n = sys_getcwd(buf, PATH_MAX);
        if (n > 0)
            n--; /* the NUL */
    } else {
        char link[SYS_FD_PATH];
        if (fd < 0)
            return -EBADF;
        sys_fd_path(fd, link);
        n = sys_readlinkat(AT_FDCWD, link, buf, PATH_MAX - 1);
        /* No such descriptor; or no /proc, as in a chroot or after pivot_root. */
        if (n < 0 && n != -ENAMETOOLONG)
            n = sys_fcntl(fd, F_GETFD, 0) < 0 ? -EBADF : -ENXIO;
        if (n >= 0)
            buf[n] = '\0';
    }
    if (n < 0)
        return n;
    /* "(unreachable)/x" after a lazy unmount, "pipe:[1]" for what never had a path. */
    return n > 0 && buf[0] == '/' ? n : -ENOENT;
}

bool vfs_is_misnamed(int fd, const char *name)
{
    struct stat by_name;
    struct stat here;
    int r = sys_fstatat(AT_FDCWD, name, &by_name, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r == -ENOENT || r == -ENOTDIR; /* what is above it may be closed to the caller */
    return sys_fstat(fd, &here) == 0 &&
           (here.st_ino != by_name.st_ino || here.st_dev != by_name.st_dev);
}

/*
 * Where a directory is that is deeper than a path can say: where the nearest one above it is that
 * has a name.
 */
static __attribute__((noinline)) struct placement climb(const struct lx_task *task, int fd)
{
    char path[PATH_MAX];
    struct placement v = {0, 0};
    int at = fd;
    long n = -ENAMETOOLONG;
    while (n == -ENAMETOOLONG) {
        int up = sys_openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (at != fd)
            sys_close(at);
        if (up < 0)
            return v;
        at = up;
        n = vfs_directory_path(task, at, path);
    }
    sys_close(at);
    if (n > 0)
        v = mounts_classify(task->policy, path, (size_t)n);
    v.flags = 0;
    return v;
}

/* Reads where a descriptor or the cwd is from the kernel. Apart, for its buffer. */
static __attribute__((noinline)) struct placement resolve_descriptor(const struct lx_task *task,
                                                                     int fd, uint64_t *hash)
{
    char path[PATH_MAX];
    struct placement v = {0, 0};
    long n = vfs_directory_path(task, fd, path);
    if (n == -ENOENT && fd == AT_FDCWD) {
        /* Removed. /proc still knows from where: "/mnt/c/dir (deleted)". */
        n = sys_readlinkat(AT_FDCWD, "/proc/self/cwd", path, sizeof(path) - 1);
        *hash = 0;
        return n > 0 ? mounts_classify(task->policy, path, (size_t)n) : v;
    }
    if (n < 0) {
        /* Deeper than a path can say, or without a name: it is still where it was. */
        bool open = n == -ENAMETOOLONG || n == -ENXIO;
        if (open && task->caching && placement_recall_fd_stale(fd, &v, hash))
            return v;
        *hash = 0;
        return n == -ENAMETOOLONG ? climb(task, fd == AT_FDCWD ? task->cwd : fd) : v;
    }
    *hash = placement_hash(PLACEMENT_SEED_ROOT, path, (size_t)n);
    v = mounts_classify(task->policy, path, (size_t)n);
    return unshown_marked(task->policy, v, path, (size_t)n);
}

struct placement vfs_unremembered_descriptor(const struct lx_task *task, int fd, uint64_t stamp,
                                             uint64_t *hash)
{
    struct placement v = {0, 0};
    if (task->seccomp_confined) {
        *hash = 0;
        placement_recall_fd_stale(fd, &v, hash);
        return v;
    }
    v = resolve_descriptor(task, fd, hash);
    if (task->caching)
        placement_remember_fd(fd, stamp, v, *hash);
    return v;
}

struct placement vfs_descriptor(const struct lx_task *task, int fd, uint64_t *hash)
{
    return vfs_descriptor_at(task, fd, placement_stamp(), hash);
}
