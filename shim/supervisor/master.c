/* SPDX-License-Identifier: MIT */
#include "supervisor/master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/listener.h"
#include "supervisor/livetable.h"
#include "supervisor/pass.h"
#include "supervisor/rescue.h"
#include "supervisor/worker.h"
#include "sys/clock.h"

/* How long it sleeps while nobody makes a call. */
#define SLEEP_MS 1000

static void child_ended(int sig)
{
    (void)sig; /* to end a wait */
}

/*
 * Forks. SIGTERM is blocked in the child, until that does not ignore it any more: one that came
 * between would be lost, and whoever waits for the child would do so for ever.
 */
static pid_t fork_child(void)
{
    sigset_t end;
    sigset_t before;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, &before);
    pid_t pid = fork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

int master_start_worker(struct master *m)
{
    pid_t master = getpid();
    struct slot *slot = pool_reserve(m->pool);
    if (slot == NULL)
        return -EAGAIN;
    pid_t pid = fork_child();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its master */
        if (getppid() == master)
            worker_run(m->policy, m->pool, slot);
        _exit(1);
    }
    if (pid > 0)
        atomic_store(&slot->worker, pid);
    else
        pool_bury(m->pool, slot);
    return pid > 0 ? 0 : -EAGAIN;
}

/* A worker that died, by whatever: its call has failed, and somebody else takes the next ones. */
static void bury(const struct master *m, struct slot *slot)
{
    struct lx_stats *stats = m->policy->stats;
    pool_bury(m->pool, slot);
    bool failed = rescue_call(m->pool, slot);
    if (stats != NULL) {
        atomic_fetch_add(&stats->lane.deaths, 1);
        atomic_fetch_add(&stats->lane.failed, failed);
    }
}

/* Ends all children, those that somebody has stopped, too; not this process. */
static void end_group(void)
{
    kill(0, SIGTERM);
    kill(0, SIGCONT);
}

/* Stops the tree. Whoever was not found waits for an answer, or ends by the next call he makes. */
static _Noreturn void stop(struct master *m)
{
    struct pool *pool = m->pool;
    tree_kill(&m->tree);
    end_group();
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    pool_kill_callers(pool, pool->listener);
    listener_kill_callers(pool->listener);
    if (m->ended != NULL)
        m->ended(m->policy);
    _exit(0);
}

/*
 * Once the front has ended, with somebody living on, nobody would notice the master's death: so
 * there is a process for that, which has the listener as well.
 */
static void start_guard(struct master *m)
{
    pid_t master = getpid();
    m->guard = fork_child();
    if (m->guard == 0) {
        sigset_t end;
        sigemptyset(&end);
        sigaddset(&end, SIGTERM);
        signal(SIGTERM, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        while (getppid() == master && sigwaitinfo(&end, NULL) < 0)
            ;
        if (getppid() == master)
            _exit(0); /* all have ended */
        signal(SIGTERM, SIG_IGN);
        stop(m);
    }
}

/* Starts who serves mount tables, where somebody waits for that. */
static void start_tables(struct master *m)
{
    pid_t master = getpid();
    if (m->tables != 0 || atomic_load(&m->pool->tables) != POOL_TABLES_WANTED)
        return;
    m->tables = fork_child();
    if (m->tables == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == master)
            livetable_serve(m->policy, m->pool);
        _exit(1);
    }
    if (m->tables < 0)
        atomic_store(&m->pool->tables, POOL_TABLES_REFUSED);
}

/* Collects children that have ended. */
static void collect(struct master *m)
{
    pid_t pid;
    int status;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct slot *slot = pool_slot_of(m->pool, pid);
        if (slot != NULL && status == 0)
            pool_bury(m->pool, slot);
        else if (slot != NULL)
            bury(m, slot);
        if (pid == m->tables)
            atomic_store(&m->pool->tables, POOL_TABLES_REFUSED);
        if (pid == m->guard)
            start_guard(m);
    }
}

/* Has all children end, and tells those that died before. */
static void end_children(struct master *m)
{
    pid_t pid;
    int status;
    end_group();
    while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR) {
        struct slot *slot = pid > 0 ? pool_slot_of(m->pool, pid) : NULL;
        if (slot != NULL && status != 0 && status != SIGTERM)
            bury(m, slot);
    }
}

/* What the front says; or it says nothing any more. */
static void hear_front(struct master *m)
{
    int listener = m->pool->listener;
    char word;
    ssize_t n = recv(m->leash, &word, 1, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (listener_is_unused(listener))
        return;
    if (n != 1 || word != LEASH_ENDED)
        stop(m);
    start_guard(m);
    word = LEASH_USED;
    (void)send(m->leash, &word, 1, MSG_NOSIGNAL);
    close(m->leash);
    m->leash = -1;
}

static uint64_t milliseconds(void)
{
    struct timespec now;
    sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits until there is something to do. `busy`: no longer than a tick. */
static void await(struct master *m, bool busy)
{
    struct pollfd events[] = {{.fd = m->pool->listener, .events = 0},
                              {.fd = m->pool->waiting, .events = POLLIN},
                              {.fd = m->leash, .events = POLLIN}};
    const struct timespec most = {busy ? 0 : SLEEP_MS / 1000, busy ? POOL_TICK_MS * 1000000L : 0};
    sigset_t none;
    uint64_t count;
    sigemptyset(&none);
    if (ppoll(events, 3, &most, &none) > 0)
        (void)!read(m->pool->waiting, &count, sizeof(count));
    if (events[2].revents != 0)
        hear_front(m);
}

_Noreturn void master_run(struct master *m)
{
    const struct sigaction action = {.sa_handler = child_ended};
    struct pool *pool = m->pool;
    sigset_t children;
    uint64_t watched = 0;
    bool calls = false;
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL); /* heard while it waits */
    while (!listener_is_unused(pool->listener)) {
        collect(m);
        start_tables(m);
        /* Where no process can be had now, the next turn tries again. */
        while (pool_lacks_worker(pool) && master_start_worker(m) == 0)
            ;
        if (!calls || milliseconds() >= watched + POOL_TICK_MS) {
            calls = pool_watch(pool);
            watched = milliseconds();
        }
        await(m, calls || pool_lacks_worker(pool));
    }
    end_children(m);
    /* A front that has not parted waits for this end, and does that then. */
    if (m->ended != NULL && m->leash < 0)
        m->ended(m->policy);
    _exit(0);
}
