/* SPDX-License-Identifier: MIT */
#include "supervisor/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/views.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/caches.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"
#include "vfs/shown.h"
#include "vfs/tables.h"

/*
 * A name the kernel gave. What is no file of the tree ("pipe:[7]") is outside, too; what we answer
 * for is not.
 */
static bool is_outside(const struct lx_policy *policy, const char *name, size_t n)
{
    return name[0] != '/' ||
           (mounts_classify(policy, name, n).mount == 0 && !tables_native_name(name, n) &&
            !caches_named(name, n) && !shown_named(policy, name, n));
}

bool outside_descriptor(const struct lx_policy *policy, const struct tracee *t, int fd)
{
    char name[PATH_MAX];
    long n = fd < 0 && fd != AT_FDCWD ? -EBADF : tracee_name(t, fd, name, sizeof(name));
    return n > 0 && is_outside(policy, name, (size_t)n);
}

/* Where the kernel arrives by a path. */
struct arrival {
    bool symlink;
    char name[PATH_MAX]; /* as the kernel has it, n bytes */
    size_t n;
};

/* Consumes fd. True where that is outside. */
static bool arrives_outside(const struct lx_policy *policy, int fd, struct arrival *at)
{
    char link[SYS_FD_PATH];
    struct stat st;
    if (fd < 0)
        return false;
    at->symlink = fstat(fd, &st) < 0 || S_ISLNK(st.st_mode);
    sys_fd_path(fd, link);
    ssize_t n = readlink(link, at->name, sizeof(at->name) - 1);
    close(fd);
    at->n = n < 0 ? 0 : (size_t)n;
    return n > 0 && is_outside(policy, at->name, at->n);
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

/* Apart from placements on what is spelled without symlinks, from which the walk goes on. */
#define SEED_LED (~PLACEMENT_SEED_ROOT)

/*
 * Remembers that a directory spelled with symlinks or ".." leads outside, by where an entry of it
 * is; not where a mount is an entry of it, too.
 */
static void remember_led(const struct lx_policy *policy, uint64_t hash, uint64_t stamp,
                         const struct arrival *at)
{
    const char *slash = at->n > 0 ? memrchr(at->name, '/', at->n) : NULL;
    if (slash == NULL || slash == at->name)
        return;
    struct placement v = mounts_classify(policy, at->name, (size_t)(slash - at->name));
    if (v.mount == 0 && v.flags == 0)
        placement_remember(hash, stamp, v);
}

/* True where an absolute path is of an entry of such a directory, and no symlink to be followed. */
static bool is_led_outside(const char *path, bool follows)
{
    const char *slash = strrchr(path, '/');
    uint64_t hash = placement_hash(SEED_LED, path, (size_t)(slash - path));
    struct placement v;
    struct stat st;
    if (slash[1] == '\0' || has_dots(slash) || !placement_recall(hash, placement_stamp(), &v))
        return false;
    if (!follows)
        return true;
    int r = sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    return r == 0 ? !S_ISLNK(st.st_mode) : is_there(r);
}

/* By an absolute path with symlinks on its way, or "..". */
static bool leads_outside(const struct lx_policy *policy, const char *path, bool follows)
{
    /* A link of /proc's to something open leads elsewhere as soon as that is closed. */
    const struct sys_open_how lasting = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
                                         .resolve = SYS_RESOLVE_NO_MAGICLINKS};
    const char *slash = strrchr(path, '/');
    uint64_t stamp = placement_stamp();
    struct arrival at;
    /* The kernel knows nothing of a mount whose backing is elsewhere. */
    if (lx_redirects(policy))
        return false;
    int fd = sys_openat2(AT_FDCWD, path, &lasting);
    bool lasts = fd >= 0;
    if (!lasts)
        fd = sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0);
    if (!arrives_outside(policy, fd, &at))
        return false;
    if (lasts && slash[1] != '\0' && !has_dots(slash))
        remember_led(policy, placement_hash(SEED_LED, path, (size_t)(slash - path)), stamp, &at);
    return !at.symlink || !follows ||
           arrives_outside(policy, sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0), &at);
}

