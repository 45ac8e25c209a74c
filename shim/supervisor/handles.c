/* SPDX-License-Identifier: MIT */
#include "supervisor/handles.h"

#include <errno.h>
#include <fcntl.h>

#include "vfs/byhandle.h"

long handles_open(const struct lx_task *task, const struct tracee *tracee, const uint64_t given[6],
                  const long args[6])
{
    struct {
        struct file_handle head;
        unsigned char room[MAX_HANDLE_SZ];
    } handle;
    if (tracee_read(tracee, given[1], &handle, sizeof(handle.head)) < 0 ||
        handle.head.handle_bytes == 0 || handle.head.handle_bytes > MAX_HANDLE_SZ ||
        tracee_read(tracee, given[1], &handle, sizeof(handle.head) + handle.head.handle_bytes) < 0)
        return -LX_CONTINUE; /* which the kernel has errnos for */
    /* The caller's own call would be without a name again, so that nothing is left to it. Its
     * current directory is ours, too: see place.h. */
    struct lx_task opener = *task;
    opener.on_behalf = false;
    return vfs_open_by_handle(&opener, (int)args[0], &handle.head, (int)given[2]);
}
