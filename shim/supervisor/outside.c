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
#include "vfs/verdict.h"

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

/* What is not there is not there, wherever a call looks. */
static bool is_there(int result)
{
    return result >= 0 || result == -ENOENT;
}

/* By an absolute path (n bytes) whose spelling is outside, without "." or "..". */
static bool spelled_outside(const struct lx_policy *policy, const char *path, size_t n,
                            bool follows)
{
    const struct sys_open_how how = {.flags = O_PATH | O_CLOEXEC,
                                     .resolve = SYS_RESOLVE_NO_SYMLINKS};
    const char *slash = memrchr(path, '/', n);
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    uint64_t hash = verdict_hash(VERDICT_SEED_ROOT, path, length);
    uint64_t stamp = verdict_stamp();
    struct verdict v;
    struct stat st;
    if (slash[1] != '\0' && verdict_recall(hash, stamp, &v) && v.mount == 0) {
        if (!follows)
            return true;
        int r = sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
        return r == 0 && S_ISLNK(st.st_mode) ? leads_outside(policy, path) : is_there(r);
    }
    /* Of an entry itself only where it is has to be known. */
    char directory[PATH_MAX];
    bool whole = follows || slash[1] == '\0' || length >= sizeof(directory);
    if (!whole) {
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    int fd = sys_openat2(AT_FDCWD, whole ? path : directory, &how);
    if (fd >= 0) {
        /* No component of it is a symlink, nor of its directory, for as long as that is true. */
        verdict_remember(hash, stamp, mounts_classify(policy, path, length));
        sys_close(fd);
    }
    return is_there(fd) || (fd == -ELOOP && leads_outside(policy, path));
}

bool outside_path(const struct lx_policy *policy, const char *base, const char *path, bool follows)
{
    char whole[2 * PATH_MAX];
    if (path[0] != '/') {
        while (path[0] == '.' && path[1] == '/' && path[2] != '/')
            path += 2;
        if (base == NULL)
            return false;
        size_t length = strlen(base);
        memcpy(whole, base, length);
        if (length > 1)
            whole[length++] = '/';
        memcpy(whole + length, path, strlen(path) + 1);
        path = whole;
    }
    /* Its spelling is the truth where no symlink and no ".." is on the way. */
    if (has_dots(path))
        return leads_outside(policy, path);
    size_t n = strlen(path);
    return is_outside(policy, path, n) && mounts_redirected(policy, path, n) == NULL &&
           spelled_outside(policy, path, n, follows);
}
