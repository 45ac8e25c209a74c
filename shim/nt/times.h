/* SPDX-License-Identifier: MIT */
/* Times as Windows' file systems keep them, NTFS in multiples of 100 ns. Pure functions. */
#ifndef LXSHIM_NT_TIMES_H
#define LXSHIM_NT_TIMES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True for nanoseconds, from 0 and below a second, as the kernel tells them, that are no multiple
 * of 100 ns. Of 32 bits a remainder costs half of what it costs of 64.
 */
static inline bool nt_time_is_odd(long nanoseconds)
{
    return (uint32_t)nanoseconds % 100 != 0;
}

/*
 * Rounds seconds and such nanoseconds up to the next multiple of 100 ns, carrying into the seconds.
 * [vendor test LxtFsUtimeRoundToNt]
 */
static inline void nt_time_round(int64_t *seconds, long *nanoseconds)
{
    uint32_t ns = (uint32_t)*nanoseconds + 99;
    ns -= ns % 100;
    if (__builtin_expect(ns >= 1000000000u, 0)) {
        ns -= 1000000000u;
        *seconds += 1;
    }
    *nanoseconds = (long)ns;
}

/* Rounds a time up to whole multiples of so many seconds, as FAT does with 2. From 1970 on. */
static inline void nt_time_round_seconds(int64_t *seconds, long *nanoseconds, int64_t unit)
{
    *seconds += (*nanoseconds > 0) + unit - 1;
    *seconds -= *seconds % unit;
    *nanoseconds = 0;
}

#define NT_DAY_SECONDS 86400

/* The beginning of its day, in UTC. From 1970 on. */
static inline void nt_time_to_day(int64_t *seconds, long *nanoseconds)
{
    *seconds -= *seconds % NT_DAY_SECONDS;
    *nanoseconds = 0;
}

/* FAT's and exFAT's years: 1980 to 2107, in seconds since 1970. */
#define NT_FAT_FIRST INT64_C(315532800)
#define NT_FAT_END   INT64_C(4354819200)

/* Seconds from 1601, where Windows begins to count, to 1970. */
#define NT_EPOCH_SECONDS INT64_C(11644473600)

#define NT_FILETIME_SECOND 10000000u

/* FILETIME, a count of 100 ns since 1601; 0 for a time before that. */
static inline uint64_t nt_filetime(int64_t seconds, long nanoseconds)
{
    if (seconds < -NT_EPOCH_SECONDS)
        return 0;
    return (uint64_t)(seconds + NT_EPOCH_SECONDS) * NT_FILETIME_SECOND +
           (uint64_t)(nanoseconds / 100);
}

/* Seconds since 1970 of one. */
static inline int64_t nt_filetime_seconds(uint64_t filetime)
{
    return (int64_t)(filetime / NT_FILETIME_SECOND) - NT_EPOCH_SECONDS;
}

#endif
