/* SPDX-License-Identifier: MIT */
/* Mounts, and the mount namespace that they are in. */
#include <sched.h>
#include <sys/mount.h>

#include "preload/mounting.h"
#include "preload/shim.h"
#include "sys/strict.h"
#include "sys/sys.h"
#include "vfs/placement.h"
#include "vfs/room.h"
#include "vfs/shown.h"
#include "vfs/syscalls.h"

struct mounting {
    long nr;
    const long *a;
};

static long mounting_there(void *asked)
{
    const struct mounting *m = asked;
    return vfs_syscalls[m->nr](lx_self(), m->a);
}

/*
 * What is none of ours the kernel does, by the words that the program has: without the cookie, as a
 * supervisor may have to say it by others. A supervisor answers all of it itself, as for whom the
 * library is not in: it knows what the caller's "/" is, and leaves alone what is outside without a
 * look, after which a mount would count as used (MNT_EXPIRE).
 */
long lx_mounting(long nr, const long a[6])
{
    if (shown_lacks(lx_self(), nr))
        return -ENOSYS;
    long r = sys_is_supervised()
                 ? sys_call6(nr, a[0], a[1], a[2], a[3], a[4], 0)
                 : vfs_with_room(lx_self(), mounting_there, &(struct mounting){nr, a});
    if (r >= 0)
        placement_forget_all(); /* what is open may have another name */
    return r;
}

#define MOUNTING(nr, ...) ((int)lx_ret(lx_mounting((nr), (const long[6]){__VA_ARGS__})))

LX_EXPORT int mount(const char *source, const char *target, const char *type, unsigned long flags,
                    const void *data)
{
    return MOUNTING(SYS_mount, (long)source, (long)target, (long)type, (long)flags, (long)data);
}

LX_EXPORT int umount2(const char *target, int flags)
{
    return MOUNTING(SYS_umount2, (long)target, flags);
}

LX_EXPORT int umount(const char *target)
{
    return umount2(target, 0);
}

/* Of glibc 2.36 and later; their shapes are the kernel's. */
LX_EXPORT int fsopen(const char *type, unsigned flags);
LX_EXPORT int fsopen(const char *type, unsigned flags)
{
    return MOUNTING(SYS_fsopen, (long)type, (long)flags);
}

LX_EXPORT int open_tree(int dirfd, const char *path, unsigned flags);
LX_EXPORT int open_tree(int dirfd, const char *path, unsigned flags)
{
    return MOUNTING(SYS_open_tree, dirfd, (long)path, (long)flags);
}

LX_EXPORT int fspick(int dirfd, const char *path, unsigned flags);
LX_EXPORT int fspick(int dirfd, const char *path, unsigned flags)
{
    return MOUNTING(SYS_fspick, dirfd, (long)path, (long)flags);
}

LX_EXPORT int fsconfig(int fd, unsigned command, const char *key, const void *value, int aux);
LX_EXPORT int fsconfig(int fd, unsigned command, const char *key, const void *value, int aux)
{
    return MOUNTING(SYS_fsconfig, fd, (long)command, (long)key, (long)value, aux);
}

LX_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes);
LX_EXPORT int fsmount(int fd, unsigned flags, unsigned attributes)
{
    return MOUNTING(SYS_fsmount, fd, (long)flags, (long)attributes);
}

LX_EXPORT int move_mount(int from, const char *path, int to, const char *target, unsigned flags);
LX_EXPORT int move_mount(int from, const char *path, int to, const char *target, unsigned flags)
{
    return MOUNTING(SYS_move_mount, from, (long)path, to, (long)target, (long)flags);
}

struct mount_attr;
LX_EXPORT int mount_setattr(int fd, const char *path, unsigned flags, struct mount_attr *attributes,
                            size_t size);
LX_EXPORT int mount_setattr(int fd, const char *path, unsigned flags, struct mount_attr *attributes,
                            size_t size)
{
    return MOUNTING(SYS_mount_setattr, fd, (long)path, (long)flags, (long)attributes, (long)size);
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
    if (r == 0) {
        placement_forget_all();
        lx_moved_space();
    }
    return (int)lx_ret(r);
}
