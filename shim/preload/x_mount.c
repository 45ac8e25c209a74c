/* SPDX-License-Identifier: MIT */
/* Mounts, and the mount namespace that they are in. */
#include <sched.h>
#include <sys/mount.h>

#include "preload/shim.h"
#include "preload/strict.h"
#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/mounting.h"
#include "vfs/newmounts.h"
#include "vfs/placement.h"

/*
 * What is none of ours the kernel does, by the words that the program has: without the cookie, as a
 * supervisor may have to say it by others.
 */
static long or_kernel(long r, long nr, const long a[6])
{
    return r == -LX_CONTINUE ? sys_call6(nr, a[0], a[1], a[2], a[3], a[4], 0) : r;
}

/* False for a text that the kernel answers EFAULT for, who is then left to say so. */
static bool can_be_read(const char *text)
{
    return text == NULL || sys_string(text, placement_tick()) >= 0;
}

/*
 * True where the library answers a call with these texts. A supervisor does so itself, as for whom
 * the library is not in: it knows what the caller's "/" is, and leaves alone what is outside
 * without a look, after which a mount would count as used (MNT_EXPIRE).
 */
static bool is_answered_here(const char *text, const char *other)
{
    return can_be_read(text) && can_be_read(other) && !lx_is_supervised();
}

LX_EXPORT int mount(const char *source, const char *target, const char *type, unsigned long flags,
                    const void *data)
{
    const long a[6] = {(long)source, (long)target, (long)type, (long)flags, (long)data};
    long r = -LX_CONTINUE;
    if (can_be_read(type) && is_answered_here(source, target) &&
        (!lx_mounts_type(type) || can_be_read(data)))
        r = lx_mount(lx_self(), source, target, type, flags, data);
    return (int)lx_ret(or_kernel(r, SYS_mount, a));
}

LX_EXPORT int umount2(const char *target, int flags)
{
    const long a[6] = {(long)target, (long)flags};
    long r = is_answered_here(target, NULL) ? lx_umount(lx_self(), target, flags) : -LX_CONTINUE;
    return (int)lx_ret(or_kernel(r, SYS_umount2, a));
}

LX_EXPORT int umount(const char *target)
{
    return umount2(target, 0);
}

/* Of glibc 2.36 and later; their shapes are the kernel's. */
LX_EXPORT int fsopen(const char *type, unsigned flags);
LX_EXPORT int fsopen(const char *type, unsigned flags)
{
    const long a[6] = {(long)type, (long)flags};
    long r = is_answered_here(type, NULL) ? lx_fsopen(lx_self(), type, flags) : -LX_CONTINUE;
    return (int)lx_ret(or_kernel(r, SYS_fsopen, a));
}

LX_EXPORT int open_tree(int dirfd, const char *path, unsigned flags);
LX_EXPORT int open_tree(int dirfd, const char *path, unsigned flags)
{
    const long a[6] = {dirfd, (long)path, (long)flags};
    long r =
        is_answered_here(path, NULL) ? lx_open_tree(lx_self(), dirfd, path, flags) : -LX_CONTINUE;
    return (int)lx_ret(or_kernel(r, SYS_open_tree, a));
}

LX_EXPORT int fspick(int dirfd, const char *path, unsigned flags);
LX_EXPORT int fspick(int dirfd, const char *path, unsigned flags)
{
    const long a[6] = {dirfd, (long)path, (long)flags};
    long r = is_answered_here(path, NULL) ? lx_fspick(lx_self(), dirfd, path, flags) : -LX_CONTINUE;
    return (int)lx_ret(or_kernel(r, SYS_fspick, a));
}

LX_EXPORT int fsconfig(int fd, unsigned command, const char *key, const void *value, int aux);
LX_EXPORT int fsconfig(int fd, unsigned command, const char *key, const void *value, int aux)
{
    const long a[6] = {fd, (long)command, (long)key, (long)value, aux};
    long r = -LX_CONTINUE;
    if (is_answered_here(NULL, NULL))
        r = lx_fsconfig(lx_self(), fd, command, key, value);
    return (int)lx_ret(or_kernel(r, SYS_fsconfig, a));
}

LX_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes);
LX_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes)
{
    const long a[6] = {fd, (long)flags, (long)attributes};
    long r = -LX_CONTINUE;
    if (is_answered_here(NULL, NULL))
        r = lx_fsmount(lx_self(), fd, flags, attributes);
    return (int)lx_ret(or_kernel(r, SYS_fsmount, a));
}

LX_EXPORT int move_mount(int from, const char *path, int to, const char *target, unsigned flags);
LX_EXPORT int move_mount(int from, const char *path, int to, const char *target, unsigned flags)
{
    const long a[6] = {from, (long)path, to, (long)target, (long)flags};
    long r = -LX_CONTINUE;
    if (is_answered_here(path, target))
        r = lx_move_mount(lx_self(), from, path, to, target, flags);
    return (int)lx_ret(or_kernel(r, SYS_move_mount, a));
}

struct mount_attr;
LX_EXPORT int mount_setattr(int fd, const char *path, unsigned flags, struct mount_attr *attributes,
                            size_t size);
LX_EXPORT int mount_setattr(int fd, const char *path, unsigned flags, struct mount_attr *attributes,
                            size_t size)
{
    const long a[6] = {fd, (long)path, (long)flags, (long)attributes, (long)size};
    long r = is_answered_here(path, NULL) ? vfs_mount_setattr(lx_self(), a) : -LX_CONTINUE;
    return (int)lx_ret(or_kernel(r, SYS_mount_setattr, a));
}

LX_EXPORT int unshare(int flags)
{
    /* Without the cookie: the supervisor wants to hear of it. */
    long r = sys_call6(SYS_unshare, flags, 0, 0, 0, 0, 0);
    if (r == 0 && (flags & CLONE_NEWNS) != 0)
        lx_moved_space();
    return (int)lx_ret(r);
}

LX_EXPORT int setns(int fd, int type)
{
    long r = sys_call6(SYS_setns, fd, type, 0, 0, 0, 0);
    if (r == 0)
        lx_moved_space();
    return (int)lx_ret(r);
}
