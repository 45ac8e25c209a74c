/* SPDX-License-Identifier: MIT */
/*
 * Who has set times sees none ahead of the coarse clock. From Linux 6.13 on files are stamped by a
 * finer one, which NT has not: a program that sets times and compares what it sees with the clock
 * would find them in the future. They are held back for a moment after times were set, and what was
 * shown once stays, or tar would say that the file has changed.
 *
 * A run shares what is known of that, as the call that sets times and the one that asks may be
 * answered by two processes of a supervisor; by the library alone each process has its own. Any
 * thread writes it. What is lost then is one look at the clock, or a time that is not held back.
 */
#include <stdatomic.h>

#include "fs/drvfs/clock.h"
#include "sys/clock.h"

#define RELAXED memory_order_relaxed

/*
 * For so long the coarse clock may be behind: two ticks of the longest. It steps by whole ticks,
 * and an interrupt that is late leaves it behind a time that was told before.
 */
#define FOR_NS 20000000u

struct lx_stats_times drvfs_own_times;

static uint64_t in_ns(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

static uint64_t coarse_now(void)
{
    struct timespec now;
    return sys_clock_gettime(CLOCK_REALTIME_COARSE, &now) == 0 ? in_ns(&now) : 0;
}

void drvfs_times_were_set(const struct lx_call *c)
{
    struct lx_stats_times *times = drvfs_times(c);
    if (lx_rule(c->at[0].mount, LX_RULE_UTIMES_CLOCK) != LX_COARSE)
        return;
    atomic_store_explicit(&times->set, coarse_now(), RELAXED);
    atomic_store_explicit(&times->any, 1, RELAXED);
}

uint64_t drvfs_held_until(const struct lx_call *c)
{
    struct lx_stats_times *times = drvfs_times(c);
    uint64_t set = atomic_load_explicit(&times->set, RELAXED);
    uint64_t now = set != 0 ? coarse_now() : 0;
    if (set == 0 || now - set <= FOR_NS)
        return now;
    atomic_store_explicit(&times->set, 0, RELAXED);
    return 0;
}

/* Places in which something is looked for, from that of its hash on. */
#define PLACES 16

/*
 * The entry of a key, with *less as it says; else one that may be written, with 0: an empty one, or
 * where so many are taken the first of them, whose file then shows the time that it has.
 */
static struct lx_stats_held *find(struct lx_stats_times *times, uint64_t key, uint64_t *less)
{
    uint64_t first = (key ^ key >> 32) % LX_STATS_HELD;
    for (uint64_t i = 0; i < PLACES; i++) {
        struct lx_stats_held *held = &times->held[(first + i) % LX_STATS_HELD];
        *less = atomic_load_explicit(&held->less, RELAXED);
        if (*less == 0 || (atomic_load_explicit(&held->key, RELAXED) ^ *less) == key)
            return held;
    }
    *less = 0;
    return &times->held[first];
}

uint64_t drvfs_ahead_by(const struct lx_call *c, uint64_t file, const struct timespec *at,
                        uint64_t now)
{
    uint64_t time = in_ns(at);
    uint64_t key = (file * UINT64_C(0x9e3779b97f4a7c15)) ^ time;
    uint64_t less;
    struct lx_stats_held *held = find(drvfs_times(c), key, &less);
    if (less != 0)
        return less;
    if (now == 0 || time <= now || time - now > 1000000000u)
        return 0;
    less = time - now;
    atomic_store_explicit(&held->less, less, RELAXED);
    atomic_store_explicit(&held->key, key ^ less, RELAXED);
    return less;
}
