/* SPDX-License-Identifier: MIT */
/* The master, its workers, and how a listener comes to them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/answer.h"
#include "supervisor/supervisor.h"

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

#define WORKERS_MAX 256 /* as many calls can wait at once, for a FIFO or by an override's delay */

#define IDLE_MAX 3 /* workers beyond these that have nothing to do go */

/* Shared by the master and its workers. */
struct pool {
    _Atomic int idle;    /* workers that wait for a call */
    _Atomic int workers; /* all of them */
};

int supervise_hand_over(int socket, int listener)
{
    char byte = 0;
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &listener, sizeof(int));
    if (sendmsg(socket, &message, MSG_NOSIGNAL) != 1)
        return -errno;
    ssize_t n;
    while ((n = read(socket, &byte, 1)) < 0 && errno == EINTR)
        ;
    return n == 1 ? 0 : -EPIPE;
}

/* Returns the listener, 0 where the other end was closed without one, or -errno. */
static int receive(int socket)
{
    char byte;
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t n;
    int listener = 0;
    while ((n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    if (n <= 0)
        return n < 0 ? -errno : 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS)
        memcpy(&listener, CMSG_DATA(c), sizeof(int));
    /* Out of the way of standard streams that somebody has closed, for which it would be taken. */
    int high = fcntl(listener, F_DUPFD_CLOEXEC, 3);
    int error = errno;
    close(listener);
    return high < 0 ? -error : high;
}

/* True when nobody lives under the filter any more. */
static bool is_unused(int listener)
{
    struct pollfd users = {.fd = listener, .events = 0};
    return poll(&users, 1, 0) > 0 && (users.revents & POLLHUP) != 0;
}

/*
 * One worker: takes calls until nobody is left to make any. The one that leaves none idle behind
 * starts another first, so that a call that waits never stops the next; those that are too many go.
 */
static _Noreturn void work(const struct lx_policy *policy, int listener, struct pool *pool)
{
    struct seccomp_notif call;
    signal(SIGTERM, SIG_DFL);
    for (;;) {
        atomic_fetch_add(&pool->idle, 1);
        memset(&call, 0, sizeof(call));
        int r = ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call);
        int error = errno;
        if (atomic_fetch_sub(&pool->idle, 1) == 1 && atomic_load(&pool->workers) < WORKERS_MAX) {
            atomic_fetch_add(&pool->workers, 1);
            pid_t pid = fork();
            if (pid == 0)
                continue;
            if (pid < 0)
                atomic_fetch_sub(&pool->workers, 1);
        }
        if (r == 0)
            supervise_answer(policy, listener, &call);
        else if ((error != EINTR && error != ENOENT) || is_unused(listener))
            break;
        if (atomic_load(&pool->idle) >= IDLE_MAX) {
            atomic_fetch_sub(&pool->workers, 1);
            break;
        }
    }
    _exit(0);
}

/*
 * Leaves everything behind that others might wait for: standard streams that end in somebody's
 * pipe, other descriptors, the current directory, the terminal's process group.
 */
static void detach(int listener, int ready)
{
    sigset_t none;
    int low = listener < ready ? listener : ready;
    int high = listener < ready ? ready : listener;
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    close_range(3, (unsigned)low - 1, 0);
    close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0U, 0);
    (void)!chdir("/");
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN); /* what it sends to its workers */
}

/*
 * The master: out of reach of the terminal's signals, waits until the filter has no user any more.
 * A worker that dies of a mistake of ours leaves a program waiting for ever: then all of it ends.
 */
static _Noreturn void serve(const struct lx_policy *policy, int listener, int ready)
{
    struct pool *pool =
        mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    detach(listener, ready);
    /* Workers of workers are collected here. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    if (pool == MAP_FAILED)
        _exit(SUPERVISE_FAILED);
    atomic_store(&pool->workers, 1);
    pid_t first = fork();
    if (first == 0)
        work(policy, listener, pool);
    if (first < 0 || write(ready, "", 1) != 1)
        _exit(SUPERVISE_FAILED);
    close(ready);
    struct pollfd users = {.fd = listener, .events = 0};
    int end = 0;
    while (end == 0 && !is_unused(listener)) {
        /* A second at the longest, for a worker that died without a word. */
        poll(&users, 1, 1000);
        while (end == 0 && waitpid(-1, &status, WNOHANG) > 0)
            if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
                end = SUPERVISE_FAILED;
    }
    kill(0, SIGTERM);
    _exit(end);
}

pid_t supervise_start(int socket, const struct lx_policy *policy)
{
    int listener = receive(socket);
    if (listener <= 0)
        return listener;
    pid_t master = fork();
    if (master == 0)
        serve(policy, listener, socket);
    int error = errno;
    close(listener);
    return master < 0 ? -error : master;
}
