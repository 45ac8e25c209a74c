/* SPDX-License-Identifier: MIT */
#include "store/sidecar_attr.h"

#include <errno.h>
#include <limits.h>
#include <linux/limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "store/hidden.h"
#include "store/sidecar.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

const char *store_plain_path(int dfd, const char *path, char buf[STORE_PLAIN_MAX], bool *follow)
{
    *follow = path[0] == '\0';
    if (path[0] == '/' || (dfd == AT_FDCWD && path[0] != '\0'))
        return path;
    if (dfd == AT_FDCWD)
        return ".";
    size_t n = strlen(path);
    sys_fd_path(dfd, buf);
    size_t prefix = strlen(buf);
    if (prefix + 1 + n >= STORE_PLAIN_MAX)
        return NULL;
    if (n > 0) {
        buf[prefix] = '/';
        memcpy(buf + prefix + 1, path, n + 1);
    }
    return buf;
}

/* The path is too much for a frame that is on every stat's way. */
static __attribute__((noinline)) long get_below(int dfd, const char *path, const char *name,
                                                void *value, size_t room)
{
    char buf[STORE_PLAIN_MAX];
    bool follow;
    const char *plain = store_plain_path(dfd, path, buf, &follow);
    if (plain == NULL)
        return -ENAMETOOLONG;
    return SYS4(follow ? SYS_getxattr : SYS_lgetxattr, plain, name, value, room);
}

static long get_xattr(int dfd, const char *path, const char *name, void *value, size_t room)
{
    if (path[0] == '/' || (dfd == AT_FDCWD && path[0] != '\0'))
        return SYS4(SYS_lgetxattr, path, name, value, room);
    if (path[0] == '\0' && dfd != AT_FDCWD) {
        long n = SYS4(SYS_fgetxattr, dfd, name, value, room);
        if (n != -EBADF) /* not for O_PATH */
            return n;
    }
    return get_below(dfd, path, name, value, room);
}

static __attribute__((noinline)) long set_xattr(int dfd, const char *path, const char *name,
                                                const void *value, size_t size)
{
    char buf[STORE_PLAIN_MAX];
    bool follow;
    if (path[0] == '\0' && dfd != AT_FDCWD) { /* without /proc, which a chroot may not have */
        long r = SYS5(SYS_fsetxattr, dfd, name, value, size, 0);
        if (r != -EBADF) /* not for O_PATH */
            return r;
    }
    const char *plain = store_plain_path(dfd, path, buf, &follow);
    if (plain == NULL)
        return -ENAMETOOLONG;
    return SYS5(follow ? SYS_setxattr : SYS_lsetxattr, plain, name, value, size, 0);
}

static __attribute__((noinline)) long remove_xattr(int dfd, const char *path, const char *name)
{
    char buf[STORE_PLAIN_MAX];
    bool follow;
    if (path[0] == '\0' && dfd != AT_FDCWD) { /* as above */
        long r = SYS2(SYS_fremovexattr, dfd, name);
        if (r != -EBADF)
            return r;
    }
    const char *plain = store_plain_path(dfd, path, buf, &follow);
    if (plain == NULL)
        return -ENAMETOOLONG;
    return SYS2(follow ? SYS_removexattr : SYS_lremovexattr, plain, name);
}

static __attribute__((noinline)) long list_below(int dfd, const char *path, char *list, size_t room)
{
    char buf[STORE_PLAIN_MAX];
    bool follow;
    const char *plain = store_plain_path(dfd, path, buf, &follow);
    if (plain == NULL)
        return -ENAMETOOLONG;
    return SYS3(follow ? SYS_listxattr : SYS_llistxattr, plain, list, room);
}

/* Written once it is known, by any thread. */
static _Atomic bool no_listxattrat;

/*
 * By the call that has a descriptor of its own, where there is one: by /proc the way to the
 * directory takes three times as long as the question. -ENOSYS where it is not there: a kernel
 * says that, a filter also -EPERM, which listing has no other reason for.
 */
static long list_in(int dfd, const char *path, char *list, size_t room)
{
    if (atomic_load_explicit(&no_listxattrat, memory_order_relaxed))
        return -ENOSYS;
    long n = sys_listxattrat(dfd, path, AT_SYMLINK_NOFOLLOW, list, room);
    if (n != -ENOSYS && n != -EPERM)
        return n;
    atomic_store_explicit(&no_listxattrat, true, memory_order_relaxed);
    return -ENOSYS;
}

static long list_xattrs(int dfd, const char *path, char *list, size_t room)
{
    if (path[0] == '/' || (dfd == AT_FDCWD && path[0] != '\0'))
        return SYS3(SYS_llistxattr, path, list, room);
    if (path[0] != '\0') {
        long n = list_in(dfd, path, list, room);
        if (n != -ENOSYS)
            return n;
    }
    if (path[0] == '\0' && dfd != AT_FDCWD) {
        long n = SYS3(SYS_flistxattr, dfd, list, room);
        if (n != -EBADF)
            return n;
    }
    return list_below(dfd, path, list, room);
}

