/* SPDX-License-Identifier: MIT */
#include "vfs/spot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "mounts/attach.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"

/* True for a path that says of a directory, itself: it ends in ".", ".." or a slash. */
static bool says_directory(const char *path, size_t n)
{
    if (n > 1 && path[n - 1] == '/')
        return true;
    size_t dots = n > 1 && path[n - 1] == '.' && path[n - 2] == '.' ? 2 : 1;
    return n >= dots && path[n - 1] == '.' && (n == dots || path[n - dots - 1] == '/');
}

/* Of a path that nothing else names, as there is no /proc, at least the slashes behind it go. */
static long without_slashes(char *native)
{
    size_t n = strlen(native);
    while (n > 1 && native[n - 1] == '/')
        n--;
    native[n] = '\0';
    return (long)n;
}

/*
 * Has a directory's path be the one that a mount is recorded by. Whoever spells it with dots is in
 * it, or below, so that a look into it is no use of a mount that was none before.
 */
static long plainly(const struct lx_task *t, char native[PATH_MAX])
{
    int fd = sys_openat(AT_FDCWD, native, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long n = vfs_directory_path(t, fd, native);
    sys_close(fd);
    return n == -ENXIO ? without_slashes(native) : n;
}

/* A path of n bytes that begins in a directory is given from "/" on. Its length or -errno. */
static long from_root(const struct lx_task *t, int dirfd, char native[PATH_MAX], size_t n)
{
    char base[PATH_MAX];
    long length = vfs_directory_path(t, dirfd, base);
    if (length < 0)
        return length;
    size_t before = length == 1 ? 0 : (size_t)length;
    if (before + 1 + n >= PATH_MAX)
        return -ENAMETOOLONG;
    memmove(native + before + 1, native, n + 1);
    memcpy(native, base, before);
    native[before] = '/';
    return (long)(before + 1 + n);
}

int spot_find(const struct lx_task *t, int dirfd, const char *path, bool follow, struct spot *spot)
{
    long n = path == LX_DESCRIPTOR
                 ? vfs_directory_path(t, dirfd, spot->native)
                 : lx_native_path(t, dirfd, path, spot->native, sizeof(spot->native),
                                  follow ? 0 : AT_SYMLINK_NOFOLLOW);
    if (n > 0 && spot->native[0] != '/')
        n = from_root(t, dirfd, spot->native, (size_t)n);
    if (n > 0 && says_directory(spot->native, (size_t)n))
        n = plainly(t, spot->native);
    if (n < 0)
        return (int)n;
    memcpy(spot->program, spot->native, (size_t)n + 1);
    n = mounts_to_program(t->policy, spot->program, (size_t)n, sizeof(spot->program));
    return n < 0 ? (int)n : 0;
}

const struct lx_mount *lx_mounted_at(const struct lx_task *t, int dirfd, const char *path,
                                     bool follow, char target[PATH_MAX])
{
    struct spot spot;
    if (spot_find(t, dirfd, path, follow, &spot) < 0)
        return NULL;
    const struct lx_mount *m = mounts_at(t->policy, spot.native, spot.program);
    if (m == NULL || m->type == LX_MOUNT_HOST)
        return NULL;
    memcpy(target, spot.program, strlen(spot.program) + 1);
    return m;
}
