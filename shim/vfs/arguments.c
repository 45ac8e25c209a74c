/* SPDX-License-Identifier: MIT */
#include "vfs/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "sys/sys.h"

/* Nothing can be read there. */
#define NOWHERE ((const char *)1)

static long ask_xattr(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_SETXATTR:
        return SYS5(SYS_setxattr, NOWHERE, c->name, c->value, c->size, c->how);
    case LX_OP_GETXATTR:
        return SYS4(SYS_getxattr, NOWHERE, c->name, c->buf, c->size);
    default:
        return SYS2(SYS_removexattr, NOWHERE, c->name);
    }
}

static long ask(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_OPEN:
        return sys_openat(AT_FDCWD, NOWHERE, c->flags, c->mode);
    case LX_OP_STAT:
        return sys_fstatat(AT_FDCWD, NOWHERE, c->buf, c->flags);
    case LX_OP_STATX:
        return sys_statx(AT_FDCWD, NOWHERE, c->flags, c->mask, c->buf);
    case LX_OP_ACCESS:
        return sys_faccessat(AT_FDCWD, NOWHERE, (int)c->access, c->flags);
    case LX_OP_READLINK:
        return sys_readlinkat(AT_FDCWD, NOWHERE, c->buf, c->size);
    case LX_OP_UNLINK:
        return sys_unlinkat(AT_FDCWD, NOWHERE, c->flags);
    case LX_OP_RENAME:
        return sys_renameat2(AT_FDCWD, NOWHERE, AT_FDCWD, NOWHERE, c->how);
    case LX_OP_LINK:
        return sys_linkat(AT_FDCWD, NOWHERE, AT_FDCWD, NOWHERE, c->flags);
    case LX_OP_SYMLINK:
        return sys_symlinkat(c->name, AT_FDCWD, NOWHERE);
    case LX_OP_MKNOD:
        return sys_mknodat(AT_FDCWD, NOWHERE, c->mode, c->dev);
    case LX_OP_CHMOD:
        return SYS4(SYS_fchmodat2, AT_FDCWD, NOWHERE, c->mode, c->flags);
    case LX_OP_CHOWN:
        return sys_fchownat(AT_FDCWD, NOWHERE, c->uid, c->gid, c->flags);
    case LX_OP_UTIMES:
        return sys_utimensat(AT_FDCWD, NOWHERE, c->times, c->flags);
    case LX_OP_TRUNCATE:
        return sys_truncate(NOWHERE, c->length);
    case LX_OP_SETXATTR:
    case LX_OP_GETXATTR:
    case LX_OP_REMOVEXATTR:
        return ask_xattr(c);
    case LX_OP_HANDLE:
        return SYS5(SYS_name_to_handle_at, AT_FDCWD, NOWHERE, c->buf, c->value, c->how);
    case LX_OP_WATCH:
        return sys_inotify_add_watch(c->instance, NOWHERE, c->mask);
    default:
        return -EFAULT;
    }
}

/* exec looks at its path's address before its flags, and at those before what is there. */
static long ask_exec(const struct lx_call *c)
{
    const char *path = c->path[0];
    long n = c->task->pid == 0 ? sys_string(path, lx_tick(c))
             : path == NULL    ? -EFAULT
                               : (long)strlen(path);
    if (n < 0 || n >= PATH_MAX || (n == 0 && (c->flags & AT_EMPTY_PATH) == 0))
        return VFS_GOES_ON;
    char name[] = "/";
    char *const argv[] = {name, NULL};
    long r = sys_execveat(AT_FDCWD, name, argv, argv + 1, c->flags);
    return r == -EINVAL ? r : VFS_GOES_ON;
}

long vfs_ask_openat2(const struct sys_open_how *how)
{
    long r = SYS4(SYS_openat2, AT_FDCWD, NOWHERE, how, sizeof(*how));
    return r == -EFAULT ? VFS_GOES_ON : r;
}

long vfs_ask_first(const struct lx_call *c)
{
    if (c->op == LX_OP_EXEC)
        return ask_exec(c);
    if (c->op == LX_OP_UTIMES && vfs_bad_times(c))
        return -EFAULT;
    long r = ask(c);
    /* EFAULT is said of the path, or else will be said again; the number may be unknown here. */
    return r == -EFAULT || r == -ENOSYS ? VFS_GOES_ON : r;
}
