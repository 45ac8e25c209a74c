/* SPDX-License-Identifier: MIT */
/* Times that were set, and are held back for a moment: see clock.c. */
#ifndef LXSHIM_FS_DRVFS_CLOCK_H
#define LXSHIM_FS_DRVFS_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "fs/filesystems.h"

/* After a call that has set times: for a moment no stat shows any that is ahead of the clock. */
void drvfs_times_were_set(const struct lx_call *c);

/* What is known of times that were set: the run's, or this process's own. Any thread writes it: see
 * clock.c. */
extern SYS_HIDDEN struct lx_stats_times drvfs_own_times;
static inline struct lx_stats_times *drvfs_times(const struct lx_call *c)
{
    struct lx_stats *stats = c->task->policy->stats;
    return stats != NULL ? &stats->times : &drvfs_own_times;
}

/* True where any were. */
static inline bool drvfs_has_set_times(const struct lx_call *c)
{
    return atomic_load_explicit(&drvfs_times(c)->any, memory_order_relaxed) != 0;
}

/*
 * Then, the coarse clock in ns by which times may have to be shown otherwise; 0 where only what was
 * shown before stays.
 */
uint64_t drvfs_held_until(const struct lx_call *c);

/* By how many nanoseconds a time of the file with this inode is shown less than it is. */
uint64_t drvfs_ahead_by(const struct lx_call *c, uint64_t file, const struct timespec *at,
                        uint64_t now);

#endif
