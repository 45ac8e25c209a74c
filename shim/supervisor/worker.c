/* SPDX-License-Identifier: MIT */
#include "supervisor/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/answer.h"
#include "supervisor/listener.h"

static void interrupted(int sig)
{
    (void)sig; /* to end a call that waits */
}

/* Takes calls as long as the worker has a turn. False once there is nobody to make any. */
static bool take_calls(const struct lx_policy *policy, struct pool *pool, struct slot *slot)
{
    for (;;) {
        memset(&slot->call, 0, sizeof(slot->call));
        atomic_store(&slot->given, 0);
        if (ioctl(pool->listener, SECCOMP_IOCTL_NOTIF_RECV, &slot->call) == 0) {
            pool_begin(pool, slot);
            supervise_answer(policy, pool, slot, &slot->call);
            if (!pool_done(pool, slot))
                return true;
        } else if ((errno != EINTR && errno != ENOENT) || listener_is_unused(pool->listener)) {
            return false;
        }
    }
}

_Noreturn void worker_run(const struct lx_policy *policy, struct pool *pool, struct slot *slot)
{
    struct sigaction action = {.sa_handler = interrupted};
    sigset_t sign;
    umask(0); /* the caller's is taken where it applies */
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&sign);
    sigaddset(&sign, POOL_SIGNAL); /* heard only while a call waits: see answer.c */
    sigaction(POOL_SIGNAL, &action, NULL);
    sigprocmask(SIG_SETMASK, &sign, NULL);
    do
        pool_await_turn(pool, slot);
    while (take_calls(policy, pool, slot) && pool_park(pool, slot));
    _exit(atomic_load(&slot->role) == POOL_LEAVES || listener_is_unused(pool->listener) ? 0 : 1);
}
