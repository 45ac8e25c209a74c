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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/answer.h"
#include "supervisor/broker.h"
#include "supervisor/pass.h"
#include "supervisor/pool.h"
#include "supervisor/supervisor.h"
#include "sys/clock.h"

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* How long the master sleeps while nobody makes a call, for a worker that died without a word. */
#define SLEEP_MS 1000

int supervise_hand_over(int socket, int listener)
{
    char byte = 0;
    int r = pass_send(socket, &byte, 1, listener);
    if (r < 0)
        return r;
    ssize_t n;
    while ((n = read(socket, &byte, 1)) < 0 && errno == EINTR)
        ;
    return n == 1 ? -(int)(unsigned char)byte : -EPIPE;
}

/* Tells the other end that it is served, or the errno for which it is not. */
static bool answer_hand_over(int socket, int error)
{
    char byte = (char)error;
    return write(socket, &byte, 1) == 1;
}

/* Returns the listener, 0 where the other end was closed without one, or -errno. */
static int receive(int socket)
{
    char byte;
    int listener;
    ssize_t n = pass_receive(socket, &byte, 1, &listener);
    if (n <= 0 || listener < 0)
        return n < 0 ? (int)n : 0;
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

static void interrupted(int sig)
{
    (void)sig; /* to end a call that waits */
}

/* Takes calls as long as the worker has a turn. False once there is nobody to make any. */
static bool take_calls(const struct lx_policy *policy, struct pool *pool, struct slot *slot)
{
    struct seccomp_notif call;
    for (;;) {
        memset(&call, 0, sizeof(call));
        if (ioctl(pool->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0) {
            pool_begin(pool, slot, call.id, (pid_t)call.pid);
            supervise_answer(policy, pool, slot, &call);
            if (!pool_done(pool, slot))
                return true;
        } else if ((errno != EINTR && errno != ENOENT) || is_unused(pool->listener)) {
            return false;
        }
    }
}

/* One worker, born parked: takes calls until nobody is left to make any, or too many are parked. */
static _Noreturn void work(const struct lx_policy *policy, struct pool *pool, struct slot *slot)
{
    struct sigaction action = {.sa_handler = interrupted};
    sigset_t sign;
    umask(0); /* the caller's is taken where it applies */
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&sign);
    sigaddset(&sign, POOL_SIGNAL); /* heard only while a call waits: see answer.c */
    sigaction(POOL_SIGNAL, &action, NULL);
    sigprocmask(SIG_SETMASK, &sign, NULL);
    atomic_store(&slot->worker, getpid());
    do
        pool_await_turn(pool, slot);
    while (take_calls(policy, pool, slot) && pool_park(pool, slot));
    _exit(0);
}

/* In the master: a worker more. Returns 0 or -errno. It ends with its master. */
static int start_worker(const struct lx_policy *policy, struct pool *pool)
{
    pid_t master = getpid();
    struct slot *slot = pool_reserve(pool);
    if (slot == NULL)
        return -EAGAIN;
    /* Not to be lost between fork and the first line of work(): it would be parked for ever. */
    sigset_t end;
    sigset_t before;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, &before);
    pid_t pid = fork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != master)
            _exit(SUPERVISE_FAILED);
        work(policy, pool, slot);
    }
    if (pid > 0)
        return 0;
    pool_release(pool, slot);
    return -EAGAIN;
}

/* Closes all descriptors but standard streams and those of the list. */
static void close_others(const int *keep, size_t count)
{
    unsigned from = 3;
    for (;;) {
        unsigned next = ~0U;
        for (size_t i = 0; i < count; i++)
            if ((unsigned)keep[i] >= from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        if (next > from)
            close_range(from, next == ~0U ? next : next - 1, 0);
        if (next == ~0U)
            return;
        from = next + 1;
    }
}

/*
 * Leaves everything behind that others might wait for: standard streams that end in somebody's
 * pipe, other descriptors, the current directory, the terminal's process group.
 */
static void detach(int socket, int leash, int broker)
{
    const int keep[] = {socket, leash, broker};
    sigset_t none;
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3 && null >= 0; fd++)
        dup2(null, fd);
    close_others(keep, sizeof(keep) / sizeof(keep[0]) - (broker < 0));
    (void)!chdir("/");
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN); /* what it sends to its workers */
}

