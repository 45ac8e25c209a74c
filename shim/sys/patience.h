/* SPDX-License-Identifier: MIT */
/*
 * Waiting for somebody who is about to be done, after a few system calls: the processor is given
 * away so often, and then there are pauses, since whoever it is may be kept from a busy processor.
 * How many is the caller's: some hundredths of a second where it can as well look again later, ten
 * seconds where it would have to say something that is not so.
 */
#ifndef LXSHIM_SYS_PATIENCE_H
#define LXSHIM_SYS_PATIENCE_H

#include <stdbool.h>
#include <time.h>

#include "sys/sys.h"

#define SYS_SHORT_PATIENCE 100   /* pauses */
#define SYS_LONG_PATIENCE  20000 /* pauses */

/* Waits a little, for the time number *round of the caller's, which begins with 0. False, at once,
 * where it has waited with all the pauses it has. */
static inline bool sys_patience(unsigned *round, unsigned pauses)
{
    const unsigned at_once = 100;
    struct timespec pause = {0, 500000};
    unsigned now = (*round)++;
    if (now >= at_once + pauses)
        return false;
    if (now < at_once)
        SYS0(SYS_sched_yield);
    else
        sys_sleep(&pause);
    return true;
}

#endif