bool outside_below(const struct lx_policy *policy, const char *directory)
{
    size_t n = strlen(directory);
    struct placement v = mounts_classify(policy, directory, n == 1 ? 0 : n);
    return v.mount == 0 && v.flags == 0 && mounts_redirected(policy, directory, n) == NULL &&
           !lx_redirects(policy);
}

bool outside_program(const struct lx_policy *policy, const struct tracee *t)
{
    char link[32];
    char name[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)t->tid);
    long n = sys_readlinkat(AT_FDCWD, link, name, sizeof(name));
    return n > 0 && (size_t)n < sizeof(name) && is_outside(policy, name, (size_t)n) &&
           !lx_redirects(policy);
}

/* By an absolute path (n bytes) whose spelling is outside, without "." or "..". */
static int spelled_outside(const struct lx_policy *policy, const char *path, size_t n, bool follows)
{
    const struct sys_open_how how = {.flags = O_PATH | O_CLOEXEC,
                                     .resolve = SYS_RESOLVE_NO_SYMLINKS};
    const char *slash = memrchr(path, '/', n);
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    uint64_t hash = placement_hash(PLACEMENT_SEED_ROOT, path, length);
    uint64_t stamp = placement_stamp();
    struct placement v;
    struct stat st;
    if (slash[1] != '\0' && placement_recall(hash, stamp, &v) && v.mount == 0) {
        if (!follows)
            return true;
        int r = sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
        return r == 0 && S_ISLNK(st.st_mode) ? leads_outside(policy, path, follows) : is_there(r);
    }
    if (is_led_outside(path, follows))
        return true;
    /* Of an entry itself only where it is has to be known. */
    char directory[PATH_MAX];
    bool whole = follows || slash[1] == '\0' || length >= sizeof(directory);
    if (!whole) {
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    int fd = sys_openat2(AT_FDCWD, whole ? path : directory, &how);
    if (fd >= 0) {
        /*
         * No component of it is a symlink, nor of its directory, for as long as that is true.
         * Around a mount of the host's, as /proc is in a root that is translated, the kernel's
         * directory of that spelling is another one than the program's.
         */
        if (mounts_redirected(policy, path, length) == NULL)
            placement_remember(hash, stamp, mounts_classify(policy, path, length));
        sys_close(fd);
    }
    /* As the call would find it, whatever it is; and a second look would be a second event for who
     * watches the file system (FAN_FS_ERROR). */
    if (fd == -EUCLEAN)
        return fd;
    return is_there(fd) || (fd == -ELOOP && leads_outside(policy, path, follows));
}

/* An absolute path as it is, a relative one below its base in `whole`; NULL where that has no name.
 */
static const char *absolute(const char *base, const char *path, char whole[2 * PATH_MAX])
{
    if (path[0] == '/')
        return path;
    while (path[0] == '.' && path[1] == '/' && path[2] != '/')
        path += 2;
    if (base == NULL)
        return NULL;
    size_t length = strlen(base);
    memcpy(whole, base, length);
    if (length > 1)
        whole[length++] = '/';
    memcpy(whole + length, path, strlen(path) + 1);
    return whole;
}

bool outside_mount_point(const struct lx_policy *policy, const char *base, const char *path)
{
    char whole[2 * PATH_MAX];
    path = absolute(base, path, whole);
    return path != NULL && !mounts_has_point(policy, path) && views_mount_point(path) &&
           outside_path(policy, NULL, path, false) > 0;
}

int outside_path(const struct lx_policy *policy, const char *base, const char *path, bool follows)
{
    char whole[2 * PATH_MAX];
    path = absolute(base, path, whole);
    if (path == NULL || tables_named(path, strlen(path)) || caches_named(path, strlen(path)) ||
        shown_named(policy, path, strlen(path)))
        return false;
    /* Its spelling is the truth where no symlink and no ".." is on the way. */
    if (has_dots(path))
        return is_led_outside(path, follows) || leads_outside(policy, path, follows);
    size_t n = strlen(path);
    if (!is_outside(policy, path, n) || mounts_redirected(policy, path, n) != NULL)
        return false;
    return spelled_outside(policy, path, n, follows);
}
