/* SPDX-License-Identifier: MIT */
/*
 * What the master and its workers share: who is at which call, and who takes the next one.
 *
 * The kernel wakes everybody who waits for a call. So few do: as a rule one, which has the turn and
 * keeps it from call to call; the others are parked. Whoever begins something that may wait for
 * long hands its turn on before, and the master takes it from those that are at one call for long
 * all the same. There are some more turns while calls come from several programs at once.
 *
 * A worker may be killed at any instruction. What is counted here is counted under a lock that the
 * kernel gives back when its owner dies, and follows from the roles alone, of which each changes by
 * one store: so it can be counted anew.
 */
#ifndef LXSHIM_SUPERVISOR_POOL_H
#define LXSHIM_SUPERVISOR_POOL_H

#include <linux/seccomp.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* As many calls can wait at once, for a FIFO or by an override's delay. */
#define WORKERS_MAX 1024

/* How often the master looks at calls that last: none stops another for longer than two of these.
 */
#define POOL_TICK_MS 10

/* What a worker does with its turn. Changed under the lock. */
enum pool_role {
    POOL_NOBODY,   /* the slot is free */
    POOL_PARKED,   /* it has none, and nothing to do */
    POOL_RECEIVES, /* waits for a call */
    POOL_CALL,     /* is at one, and will wait for the next */
    POOL_RELIEVED, /* is at one, or just was, and its turn is somebody else's */
    POOL_LEAVES    /* ends: there are enough others */
};

/* Whether mount tables that tell by themselves are served: see livetable.h. */
enum pool_tables {
    POOL_TABLES_NONE,   /* nobody has wanted one */
    POOL_TABLES_WANTED, /* the master is to start who serves them, or has */
    POOL_TABLES_REFUSED /* they cannot be had, or are no more */
};

/* One worker. Written by the worker, but for its process id and the signals: by the master. */
struct slot {
    alignas(64) _Atomic pid_t worker; /* 0 before the master knows it */
    _Atomic pid_t tid;                /* whose call it is at, 0: none */
    _Atomic uint64_t id;              /* of that call's notification */
    _Atomic int role;                 /* enum pool_role */
    _Atomic int given;                /* the descriptor that the caller has got, and 1; 0: none */
    /* The notification whose caller has a signal to handle: surely, or perhaps another thread. */
    _Atomic uint64_t signalled;
    _Atomic uint64_t perhaps;
    /*
     * Where the kernel writes the call that it gives to this worker. Either it does, or the call
     * waits for the next one: so whatever a worker dies of, the call that it had is here.
     */
    struct seccomp_notif call;
};

struct pool {
    int listener; /* the master's to fill in, before there is a worker */
    int waiting;  /* an event counter: the master has something to do */
    int turns_max;
    bool holds;    /* supervise_holds */
    bool chrooted; /* roots_in_chroot */
    pthread_mutex_t lock;
    _Atomic int turns;        /* all of them */
    _Atomic int busy;         /* those whose holder is at a call */
    _Atomic int spare;        /* calls in a row that found one whose holder was not */
    _Atomic uint32_t free;    /* those that nobody has taken yet; a futex */
    _Atomic int parked;       /* workers without one that have nothing to do */
    _Atomic int workers;      /* all of them */
    _Atomic bool watched;     /* the master will look at calls that last without being told */
    _Atomic bool roots;       /* a call was seen after which a caller's "/" may not be ours */
    _Atomic bool landlock;    /* and one after which callers may be confined by Landlock */
    _Atomic bool masks_write; /* a umask was seen that takes an owner's w, as more may have now */
    _Atomic uint32_t changes; /* calls seen by which a caller changes its credentials */
    int tables_asked;         /* a socket by which workers ask for tables, or -1 */
    int tables_answered;      /* its other end */
    pthread_mutex_t tables_lock;
    uint64_t tables_number; /* of the last asking; under that lock */
    _Atomic int tables;     /* enum pool_tables */
    _Atomic uint32_t moves; /* renames and symlinks seen: what leads where may have changed */
    struct slot slots[WORKERS_MAX];
};

/* The sign to a worker that its call has to end. */
#define POOL_SIGNAL SIGUSR1

/* The pool, shared with children to be, with one turn to take; NULL where there is no memory. */
struct pool *pool_new(void);

/* In the master: the rest, which takes a descriptor. Returns 0 or -errno. */
int pool_open(struct pool *pool);

/* Kills those whose calls were given to workers, and are answered by nobody any more. */
void pool_kill_callers(const struct pool *pool, int listener);

/*
 * In the master, before a fork: reserves a slot for the child, which is born parked, NULL where
 * there are too many. Its process id is written there after the fork.
 */
struct slot *pool_reserve(struct pool *pool);

/* Takes a lock of the pool's other than its own. */
void pool_lock(pthread_mutex_t *lock);

/* Tells the master that it has something to do. */
void pool_call_master(const struct pool *pool);

/* In the master: the slot of a worker, NULL where that process is none. */
struct slot *pool_slot_of(struct pool *pool, pid_t worker);

/*
 * In the master, for a slot whose worker has ended, or never was: it is free, and what was counted
 * of it is right again. Its call is there to be read until the slot is reserved again.
 */
void pool_bury(struct pool *pool, struct slot *slot);

/* In the master: true where turns are offered that no parked worker will take. */
bool pool_lacks_worker(const struct pool *pool);

/*
 * In the master, each tick: relieves workers that have been at one call since the last time, and
 * interrupts them where its caller is gone or has a signal to handle. True where calls are made.
 */
bool pool_watch(struct pool *pool);

/* In a worker that is parked: waits for a turn. */
void pool_await_turn(struct pool *pool, struct slot *slot);

/* In a worker with a turn: it is at the call that its slot has. */
void pool_begin(struct pool *pool, struct slot *slot);

/* In a worker at a call: somebody else takes the next ones, as this one may wait for long. */
void pool_hand_over(struct pool *pool, struct slot *slot);

/* In a worker after its call: true where it still has its turn. */
bool pool_done(struct pool *pool, struct slot *slot);

/* In a worker without a turn: false where enough others are parked. Then it has to end. */
bool pool_park(struct pool *pool, struct slot *slot);

#endif
