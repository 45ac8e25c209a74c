/* SPDX-License-Identifier: MIT */
#include "supervisor/handles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"

/* The kernel's name of what a handle names. Returns its length, or -errno. */
static long name_of(const struct tracee *tracee, const uint64_t given[6], const long args[6],
                    char name[PATH_MAX])
{
    struct {
        struct file_handle head;
        unsigned char room[MAX_HANDLE_SZ];
    } handle;
    char link[SYS_FD_PATH];
    if (tracee_read(tracee, given[1], &handle, sizeof(handle.head)) < 0)
        return -EFAULT;
    if (handle.head.handle_bytes == 0 || handle.head.handle_bytes > MAX_HANDLE_SZ)
        return -EINVAL;
    if (tracee_read(tracee, given[1], &handle, sizeof(handle.head) + handle.head.handle_bytes) < 0)
        return -EFAULT;
    /* Its current directory is ours, too: see place.h. */
    int fd = (int)SYS3(SYS_open_by_handle_at, (int)args[0], &handle, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return fd;
    sys_fd_path(fd, link);
    ssize_t n = readlink(link, name, PATH_MAX - 1);
    close(fd);
    if (n >= 0)
        name[n] = '\0';
    return n < 0 ? -ESTALE : n;
}

long handles_open(const struct lx_task *task, const struct tracee *tracee, const uint64_t given[6],
                  const long args[6])
{
    char name[PATH_MAX];
    long n = name_of(tracee, given, args, name);
    if (n < 0)
        return n == -ESTALE ? n : -LX_CONTINUE;
    if (mounts_classify(task->policy, name, (size_t)n).mount == 0)
        return -LX_CONTINUE;
    n = mounts_to_program(task->policy, name, (size_t)n, sizeof(name));
    if (n < 0)
        return n;
    /* The caller's own call would be without a name again, so that nothing is left to it. Waiting
     * to be deleted, the file has no name of its own. */
    struct lx_task opener = *task;
    opener.on_behalf = false;
    long fd = lx_openat(&opener, AT_FDCWD, name, (int)given[2] | O_NOFOLLOW, 0);
    return fd == -ENOENT ? -ESTALE : fd;
}
