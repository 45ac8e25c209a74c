/* SPDX-License-Identifier: MIT */
/* What the master and its workers share: who is at which call. */
#ifndef LXSHIM_SUPERVISOR_POOL_H
#define LXSHIM_SUPERVISOR_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* As many calls can wait at once, for a FIFO or by an override's delay. */
#define WORKERS_MAX 1024

/* One worker. Written by the worker, but for the signals, which the master writes. */
struct slot {
    _Atomic pid_t worker; /* 0: free */
    _Atomic pid_t tid;    /* whose call it is at, 0: none */
    _Atomic uint64_t id;  /* of that call's notification */
    /* The notification whose caller has a signal to handle: surely, or perhaps another thread. */
    _Atomic uint64_t signalled;
    _Atomic uint64_t perhaps;
};

struct pool {
    int listener;
    int waiting;            /* an event counter: a call has begun that may wait for long */
    _Atomic int idle;       /* workers that wait for a call */
    _Atomic int workers;    /* all of them */
    _Atomic uint32_t moves; /* renames and symlinks seen: what leads where may have changed */
    struct slot slots[WORKERS_MAX];
};

/* The sign to a worker that its call has to end. */
#define POOL_SIGNAL SIGUSR1

/* The pool, shared with children to be; NULL where there is no memory. */
struct pool *pool_new(int listener);

/* Before and after a fork: reserves a slot for the child, NULL where there are too many; and gives
 * one back. */
struct slot *pool_reserve(struct pool *pool);
void pool_release(struct pool *pool, struct slot *slot);

/*
 * In the master: interrupts workers that have been at one call since the last time, where its
 * caller is gone or has a signal to handle. True where any worker is at such a call.
 */
bool pool_watch(struct pool *pool);

#endif
