/* SPDX-License-Identifier: MIT */
/*
 * The kernel's clock. libc's function may be somebody else's, whose time stands still or is another
 * year's (libfaketime), and what is remembered for a tick would be so for ever.
 */
#ifndef LXSHIM_SYS_CLOCK_H
#define LXSHIM_SYS_CLOCK_H

#include "sys/hidden.h"
#include <stdatomic.h>
#include <time.h>

typedef int sys_clock_fn(clockid_t clock, struct timespec *now);

/*
 * What tells the time: the vDSO's function, which is no system call, or where there is none, one
 * that makes it. Found at the first call, by any thread or signal handler.
 */
extern SYS_HIDDEN sys_clock_fn *_Atomic sys_clock;

/* The time by a clock of clock_gettime's. Returns 0, or a negative number for a clock that is none.
 */
static inline int sys_clock_gettime(clockid_t clock, struct timespec *now)
{
    return atomic_load_explicit(&sys_clock, memory_order_relaxed)(clock, now);
}

#endif
