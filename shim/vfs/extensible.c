/* SPDX-License-Identifier: MIT */
#include "vfs/extensible.h"

#include <limits.h>
#include <string.h>

#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/ops.h"
#include "vfs/placement.h"

#define PTR(i) ((const char *)(uintptr_t)a[i])

int vfs_take_structure(const struct lx_task *t, const void *from, size_t size, void *to,
                       size_t least)
{
    const char *bytes = from;
    if (size < least)
        return -EINVAL;
    if (size > VFS_STRUCTURE_MAX)
        return -E2BIG;
    if (from == NULL || (t->pid == 0 && !sys_readable(from, size, placement_tick())))
        return -EFAULT;
    for (size_t i = least; i < size; i++)
        if (bytes[i] != 0)
            return -E2BIG;
    memcpy(to, from, least);
    return 0;
}

long vfs_openat2(const struct lx_task *t, const long a[6])
{
    struct sys_open_how how;
    int r = vfs_take_structure(t, PTR(2), (size_t)a[3], &how, sizeof(how));
    return r < 0 ? r : placement_opened_by(lx_openat2(t, (int)a[0], PTR(1), &how), (int)how.flags);
}

/* The call itself. Two of them have a sixth argument; to the others it is where the cookie goes. */
static long kernel(long nr, const long a[6], const char *path)
{
    bool six = nr == SYS_setxattrat || nr == SYS_getxattrat;
    return sys_call6(nr, a[0], (long)path, a[2], a[3], a[4], six ? a[5] : SYS_COOKIE);
}

/* The path of a call; what may be none is its descriptor. */
static const char *path_of(const long a[6], int at_flags)
{
    return a[1] == 0 && (at_flags & AT_EMPTY_PATH) != 0 ? "" : PTR(1);
}

/* What the kernel refuses of a call for all but its path, which it is told is too long; or 0. */
static __attribute__((noinline)) long refusal(long nr, const long a[6])
{
    char path[PATH_MAX + 1];
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    long r = kernel(nr, a, path);
    return r == -ENAMETOOLONG ? 0 : r;
}

/*
 * Where a call leads. 0: it was made, with its result in *r. Else the mount's index + 1, or -errno;
 * then it is one that the kernel refuses for nothing but its path.
 */
static long lead(const struct lx_task *t, long nr, const long a[6], int at_flags, long *r)
{
    const int known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    long mount = 0;
    if (!t->seccomp_confined)
        mount = lx_where(t, (int)a[0], path_of(a, at_flags), at_flags & known);
    *r = 0;
    if (mount == 0) {
        *r = t->on_behalf ? -LX_CONTINUE : kernel(nr, a, PTR(1));
        return 0;
    }
    long refused = refusal(nr, a);
    return refused < 0 ? refused : mount;
}

long vfs_setxattrat(const struct lx_task *t, const long a[6])
{
    struct vfs_xattr_args args;
    long r;
    long mount = lead(t, SYS_setxattrat, a, (int)a[2], &r);
    if (mount <= 0)
        return mount == 0 ? r : mount;
    r = vfs_take_structure(t, PTR(4), (size_t)a[5], &args, sizeof(args));
    return r < 0 ? r
                 : lx_setxattr(t, (int)a[0], path_of(a, (int)a[2]), PTR(3),
                               (const void *)(uintptr_t)args.value, args.size, (int)args.flags,
                               (int)a[2]);
}

long vfs_getxattrat(const struct lx_task *t, const long a[6])
{
    struct vfs_xattr_args args;
    long r;
    long mount = lead(t, SYS_getxattrat, a, (int)a[2], &r);
    if (mount <= 0)
        return mount == 0 ? r : mount;
    r = vfs_take_structure(t, PTR(4), (size_t)a[5], &args, sizeof(args));
    if (r == 0 && args.flags != 0)
        r = -EINVAL;
    return r < 0 ? r
                 : lx_getxattr(t, (int)a[0], path_of(a, (int)a[2]), PTR(3),
                               (void *)(uintptr_t)args.value, args.size, (int)a[2]);
}

/* True for the current directory by no path, which those that get and set take, and these not. */
static bool is_cwd(const long a[6])
{
    return (int)a[0] == AT_FDCWD && path_of(a, (int)a[2])[0] == '\0';
}

long vfs_listxattrat(const struct lx_task *t, const long a[6])
{
    long r;
    long mount = lead(t, SYS_listxattrat, a, (int)a[2], &r);
    if (mount <= 0)
        return mount == 0 ? r : mount;
    if (is_cwd(a))
        return -EBADF;
    return lx_listxattr(t, (int)a[0], path_of(a, (int)a[2]), (char *)(uintptr_t)a[3], (size_t)a[4],
                        (int)a[2]);
}

long vfs_removexattrat(const struct lx_task *t, const long a[6])
{
    long r;
    long mount = lead(t, SYS_removexattrat, a, (int)a[2], &r);
    if (mount <= 0)
        return mount == 0 ? r : mount;
    if (is_cwd(a))
        return -EBADF;
    return lx_removexattr(t, (int)a[0], path_of(a, (int)a[2]), PTR(3), (int)a[2]);
}

/* file_getattr and file_setattr: no rule is about these attributes, as none is about the ioctls of
 * old for them. The kernel is asked by its own spelling. */
static long file_attributes(const struct lx_task *t, long nr, const long a[6])
{
    char native[PATH_MAX];
    long r;
    const char *path = path_of(a, (int)a[4]);
    long mount = lead(t, nr, a, (int)a[4], &r);
    if (mount <= 0)
        return mount == 0 ? r : mount;
    if (path[0] == '\0')
        return kernel(nr, a, PTR(1));
    r = lx_native_path(t, (int)a[0], path, native, sizeof(native), (int)a[4] & AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : kernel(nr, a, native);
}

long vfs_file_attributes_get(const struct lx_task *t, const long a[6])
{
    return file_attributes(t, SYS_file_getattr, a);
}

long vfs_file_attributes_set(const struct lx_task *t, const long a[6])
{
    /* On a read-only drive nothing is set, if there is anything. */
    const int known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    long mount =
        t->seccomp_confined ? 0 : lx_where(t, (int)a[0], path_of(a, (int)a[4]), (int)a[4] & known);
    if (mount <= 0 ||
        (lx_mounts_had(lx_mounts(t->policy), (unsigned)mount)->flags & LX_MOUNT_READONLY) == 0)
        return file_attributes(t, SYS_file_setattr, a);
    char ignored[64];
    const long looks[6] = {a[0], a[1], (long)(uintptr_t)ignored, sizeof(ignored), a[4], 0};
    long r = file_attributes(t, SYS_file_getattr, looks);
    return r < 0 ? r : -EROFS;
}