/* What limits the command to a few descriptors or a time is not meant for us, as far as we may. */
static void lift_limits(void)
{
    static const unsigned limits[] = {RLIMIT_NOFILE, RLIMIT_CPU};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit limit;
        if (getrlimit(limits[i], &limit) == 0) {
            limit.rlim_cur = limit.rlim_max;
            setrlimit(limits[i], &limit);
        }
    }
}

/* True where the command should not begin before there is a worker, since there may be none. */
static bool processes_are_few(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur < 4096;
}

static uint64_t milliseconds(void)
{
    struct timespec now;
    sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * The master: out of reach of the terminal's signals, waits until the filter has no user any more.
 * A worker that dies of a mistake of ours leaves a program waiting for ever: then all of it ends.
 * It gets ready while the command's process does, and says so when there is somewhere to wait for
 * its first worker.
 */
static _Noreturn void serve(const struct lx_policy *policy, int socket, int leash, int broker,
                            void (*ended)(const struct lx_policy *policy))
{
    int status;
    detach(socket, leash, broker);
    lift_limits();
    broker_use(broker);
    struct pool *pool = pool_new();
    int error = pool == NULL ? errno : 0;
    int listener = receive(socket);
    if (listener == 0)
        _exit(0);
    if (listener < 0)
        error = -listener;
    if (pool != NULL && error == 0) {
        pool->listener = listener;
        pool->holds = supervise_holds();
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    }
    bool first = error == 0 && processes_are_few();
    if (first)
        error = -start_worker(policy, pool);
    if (!answer_hand_over(socket, error) || pool == NULL || error != 0)
        _exit(error != 0 ? 0 : SUPERVISE_FAILED); /* said by the other side */
    if (!first && start_worker(policy, pool) < 0)
        _exit(SUPERVISE_UNSERVED);
    close(socket);
    struct pollfd events[] = {{.fd = listener, .events = 0},
                              {.fd = pool->waiting, .events = POLLIN},
                              {.fd = leash, .events = POLLIN}};
    uint64_t count;
    int end = 0;
    uint64_t watched = 0;
    bool calls = false;
    while (end == 0 && !is_unused(listener)) {
        if (poll(events, 3, calls || pool_lacks_worker(pool) ? POOL_TICK_MS : SLEEP_MS) > 0)
            (void)!read(pool->waiting, &count, sizeof(count));
        if (events[2].revents != 0 && !is_unused(listener)) {
            (void)!send(leash, "", 1, MSG_NOSIGNAL);
            events[2] = (struct pollfd){.fd = -1};
        }
        /* Where no process can be had now, the next turn tries again. */
        while (pool_lacks_worker(pool) && start_worker(policy, pool) == 0)
            ;
        if (!calls || milliseconds() >= watched + POOL_TICK_MS) {
            calls = pool_watch(pool);
            watched = milliseconds();
        }
        while (end == 0 && waitpid(-1, &status, WNOHANG) > 0)
            if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
                end = SUPERVISE_FAILED;
    }
    kill(0, SIGTERM);
    while (waitpid(-1, &status, 0) > 0 || errno == EINTR)
        ;
    if (ended != NULL && end == 0)
        ended(policy);
    _exit(end);
}

pid_t supervise_start(int socket, int leash, const struct lx_policy *policy,
                      void (*ended)(const struct lx_policy *policy))
{
    int broker[2] = {-1, -1};
    int r = broker_need() == BROKER_NEEDED ? broker_open(broker) : 0;
    pid_t master = r < 0 ? -1 : fork();
    if (master == 0)
        serve(policy, socket, leash, broker[1], ended);
    int error = r < 0 ? -r : errno;
    if (broker[1] >= 0)
        close(broker[1]);
    if (master > 0 && broker[0] >= 0 && (r = broker_start(broker[0])) < 0) {
        kill(master, SIGKILL);
        return r;
    }
    return master < 0 ? -error : master;
}
