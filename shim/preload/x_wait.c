/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a child is how a process learns that others have changed the world: what was
 * remembered about directories is forgotten then, and what a killed one had open may be the end of.
 */
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "store/cwds.h"
#include "vfs/finish.h"
#include "vfs/placement.h"

void lx_after_child(bool ended)
{
    placement_forget_all();
    store_cwds_forget();
    if (ended)
        vfs_settle(lx_self(), false);
}

/*
 * After a call that returned r, a process or 0. A child that has only stopped, or goes on, has let
 * go of nothing: a tracer hears of one at every system call, also between two with which it makes
 * what is swept.
 */
static pid_t waited(pid_t r, const int *status)
{
    lx_after_child(r > 0 && !WIFSTOPPED(*status) && !WIFCONTINUED(*status));
    return r;
}

LX_EXPORT pid_t wait(int *status)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT(wait)(status), status);
}
LX_ALIAS(__wait, wait);

LX_EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT(waitpid)(pid, status, options), status);
}
LX_ALIAS(__waitpid, waitpid);

LX_EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    siginfo_t own = {0};
    info = info == NULL ? &own : info;
    int r = NEXT(waitid)(type, id, info, options);
    bool has_ended = r == 0 && info->si_pid != 0 && info->si_code != CLD_STOPPED &&
                     info->si_code != CLD_TRAPPED && info->si_code != CLD_CONTINUED;
    lx_after_child(has_ended);
    return r;
}

LX_EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT_WIDE(wait3, __wait3_time64)(status, options, usage), status);
}

LX_EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT_WIDE(wait4, __wait4_time64)(pid, status, options, usage), status);
}

#if defined(__i386__)
/* Those that tell of times of 32 bits. */
LX_NARROW(pid_t, wait3, int *status, int options, void *usage)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT_NAMED("wait3", __typeof__(lx_narrow_wait3))(status, options, usage), status);
}

LX_NARROW(pid_t, wait4, pid_t pid, int *status, int options, void *usage)
{
    int own;
    status = status == NULL ? &own : status;
    return waited(NEXT_NAMED("wait4", __typeof__(lx_narrow_wait4))(pid, status, options, usage),
                  status);
}
#endif