static bool has_name(const char *list, long n, const char *name)
{
    for (long at = 0; at < n; at += (long)strnlen(list + at, (size_t)(n - at)) + 1)
        if (strcmp(list + at, name) == 0)
            return true;
    return false;
}

/*
 * True where an object has no attribute of a name. Linux lets nobody read one of a file that he may
 * not read, whether it is there or not, and everybody list them.
 */
static __attribute__((noinline)) bool lacks(const struct store_object *o, const char *name)
{
    char small[512];
    long n = list_xattrs(o->dfd, o->path, small, sizeof(small));
    if (n != -ERANGE)
        return n >= 0 && !has_name(small, n, name);
    char *list =
        sys_mmap(NULL, XATTR_LIST_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(list))
        return false;
    n = list_xattrs(o->dfd, o->path, list, XATTR_LIST_MAX);
    bool none = n >= 0 && !has_name(list, n, name);
    sys_munmap(list, XATTR_LIST_MAX);
    return none;
}

long store_attr_get(const struct store_object *o, bool marked, const char *name, void *value,
                    size_t room)
{
    long n = get_xattr(o->dfd, o->path, name, value, room);
    if (n == -EACCES && lacks(o, name))
        n = -ENODATA;
    if (!marked || (n != -EOPNOTSUPP && n != -ENODATA))
        return n;
    /* Who does not get to the drive's root, from a directory that he was started in, has none. */
    long beside = store_sidecar_get(o, name, value, room);
    return beside == -EACCES ? n : beside;
}

long store_attr_set(const struct store_object *o, const char *name, const void *value, size_t size)
{
    long r = set_xattr(o->dfd, o->path, name, value, size);
    if (r != -EOPNOTSUPP && r != -ENOSPC && r != -E2BIG)
        return r;
    long beside = store_sidecar_set(o, name, value, size);
    if (beside < 0) /* the reason that the file itself gives, where the other says no more */
        return beside == -EOPNOTSUPP ? r : beside;
    if (r != -EOPNOTSUPP)
        (void)remove_xattr(o->dfd, o->path, name); /* a shorter one, which would be found first */
    return 0;
}

long store_attr_remove(const struct store_object *o, const char *name)
{
    long r = remove_xattr(o->dfd, o->path, name);
    if (r < 0 && r != -EOPNOTSUPP && r != -ENODATA)
        return r;
    long beside = store_sidecar_remove(o, name);
    return r == 0 && beside == -ENODATA ? 0 : beside;
}

long store_attr_list(const struct store_object *o, bool marked, char *list, size_t room)
{
    long n = list_xattrs(o->dfd, o->path, list, room);
    if (!marked || (n < 0 && n != -EOPNOTSUPP))
        return n;
    n = n < 0 ? 0 : n;
    long beside = (size_t)n < room ? store_sidecar_list(o, list + n, room - (size_t)n) : -ERANGE;
    if (beside == -EACCES) /* as above */
        return n;
    return beside < 0 ? beside : n + beside;
}

static long change(const struct store_object *o, const char *name, const void *value, size_t size)
{
    return value == NULL ? store_attr_remove(o, name) : store_attr_set(o, name, value, size);
}

long store_attr_change(const struct store_object *o, const char *name, const void *value,
                       size_t size)
{
    struct stat st;
    long r = change(o, name, value, size);
    if (r != -EACCES || store_object_stat(o, &st) < 0 || S_ISLNK(st.st_mode) ||
        store_object_chmod(o, (st.st_mode & 07777) | 0200) < 0)
        return r;
    bool writable = (st.st_mode & 0200) != 0;
    r = change(o, name, value, size);
    /* It may have the mark by now. */
    if (!writable && store_object_stat(o, &st) == 0)
        store_object_chmod(o, st.st_mode & 07577);
    return r;
}

void store_note_link(int dfd, const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char noted;
    if (n >= sizeof(dir))
        return;
    memcpy(dir, n == 0 ? "." : path, n == 0 ? 1 : n);
    dir[n == 0 ? 1 : n] = '\0';
    if (get_xattr(dfd, dir, STORE_LINKS, &noted, 1) != 1)
        (void)set_xattr(dfd, dir, STORE_LINKS, "1", 1);
}

bool store_links_noted(const char *root, int fd)
{
    char noted;
    long n = SYS4(SYS_fgetxattr, fd, STORE_LINKS, &noted, 1);
    return n == 1 || (n == -EOPNOTSUPP && store_hidden_exists(root));
}
