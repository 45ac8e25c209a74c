/* SPDX-License-Identifier: MIT */
/* How the master begins, how a listener comes to it, and what is done where it has died. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/metadata.h"
#include "supervisor/broker.h"
#include "supervisor/detach.h"
#include "supervisor/listener.h"
#include "supervisor/master.h"
#include "supervisor/pass.h"
#include "supervisor/pool.h"
#include "supervisor/roots.h"
#include "supervisor/supervisor.h"
#include "supervisor/tree.h"
#include "vfs/placement.h"

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* How long is waited for those to be gone who are about to be. */
#define PART_MS 1000

int supervise_hand_over(int socket, int listener)
{
    const pid_t self = getpid();
    char byte;
    int r = pass_send(socket, &self, sizeof(self), listener);
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

int supervise_tie(int leash)
{
    const int on = 1;
    struct pollfd master = {.fd = leash, .events = 0};
    /* No F_SETFL, which the filter hears of. What the master says over it has been said by now. */
    if (fcntl(leash, F_SETOWN, getpid()) < 0 || fcntl(leash, F_SETSIG, SIGKILL) < 0 ||
        ioctl(leash, FIOASYNC, &on) < 0)
        return -errno;
    return poll(&master, 1, 0) > 0 ? -EPIPE : 0; /* it has died before */
}

/*
 * A copy of the listener for the front, before the command is told to go on: it stays in the
 * socket, and open by that, until somebody has a use for it.
 */
static int leave_listener(int leash, int listener)
{
    const char word = LEASH_LISTENER;
    return pass_send(leash, &word, 1, listener);
}

/* Returns the listener and whose it is, 0 where the other end was closed without one, or -errno. */
static int receive(int socket, pid_t *from)
{
    int listener;
    ssize_t n = pass_receive(socket, from, sizeof(*from), &listener);
    if (n <= 0 || listener < 0)
        return n < 0 ? (int)n : 0;
    /* Out of the way of standard streams that somebody has closed, for which it would be taken. */
    int high = fcntl(listener, F_DUPFD_CLOEXEC, 3);
    int error = errno;
    close(listener);
    return high < 0 ? -error : high;
}

/* What limits the command to few descriptors, small files or a time is not meant for us, as far as
 * we may. */
static void lift_limits(void)
{
    static const unsigned limits[] = {RLIMIT_NOFILE, RLIMIT_CPU, RLIMIT_FSIZE};
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

/*
 * Out of reach of the terminal's signals. What it got of those before then, with the whole group,
 * is the command's to die of, or not.
 */
static void leave(int socket, int leash, int broker, int debug)
{
    static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
    const int keep[] = {socket, leash, broker, debug};
    sigset_t none;
    detach(keep, sizeof(keep) / sizeof(keep[0]));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        void (*before)(int) = signal(keys[i], SIG_IGN); /* drops one that waits */
        signal(keys[i], before);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGTERM, SIG_IGN); /* what it sends to its workers */
}

/*
 * The master. It gets ready while the command's process does, and says so when there is somewhere
 * to wait for its first worker.
 */
static _Noreturn void serve(struct master *m, int socket, int broker)
{
    pid_t command = -1;
    leave(socket, m->leash, broker, m->policy->debug_fd);
    lift_limits();
    broker_use(broker);
    int error = -pool_open(m->pool);
    m->pool->chrooted = roots_in_chroot();
    int listener = receive(socket, &command);
    if (listener == 0)
        _exit(0);
    if (listener < 0)
        error = -listener;
    if (error == 0) {
        m->tree = tree_of(command);
        m->pool->listener = listener;
        m->pool->holds = supervise_holds();
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    }
    bool first = error == 0 && processes_are_few();
    if (first)
        error = -master_start_worker(m);
    if (error == 0)
        error = -leave_listener(m->leash, listener);
    if (!answer_hand_over(socket, error) || error != 0)
        _exit(error != 0 ? 0 : SUPERVISE_FAILED); /* said by the other side */
    if (!first && master_start_worker(m) < 0)
        _exit(SUPERVISE_UNSERVED);
    close(socket);
    master_run(m);
}

/*
 * What this process, which has started a master, needs should that die: written when it starts it,
 * when the command is executed, and when the two part. The program starts one at most.
 */
static struct {
    struct pool *pool; /* the two share it */
    struct tree tree;
    int listener; /* as the master has sent it, or -1 */
} front = {.listener = -1};

pid_t supervise_start(int socket, int leash, const struct lx_policy *policy,
                      void (*ended)(const struct lx_policy *policy))
{
    int broker[2] = {-1, -1};
    front.pool = pool_new();
    if (front.pool == NULL)
        return -ENOMEM;
    int r = broker_need() == BROKER_NEEDED ? broker_open(broker) : 0;
    struct master m = {.policy = policy, .pool = front.pool, .leash = leash, .ended = ended};
    if (policy->table != NULL)
        placement_follow(policy->table);
    if (policy->stats != NULL)
        store_metadata_share(policy->stats->found, LX_STATS_FOUND);
    pid_t master = r < 0 ? -1 : fork();
    if (master == 0)
        serve(&m, socket, broker[1]);
    int error = r < 0 ? -r : errno;
    if (broker[1] >= 0)
        close(broker[1]);
    if (master > 0 && broker[0] >= 0 && (r = broker_start(broker[0])) < 0) {
        kill(master, SIGKILL);
        return r;
    }
    return master < 0 ? -error : master;
}

void supervise_started(int leash, pid_t command)
{
    const int off = 0;
    front.tree = tree_of(command);
    (void)ioctl(leash, FIOASYNC, &off);
}

/*
 * The last word of the master's, waited for as long as `ms`: LEASH_USED, -EPIPE where it has said
 * all that it will, or -EAGAIN.
 */
static int last_word(int leash, int ms)
{
    struct pollfd event = {.fd = leash, .events = POLLIN};
    int listener = -1;
    char word = LEASH_LISTENER;
    while (word == LEASH_LISTENER) {
        if (poll(&event, 1, ms) == 0)
            return -EAGAIN;
        if (pass_receive(leash, &word, 1, &listener) <= 0)
            return -EPIPE;
        if (listener >= 0)
            front.listener = listener;
    }
    return word;
}

int supervise_part(int leash, pid_t supervisor)
{
    const char word = LEASH_ENDED;
    int status = 0;
    (void)send(leash, &word, 1, MSG_NOSIGNAL);
    int last = last_word(leash, PART_MS);
    /* It has its own, and the filter is unused once nobody lives under it. */
    if (last != -EPIPE && front.listener >= 0)
        close(front.listener);
    return last != -EPIPE || waitpid(supervisor, &status, 0) < 0 ? 0 : status;
}

void supervise_stop(int leash)
{
    (void)last_word(leash, 0);
    tree_kill(&front.tree);
    if (front.listener >= 0)
        pool_kill_callers(front.pool, front.listener);
}

void supervise_stop_rest(void)
{
    struct pollfd users = {.fd = front.listener, .events = 0};
    if (front.listener < 0 || poll(&users, 1, PART_MS) > 0 || fork() != 0)
        return;
    signal(SIGTERM, SIG_IGN);
    detach(&front.listener, 1);
    listener_kill_callers(front.listener);
    _exit(0);
}
