/* SPDX-License-Identifier: MIT */
#include "supervisor/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/fetch.h"
#include "supervisor/pass.h"

#define MEMORY (-1)

struct wish {
    pid_t tid;
    int fd; /* or MEMORY */
};

/* This worker's own: where it asks. */
static int ask_at = -1;

static bool has_privilege(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &header, data) == 0 &&
           (data[0].effective & (1U << CAP_SYS_PTRACE)) != 0;
}

enum broker_need broker_need(void)
{
    char scope = '0';
    int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, &scope, 1) != 1)
            scope = '0';
        close(fd);
    }
    if (scope == '0' || (scope < '3' && has_privilege()))
        return BROKER_NOT_NEEDED;
    return scope == '1' ? BROKER_NEEDED : BROKER_IN_VAIN;
}

int broker_open(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
}

static int fulfil(const struct wish *wish)
{
    char name[32];
    if (wish->fd == MEMORY) {
        snprintf(name, sizeof(name), "/proc/%d/mem", (int)wish->tid);
        int memory = open(name, O_RDWR | O_CLOEXEC);
        return memory < 0 ? -errno : memory;
    }
    return fetch_descriptor(wish->tid, wish->fd);
}

/* Each wish comes with the socket for its answer. Ends with this process, or with the last worker.
 */
static void *serve(void *end)
{
    int socket = (int)(intptr_t)end;
    struct wish wish;
    int answer_to;
    while (pass_receive(socket, &wish, sizeof(wish), &answer_to) == (ssize_t)sizeof(wish)) {
        int found = fulfil(&wish);
        (void)pass_send(answer_to, &found, sizeof(found), found);
        if (found >= 0)
            close(found);
        close(answer_to);
    }
    close(socket);
    return NULL;
}

int broker_start(int end)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    /* Signals are for the thread that was there before. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&thread, NULL, serve, (void *)(intptr_t)end);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0)
        return -r;
    pthread_detach(thread);
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

void broker_use(int end)
{
    ask_at = end;
}

static int ask(pid_t tid, int fd)
{
    const struct wish wish = {tid, fd};
    int ends[2];
    int found = -EPERM;
    int copy = -1;
    if (ask_at < 0)
        return -EPERM;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    int r = pass_send(ask_at, &wish, sizeof(wish), ends[1]);
    close(ends[1]);
    /* It is closed unanswered where the one that answers has ended. */
    if (r == 0 && pass_receive(ends[0], &found, sizeof(found), &copy) != (ssize_t)sizeof(found))
        found = -EPERM;
    close(ends[0]);
    return copy >= 0 || found < 0 ? (copy >= 0 ? copy : found) : -EPERM;
}

int broker_memory(pid_t tid)
{
    return ask(tid, MEMORY);
}

int broker_descriptor(pid_t tid, int fd)
{
    return fd < 0 ? -EBADF : ask(tid, fd);
}
