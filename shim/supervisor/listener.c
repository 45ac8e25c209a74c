/* SPDX-License-Identifier: MIT */
#include "supervisor/listener.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "supervisor/proc.h"

bool listener_is_unused(int listener)
{
    struct pollfd users = {.fd = listener, .events = 0};
    return poll(&users, 1, 0) > 0 && (users.revents & POLLHUP) != 0;
}

bool listener_waits(int listener, uint64_t id)
{
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

bool listener_fail(int listener, uint64_t id, int error)
{
    const struct seccomp_notif_resp response = {.id = id, .error = -error};
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

void listener_kill_caller(int listener, uint64_t id, pid_t tid)
{
    char text[PROC_STATUS_ROOM];
    const char *line = proc_status(tid, "\nTgid:", text);
    pid_t leader = line == NULL ? tid : (pid_t)strtol(line, NULL, 10);
    int fd = (int)syscall(SYS_pidfd_open, leader, 0);
    /* It waits still: so the number was its own when the process was opened. */
    if (fd >= 0 && listener_waits(listener, id))
        (void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
    if (fd >= 0)
        close(fd);
}

static void interrupted(int sig)
{
    (void)sig; /* to end a wait */
}

void listener_kill_callers(int listener)
{
    /* Until Linux 6.11 nobody who waits for a call is told that nobody is left to make any. */
    const struct itimerval each = {{1, 0}, {1, 0}};
    const struct sigaction action = {.sa_handler = interrupted};
    struct seccomp_notif call;
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigaction(SIGALRM, &action, NULL);
    sigprocmask(SIG_UNBLOCK, &alarm, NULL);
    setitimer(ITIMER_REAL, &each, NULL);
    while (!listener_is_unused(listener)) {
        memset(&call, 0, sizeof(call));
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
            listener_kill_caller(listener, call.id, (pid_t)call.pid);
        else if (errno != EINTR && errno != ENOENT)
            return;
    }
}
