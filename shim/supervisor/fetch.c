/* SPDX-License-Identifier: MIT */
#include "supervisor/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/proc.h"
#include "sys/numbers.h"
#include "vfs/placement.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

/*
 * Opens what descriptors are fetched by, unless it is open since the same tick of the coarse clock:
 * no id is given to another process as fast as that. Returns it, or -errno.
 */
static int pidfd_of(pid_t tid)
{
    /* A worker's own, or the broker's: the process it fetched from last. */
    static struct {
        pid_t tid;
        int fd;
        uint64_t stamp;
    } kept = {.fd = -1};
    uint64_t stamp = placement_stamp();
    if (kept.fd >= 0 && kept.tid == tid && kept.stamp == stamp)
        return kept.fd;
    if (kept.fd >= 0)
        close(kept.fd);
    /* A thread may have descriptors of its own; before 6.9 only its leader can be asked. */
    kept.fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
    if (kept.fd < 0) {
        pid_t leader = tid;
        char text[PROC_STATUS_ROOM];
        const char *line = proc_status(tid, "\nTgid:", text);
        if (line != NULL)
            (void)sscanf(line, "%d", &leader);
        kept.fd = (int)syscall(SYS_pidfd_open, leader, 0);
    }
    kept.tid = tid;
    kept.stamp = stamp;
    return kept.fd < 0 ? -errno : kept.fd;
}

int fetch_descriptor(pid_t tid, int fd)
{
    int from = fd < 0 ? -EBADF : pidfd_of(tid);
    if (from < 0)
        return from;
    int copy = (int)syscall(SYS_pidfd_getfd, from, fd, 0);
    return copy < 0 ? -errno : copy;
}
