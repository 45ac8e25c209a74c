/* SPDX-License-Identifier: MIT */
#include "cli/wslboot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/bind.h"
#include "cli/sizes.h"

/* In the process that is to be root: 1, or -errno. */
static int become_root(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    int r = geteuid() == 0 ? 0 : bind_become(0, 0);
    if (nothing < 0 || setsid() < 0)
        return -errno;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(nothing, fd) < 0)
            return -errno;
    close(nothing);
    return r < 0 ? r : 1;
}

int wslboot_fork(void)
{
    int ends[2];
    int r = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t child = fork();
    if (child == 0) {
        /* Not the session's child, which waits for those that it knows alone. */
        pid_t own = fork();
        if (own > 0)
            _exit(0);
        r = own < 0 ? -errno : become_root();
        if (write(ends[1], &r, sizeof(r)) != (ssize_t)sizeof(r) || r < 0)
            _exit(1);
        close(ends[0]);
        close(ends[1]);
        sizes_lift();
        return 1;
    }
    if (child < 0)
        r = -errno;
    close(ends[1]);
    if (child > 0) {
        waitpid(child, NULL, 0);
        if (read(ends[0], &r, sizeof(r)) != (ssize_t)sizeof(r))
            r = -ECHILD;
    }
    close(ends[0]);
    return r < 0 ? r : 0;
}
