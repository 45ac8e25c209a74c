/* SPDX-License-Identifier: MIT */
#include "supervisor/strict.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "supervisor/proc.h"
#include "sys/strict.h"

bool strict_asks(const struct tracee *tracee, long nr)
{
    return !tracee->i386 && (nr == SYS_prctl || nr == SYS_seccomp);
}

/* The filter into the caller's memory, and the call that installs it. */
static void fill(struct scratch *s, const void *what, long args[6])
{
    uint64_t at = scratch_put(s, sys_strict_filter, sizeof(sys_strict_filter));
    const struct sock_fprog program = {SYS_STRICT_LENGTH, (struct sock_filter *)(uintptr_t)at};
    (void)what;
    memset(args, 0, 6 * sizeof(args[0]));
    args[0] = SECCOMP_SET_MODE_FILTER;
    args[2] = (long)scratch_put(s, &program, sizeof(program));
    args[5] = SYS_COOKIE;
}

bool strict_enter(const struct tracee *tracee)
{
    char text[PROC_STATUS_ROOM];
    bool answered = false;
    const struct forced f = {.tracee = tracee,
                             .nr = SYS_seccomp,
                             .room = sizeof(sys_strict_filter) + sizeof(struct sock_fprog),
                             .confines = true,
                             .fill = fill};
    const char *filters = proc_status(tracee->tid, "Seccomp_filters:\t", text);
    /* With one of its own, or around us, it would be refused natively. */
    if (filters == NULL || atoi(filters) != 1 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0)
        return false;
    (void)force(&f, &answered);
    return answered;
}
