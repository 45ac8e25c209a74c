/* SPDX-License-Identifier: MIT */
#include "vfs/byhandle.h"

#include <fcntl.h>
#include <limits.h>

#include "fs/call.h"
#include "sys/address.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"
#include "vfs/placement.h"

/* The kernel's name of what a handle names. Returns its length, or -errno. */
static long name_of(int mount, struct file_handle *handle, char name[PATH_MAX])
{
    char link[SYS_FD_PATH];
    int fd = (int)SYS3(SYS_open_by_handle_at, mount, handle, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return fd;
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, name, PATH_MAX - 1);
    sys_close(fd);
    if (n >= 0)
        name[n] = '\0';
    return n < 0 ? -ESTALE : n;
}

/*
 * Opens a name without a symlink in it. Who is given the descriptor sees by F_GETFL how that was
 * seen to: the library leaves its own flag out there, and from the supervisor it goes as it is.
 */
static long open_named(const struct lx_task *task, const char *name, int flags)
{
    const struct sys_open_how how = {.flags = (unsigned)flags, .resolve = SYS_RESOLVE_NO_SYMLINKS};
    long fd = -ENOSYS; /* of a 32-bit program's, too, that has said O_NOFOLLOW */
    if (task->pid != 0 && (flags & O_PATH) == 0)
        fd = lx_openat2(task, AT_FDCWD, name, &how);
    return fd != -ENOSYS ? fd : lx_openat(task, AT_FDCWD, name, flags | O_NOFOLLOW, 0);
}

long vfs_open_by_handle(const struct lx_task *task, int mount, struct file_handle *handle,
                        int flags)
{
    char name[PATH_MAX];
    long n = name_of(mount, handle, name);
    if (n < 0)
        return n == -ESTALE ? n : -LX_CONTINUE;
    if (mounts_classify(task->policy, name, (size_t)n).mount == 0)
        return -LX_CONTINUE;
    n = mounts_to_program(task->policy, name, (size_t)n, sizeof(name));
    if (n < 0)
        return n;
    /* Waiting to be deleted, the file has no name of its own. */
    long fd = open_named(task, name, flags);
    return fd == -ENOENT ? -ESTALE : fd;
}

/* True where all of a handle is there to be read. */
static bool is_readable(const struct file_handle *handle)
{
    uint64_t now = placement_tick();
    return sys_readable(handle, sizeof(*handle), now) && handle->handle_bytes <= MAX_HANDLE_SZ &&
           sys_readable(handle->f_handle, handle->handle_bytes, now);
}

long lx_open_by_handle_at(const struct lx_task *task, int mount, struct file_handle *handle,
                          int flags)
{
    bool asks = !task->seccomp_confined && is_readable(handle);
    long r = asks ? vfs_open_by_handle(task, mount, handle, flags) : -LX_CONTINUE;
    return r == -LX_CONTINUE ? SYS3(SYS_open_by_handle_at, mount, handle, flags) : r;
}
