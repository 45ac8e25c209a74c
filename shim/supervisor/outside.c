/* SPDX-License-Identifier: MIT */
#include "supervisor/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/mounts.h"

/* A name the kernel gave. What is no file of the tree ("pipe:[7]") is outside, too. */
static bool is_outside(const struct lx_policy *policy, const char *name, size_t n)
{
    return name[0] != '/' || mounts_classify(policy, name, n).mount == 0;
}

bool outside_descriptor(const struct lx_policy *policy, const struct tracee *t, int fd)
{
    char name[PATH_MAX];
    long n = fd < 0 && fd != AT_FDCWD ? -EBADF : tracee_name(t, fd, name, sizeof(name));
    return n > 0 && is_outside(policy, name, (size_t)n);
}

/* Looks where the kernel arrives; asks for the name of that. Consumes fd. */
static bool arrives_outside(const struct lx_policy *policy, int fd, bool *symlink)
{
    char link[32];
    char name[PATH_MAX];
    struct stat st;
    if (fd < 0)
        return false;
    if (symlink != NULL)
        *symlink = fstat(fd, &st) < 0 || S_ISLNK(st.st_mode);
    sys_fd_path(fd, link);
    ssize_t n = readlink(link, name, sizeof(name) - 1);
    close(fd);
    return n > 0 && is_outside(policy, name, (size_t)n);
}

/* By an absolute path with symlinks on its way. */
static bool leads_outside(const struct lx_policy *policy, const char *path)
{
    bool symlink;
    /* The kernel knows nothing of a mount whose backing is elsewhere. */
    if (policy->redirects ||
        !arrives_outside(policy, sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0),
                         &symlink))
        return false;
    return !symlink ||
           arrives_outside(policy, sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0), NULL);
}

/* True where a component is "." or "..", or empty. */
static bool has_dots(const char *path)
{
    for (const char *p = path; (p = strchr(p, '/')) != NULL;) {
        p++;
        size_t n = strcspn(p, "/");
        if ((n == 0 && *p != '\0') || (n == 1 && p[0] == '.') ||
            (n == 2 && memcmp(p, "..", 2) == 0))
            return true;
    }
    return false;
}

bool outside_path(const struct lx_policy *policy, const struct tracee *t, int dirfd,
                  const char *path)
{
    const struct sys_open_how how = {.flags = O_PATH | O_CLOEXEC,
                                     .resolve = SYS_RESOLVE_NO_SYMLINKS};
    char whole[2 * PATH_MAX];
    if (path[0] != '/') {
        while (path[0] == '.' && path[1] == '/' && path[2] != '/')
            path += 2;
        long base = tracee_name(t, dirfd, whole, PATH_MAX);
        if (base <= 0 || whole[0] != '/')
            return false;
        size_t n = strlen(path);
        if (base > 1)
            whole[base++] = '/';
        memcpy(whole + base, path, n + 1);
        path = whole;
    }
    /* Its spelling is the truth where no symlink and no ".." is on the way. */
    if (has_dots(path))
        return leads_outside(policy, path);
    size_t n = strlen(path);
    if (!is_outside(policy, path, n) || mounts_redirected(policy, path, n) != NULL)
        return false;
    int fd = sys_openat2(AT_FDCWD, path, &how);
    if (fd >= 0)
        sys_close(fd);
    /* What is not there is not there, wherever a call looks. */
    if (fd >= 0 || fd == -ENOENT)
        return true;
    return fd == -ELOOP && leads_outside(policy, path);
}
