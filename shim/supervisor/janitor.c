/* SPDX-License-Identifier: MIT */
#include "supervisor/janitor.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "fs/filesystems.h"
#include "sys/sys.h"
#include "vfs/finish.h"

/* How long it waits for a file to be closed before it looks again: longer each time. */
#define FIRST_PAUSE_MS 5
#define LAST_PAUSE_MS  200

/* Written by whoever starts and ends the thread, which reads them. */
static const struct lx_policy *drives;
static pthread_t thread;
static _Atomic bool ending;

/* Finishes what can be. How much is left. That it has directories of mounts open is told to whoever
 * unmounts one. */
static unsigned look(const struct lx_policy *policy)
{
    const struct lx_task task = {.policy = policy, .cwd = AT_FDCWD};
    if (policy->stats != NULL)
        atomic_fetch_add(&policy->stats->looks, 1);
    unsigned left = vfs_settle_all(&task, false);
    if (policy->stats != NULL)
        atomic_fetch_add(&policy->stats->looks, 1);
    return left;
}

void janitor_look(const struct lx_policy *policy)
{
    (void)look(policy);
}

static void *keep(void *unused)
{
    struct lx_stats *stats = drives->stats;
    long pause_ms = FIRST_PAUSE_MS;
    uint32_t before = 0;
    (void)unused;
    for (;;) {
        /* Before that: whoever ends it counts up after having said so. */
        uint32_t seen = atomic_load(&stats->pending);
        if (atomic_load(&ending))
            return NULL;
        bool left = look(drives) > 0;
        pause_ms = seen != before                 ? FIRST_PAUSE_MS
                   : pause_ms * 2 > LAST_PAUSE_MS ? LAST_PAUSE_MS
                                                  : pause_ms * 2;
        before = seen;
        const struct timespec pause = {0, pause_ms * 1000000L};
        SYS4(SYS_futex, &stats->pending, FUTEX_WAIT, seen, left ? &pause : NULL);
    }
}

void janitor_prepare(const struct lx_policy *policy, janitor_tell *tell)
{
    char path[PATH_MAX];
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        lx_fs_mounted *mounted = lx_filesystem(m)->ops->mounted;
        if (mounted != NULL && !policy->observe)
            mounted(m, lx_backing(m));
        const struct lx_fs_removal *removal = lx_filesystem(m)->ops->removal;
        if (tell == NULL || policy->observe || removal == NULL || removal->stuck == NULL)
            continue;
        int r = removal->stuck(policy, m, path);
        if (r < 0)
            tell(path, -r);
    }
}

void janitor_start(const struct lx_policy *policy)
{
    sigset_t all;
    sigset_t before;
    if (policy->stats == NULL)
        return;
    drives = policy;
    atomic_store(&ending, false);
    /* Signals are for the thread that was there before, but for what this one meets in memory. */
    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, keep, NULL) != 0)
        drives = NULL;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void janitor_end(void)
{
    if (drives == NULL)
        return;
    atomic_store(&ending, true);
    atomic_fetch_add(&drives->stats->pending, 1); /* so that it does not begin to wait */
    SYS4(SYS_futex, &drives->stats->pending, FUTEX_WAKE, 1, NULL);
    pthread_join(thread, NULL);
    janitor_look(drives);
    drives = NULL;
}
