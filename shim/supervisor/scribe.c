/* SPDX-License-Identifier: MIT */
#include "supervisor/scribe.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "sys/sys.h"
#include "vfs/tracefile.h"

static const struct timespec pause_between = {0, 10000000};
static const struct timespec a_little = {0, 1000000};

/* How often whoever is amidst leaving a line, or writing them, is waited for at the end. */
#define PATIENCE 20

/* Written by whoever starts and ends the thread. */
static const struct lx_policy *traced;
static pthread_t thread;
static _Atomic uint32_t ending; /* a futex */

static void *write_lines(void *unused)
{
    /* It has no umask of a program's. */
    const struct lx_task task = {.policy = traced, .cwd = AT_FDCWD, .on_behalf = true};
    struct lx_trace_lines *lines = lx_trace_lines(traced);
    (void)unused;
    while (atomic_load(&ending) == 0) {
        atomic_store(&lines->waits, 1);
        /* Whoever ends this takes that word back after having said so: one of us sees the other. */
        if (atomic_load(&ending) == 0 && vfs_trace_flush(&task, false) == 0)
            SYS4(SYS_futex, &lines->waits, FUTEX_WAIT, 1, NULL);
        SYS4(SYS_futex, &ending, FUTEX_WAIT, 0, &pause_between);
    }
    return NULL;
}

void scribe_start(const struct lx_policy *policy)
{
    sigset_t all;
    sigset_t before;
    if (lx_trace_lines(policy) == NULL)
        return;
    traced = policy;
    atomic_store(&ending, 0);
    /* Signals are for the thread that was there before. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, write_lines, NULL) != 0)
        traced = NULL;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void end_thread(struct lx_trace_lines *lines)
{
    atomic_store(&ending, 1);
    atomic_store(&lines->waits, 0);
    SYS4(SYS_futex, &ending, FUTEX_WAKE, 1, NULL);
    SYS4(SYS_futex, &lines->waits, FUTEX_WAKE, 1, NULL);
    pthread_join(thread, NULL);
    traced = NULL;
}

void scribe_end(const struct lx_policy *policy)
{
    const struct lx_task task = {.policy = policy, .cwd = AT_FDCWD, .on_behalf = true};
    struct lx_trace_lines *lines = lx_trace_lines(policy);
    if (lines == NULL)
        return;
    if (traced != NULL)
        end_thread(lines);
    lx_trace_close(lines);
    for (unsigned i = 0; i < PATIENCE && lx_trace_left(lines); i++)
        if (vfs_trace_flush(&task, false) == 0)
            nanosleep(&a_little, NULL);
    /* What is amidst now was killed there. */
    vfs_trace_flush(&task, true);
}
