/* SPDX-License-Identifier: MIT */
/* Times as NTFS keeps them: multiples of 100 ns. Pure functions. */
#ifndef LXSHIM_NT_TIMES_H
#define LXSHIM_NT_TIMES_H

#include <stdint.h>

/*
 * Rounds seconds and nanoseconds up to the next multiple of 100 ns, carrying into the seconds.
 * [vendor test LxtFsUtimeRoundToNt]
 */
static inline void nt_time_round(int64_t *seconds, long *nanoseconds)
{
    long ns = (*nanoseconds + 99) / 100 * 100;
    if (ns >= 1000000000L) {
        ns -= 1000000000L;
        *seconds += 1;
    }
    *nanoseconds = ns;
}

#endif
