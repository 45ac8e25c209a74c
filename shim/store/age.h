/* SPDX-License-Identifier: MIT */
/*
 * When an inode's change time tells of every change. It is the one that tells of attributes, too,
 * and that nobody can set back.
 */
#ifndef LXSHIM_STORE_AGE_H
#define LXSHIM_STORE_AGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "sys/clock.h"

#define STORE_SECOND INT64_C(1000000000) /* in nanoseconds */

/*
 * The kernel's clock for change times ticks every 1 to 10 ms. Some file systems keep less of it:
 * times that are all whole seconds, or every second one (ext3, vfat).
 */
#define STORE_YOUNG        INT64_C(20000000)
#define STORE_YOUNG_COARSE (2 * STORE_SECOND + STORE_YOUNG)

/* The clock that change times are taken from, in nanoseconds; 0 where it cannot be read. */
static inline int64_t store_clock(void)
{
    struct timespec now;
    if (sys_clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0)
        return 0;
    return now.tv_sec * STORE_SECOND + now.tv_nsec;
}

/*
 * The moment by store_clock from which on any further change of an inode shows in its change time.
 * Until then one more may leave it as it is.
 */
static inline int64_t store_settles_at(const struct stat *st)
{
    const struct timespec *t = &st->st_ctim;
    int64_t young = t->tv_nsec % STORE_YOUNG == 0 ? STORE_YOUNG_COARSE : STORE_YOUNG;
    return t->tv_sec * STORE_SECOND + t->tv_nsec + young;
}

/* A hash of an inode and its change time; of two states of one inode, or of two inodes, two. */
uint64_t store_hash_state(const struct stat *st);

/*
 * True where any change of an object of a drive, by anyone, after `now` (store_clock) will show in
 * its change time: it is old enough, and on the root's own file system, which is one that keeps
 * such times itself. What is found out of it then stands for as long as its state is the same.
 */
bool store_shows_changes(const char *root, const struct stat *st, int64_t now);

#endif
