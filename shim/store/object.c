/* SPDX-License-Identifier: MIT */
#include "store/object.h"

#include <string.h>

#include "sys/fdpath.h"
#include "sys/sys.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

int store_rename_to_free(int odfd, const char *old, int ndfd, const char *new)
{
    struct stat st;
    int r = sys_renameat2(odfd, old, ndfd, new, RENAME_NOREPLACE);
    if (r != -EINVAL && r != -ENOSYS)
        return r;
    r = sys_linkat(odfd, old, ndfd, new, 0);
    if (r == 0)
        return sys_unlinkat(odfd, old, 0);
    if (r == -EEXIST || sys_fstatat(ndfd, new, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return -EEXIST;
    return sys_renameat2(odfd, old, ndfd, new, 0);
}

const char *store_leaf(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int store_object_stat(const struct store_object *o, struct stat *st)
{
    int flags = o->path[0] == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
    return sys_fstatat(o->dfd, o->path, st, flags);
}

int store_object_chmod(const struct store_object *o, mode_t mode)
{
    char link[SYS_FD_PATH];
    if (o->path[0] != '\0')
        return sys_fchmodat(o->dfd, o->path, mode);
    if (o->dfd == AT_FDCWD)
        return sys_fchmodat(AT_FDCWD, ".", mode);
    int r = sys_fchmod(o->dfd, mode);
    if (r != -EBADF) /* not for O_PATH */
        return r;
    sys_fd_path(o->dfd, link);
    return sys_fchmodat(AT_FDCWD, link, mode);
}

int store_object_parent(const struct store_object *o, char out[PATH_MAX])
{
    const char *slash = strrchr(o->path, '/');
    size_t n = slash == NULL ? 0 : slash == o->path ? 1 : (size_t)(slash - o->path);
    if (n >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out, n == 0 ? "." : o->path, n == 0 ? 1 : n);
    out[n == 0 ? 1 : n] = '\0';
    return 0;
}

long store_object_path(const struct store_object *o, char out[PATH_MAX])
{
    char link[SYS_FD_PATH];
    size_t n = strlen(o->path);
    if (o->path[0] == '/') {
        if (n >= PATH_MAX)
            return -ENAMETOOLONG;
        memcpy(out, o->path, n + 1);
        return (long)n;
    }
    int fd = sys_openat(o->dfd, n == 0 ? "." : o->path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (n == 0 && o->dfd != AT_FDCWD && fd == -ENOTDIR)
        fd = sys_fcntl(o->dfd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    sys_fd_path(fd, link);
    long length = sys_readlinkat(AT_FDCWD, link, out, PATH_MAX - 1);
    sys_close(fd);
    if (length < 0)
        return length;
    out[length] = '\0';
    return out[0] == '/' ? length : -ENOENT;
}
