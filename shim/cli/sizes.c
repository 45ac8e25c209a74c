/* SPDX-License-Identifier: MIT */
#include "cli/sizes.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

/* What we were given. Written before there is a thread, and read in children. */
static struct {
    bool lifted;
    struct rlimit limit;
    struct sigaction action;
} given;

void sizes_give_back(void)
{
    if (!given.lifted)
        return;
    setrlimit(RLIMIT_FSIZE, &given.limit);
    sigaction(SIGXFSZ, &given.action, NULL);
}

void sizes_lift(void)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    if (!given.lifted &&
        (getrlimit(RLIMIT_FSIZE, &given.limit) < 0 || given.limit.rlim_cur == RLIM_INFINITY ||
         pthread_atfork(NULL, NULL, sizes_give_back) != 0))
        return;
    sigaction(SIGXFSZ, &ignored, given.lifted ? NULL : &given.action);
    given.lifted = true;
    if (setrlimit(RLIMIT_FSIZE, &none) == 0)
        return;
    const struct rlimit most = {given.limit.rlim_max, given.limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &most);
}
