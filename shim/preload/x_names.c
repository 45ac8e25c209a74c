/* SPDX-License-Identifier: MIT */
/* Directory entries: making, linking, moving, removing, reading links. */
#include <stdio.h>
#include <unistd.h>

#include "preload/shim.h"
#include "sys/strict.h"
#include "sys/sys.h"
#include "vfs/byhandle.h"
#include "vfs/placement.h"

void __chk_fail(void) __attribute__((weak, noreturn));

static void check_room(size_t size, size_t room)
{
    if (size > room && __chk_fail != NULL)
        __chk_fail();
}

LX_EXPORT ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict buf, size_t size)
{
#if defined(LXSHIM_MUSL)
    /* To the kernel no room is an error, to musl a link of which nothing is told. */
    char nothing[1];
    if (size == 0)
        return lx_ret(lx_readlinkat(lx_self(), dirfd, path, nothing, 1)) < 0 ? -1 : 0;
#endif
    return lx_ret(lx_readlinkat(lx_self(), dirfd, path, buf, size));
}

LX_EXPORT ssize_t readlink(const char *restrict path, char *restrict buf, size_t size)
{
    return readlinkat(AT_FDCWD, path, buf, size);
}

LX_EXPORT ssize_t __readlink_chk(const char *path, char *buf, size_t size, size_t room);
LX_EXPORT ssize_t __readlink_chk(const char *path, char *buf, size_t size, size_t room)
{
    check_room(size, room);
    return readlink(path, buf, size);
}

LX_EXPORT ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t size,
                                   size_t room);
LX_EXPORT ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t size, size_t room)
{
    check_room(size, room);
    return readlinkat(dirfd, path, buf, size);
}

struct file_handle;

LX_EXPORT int name_to_handle_at(int dirfd, const char *path, struct file_handle *handle,
                                int *mount_id, int flags)
{
    return (int)lx_ret(lx_name_to_handle_at(lx_self(), dirfd, path, handle, mount_id, flags));
}

LX_EXPORT int open_by_handle_at(int mount_fd, struct file_handle *handle, int flags)
{
    return (int)lx_ret(
        placement_opened_by(lx_open_by_handle_at(lx_self(), mount_fd, handle, flags), flags));
}

LX_EXPORT int unlink(const char *path)
{
    return (int)lx_ret(lx_unlinkat(lx_self(), AT_FDCWD, path, 0));
}

LX_EXPORT int rmdir(const char *path)
{
    return (int)lx_ret(lx_unlinkat(lx_self(), AT_FDCWD, path, AT_REMOVEDIR));
}

LX_EXPORT int unlinkat(int dirfd, const char *path, int flags)
{
    return (int)lx_ret(lx_unlinkat(lx_self(), dirfd, path, flags));
}

LX_EXPORT int remove(const char *path)
{
    long r = lx_unlinkat(lx_self(), AT_FDCWD, path, 0);
    if (r == -EISDIR)
        r = lx_unlinkat(lx_self(), AT_FDCWD, path, AT_REMOVEDIR);
    return (int)lx_ret(r);
}

/*
 * Whether a directory may be renamed only /proc tells, and to read it takes a descriptor, which the
 * kernel's rename does not: who has none left has a supervisor answer, to whom the call goes
 * without the cookie.
 */
static __attribute__((noinline)) long failed_rename(int odfd, const char *old, int ndfd,
                                                    const char *new, unsigned flags, long r)
{
    if ((r == -EMFILE || r == -ENFILE) && sys_is_supervised())
        r = sys_call6(SYS_renameat2, odfd, (long)old, ndfd, (long)new, (long)flags, 0);
    return r;
}

static inline __attribute__((always_inline)) int rename_at(int odfd, const char *old, int ndfd,
                                                           const char *new, unsigned flags)
{
    long r = lx_renameat2(lx_self(), odfd, old, ndfd, new, flags);
    if (__builtin_expect(r < 0, 0))
        r = failed_rename(odfd, old, ndfd, new, flags, r);
    return (int)lx_ret(r);
}

LX_EXPORT int rename(const char *old, const char *new)
{
    return rename_at(AT_FDCWD, old, AT_FDCWD, new, 0);
}

LX_EXPORT int renameat(int odfd, const char *old, int ndfd, const char *new)
{
    return rename_at(odfd, old, ndfd, new, 0);
}

LX_EXPORT int renameat2(int odfd, const char *old, int ndfd, const char *new, unsigned flags)
{
    return rename_at(odfd, old, ndfd, new, flags);
}

LX_EXPORT int link(const char *old, const char *new)
{
    return (int)lx_ret(lx_linkat(lx_self(), AT_FDCWD, old, AT_FDCWD, new, 0));
}

LX_EXPORT int linkat(int odfd, const char *old, int ndfd, const char *new, int flags)
{
    return (int)lx_ret(lx_linkat(lx_self(), odfd, old, ndfd, new, flags));
}

LX_EXPORT int symlink(const char *target, const char *path)
{
    return (int)lx_ret(lx_symlinkat(lx_self(), target, AT_FDCWD, path));
}

LX_EXPORT int symlinkat(const char *target, int dirfd, const char *path)
{
    return (int)lx_ret(lx_symlinkat(lx_self(), target, dirfd, path));
}

LX_EXPORT int mkdir(const char *path, mode_t mode)
{
    return (int)lx_ret(lx_mkdirat(lx_self(), AT_FDCWD, path, mode));
}

LX_EXPORT int mkdirat(int dirfd, const char *path, mode_t mode)
{
    return (int)lx_ret(lx_mkdirat(lx_self(), dirfd, path, mode));
}

LX_EXPORT int mknod(const char *path, mode_t mode, dev_t dev)
{
    return (int)lx_ret(lx_mknodat(lx_self(), AT_FDCWD, path, mode, dev));
}

LX_EXPORT int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
    return (int)lx_ret(lx_mknodat(lx_self(), dirfd, path, mode, dev));
}

/* What programs of before glibc 2.33 say of the number at that address. */
#if defined(__i386__)
#define MKNOD_VERSION 1
#else
#define MKNOD_VERSION 0
#endif

LX_EXPORT int __xmknod(int version, const char *path, mode_t mode, dev_t *dev);
LX_EXPORT int __xmknod(int version, const char *path, mode_t mode, dev_t *dev)
{
    return version == MKNOD_VERSION ? mknod(path, mode, *dev) : (int)lx_ret(-EINVAL);
}

LX_EXPORT int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev);
LX_EXPORT int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *dev)
{
    return version == MKNOD_VERSION ? mknodat(dirfd, path, mode, *dev) : (int)lx_ret(-EINVAL);
}

LX_EXPORT int mkfifo(const char *path, mode_t mode)
{
    return mknod(path, (mode & 07777) | S_IFIFO, 0);
}

LX_EXPORT int mkfifoat(int dirfd, const char *path, mode_t mode)
{
    return mknodat(dirfd, path, (mode & 07777) | S_IFIFO, 0);
}
