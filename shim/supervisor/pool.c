/* SPDX-License-Identifier: MIT */
#include "supervisor/pool.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/tracee.h"

#define PARKED_MAX 3 /* workers beyond these that have nothing to do end */

/*
 * Of use up to as many as there are processors; but each that waits for a call is woken by every
 * one, and this many answer some hundred thousand a second.
 */
#define TURNS_MAX 4

/* A signal of the caller's is looked for each so many ticks: that is dear. */
#define SIGNALS_TICKS 5

/* After each so many calls a worker looks whether the next one already waits, */
#define LOOK_EACH 8
/* and where it did so many times in a row, and was another thread's, there is a turn more. */
#define LOOKS_FOR_MORE 2
/* After so many calls in a row that never found all others at one, there is a turn less. */
#define CALLS_FOR_LESS 32

struct pool *pool_new(void)
{
    struct pool *pool =
        mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED)
        return NULL;
    pool->listener = -1;
    pool->waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pool->turns_max = processors < 1 ? 1 : processors < TURNS_MAX ? (int)processors : TURNS_MAX;
    atomic_store(&pool->turns, 1);
    atomic_store(&pool->free, 1);
    return pool->waiting < 0 ? NULL : pool;
}

struct slot *pool_reserve(struct pool *pool)
{
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        pid_t none = 0;
        /* Its process id comes with the first call. */
        if (atomic_compare_exchange_strong(&pool->slots[i].worker, &none, -1)) {
            atomic_store(&pool->slots[i].tid, 0);
            atomic_store(&pool->slots[i].role, POOL_PARKED);
            atomic_fetch_add(&pool->workers, 1);
            atomic_fetch_add(&pool->parked, 1);
            return &pool->slots[i];
        }
    }
    return NULL;
}

static void free_slot(struct pool *pool, struct slot *slot)
{
    atomic_store(&slot->worker, 0);
    atomic_fetch_sub(&pool->workers, 1);
}

void pool_release(struct pool *pool, struct slot *slot)
{
    atomic_fetch_sub(&pool->parked, 1);
    free_slot(pool, slot);
}

bool pool_lacks_worker(const struct pool *pool)
{
    return atomic_load(&pool->parked) < (int)atomic_load(&pool->free);
}

static void call_master(const struct pool *pool)
{
    const uint64_t one = 1;
    (void)!write(pool->waiting, &one, sizeof(one));
}

/* A turn for somebody else: who is parked, or a worker more. */
static void offer_turn(struct pool *pool)
{
    atomic_fetch_add(&pool->free, 1);
    if (atomic_load(&pool->parked) > 0)
        syscall(SYS_futex, &pool->free, FUTEX_WAKE, 1, NULL, NULL, 0);
    if (pool_lacks_worker(pool))
        call_master(pool);
}

void pool_await_turn(struct pool *pool, struct slot *slot)
{
    for (;;) {
        uint32_t offered = atomic_load(&pool->free);
        if (offered == 0)
            syscall(SYS_futex, &pool->free, FUTEX_WAIT, 0, NULL, NULL, 0);
        else if (atomic_compare_exchange_weak(&pool->free, &offered, offered - 1))
            break;
    }
    atomic_store(&slot->role, POOL_RECEIVES);
    /* Whoever has offered another turn meanwhile may have counted on us. */
    atomic_fetch_sub(&pool->parked, 1);
    if (pool_lacks_worker(pool))
        call_master(pool);
}

/* This worker's own: whether calls wait for it though there is a processor for them. */
static struct {
    bool waits; /* the next call was there before the last one was over */
    unsigned calls;
    unsigned found;
    pid_t last;
} queue;

static void look_at_queue(const struct pool *pool)
{
    struct pollfd next = {.fd = pool->listener, .events = POLLIN};
    queue.waits = false;
    if (atomic_load(&pool->turns) >= pool->turns_max || ++queue.calls % LOOK_EACH != 0)
        return;
    queue.waits = poll(&next, 1, 0) > 0 && (next.revents & POLLIN) != 0;
    if (!queue.waits)
        queue.found = 0;
}

/* A turn more, where the call that waited was not the next one of the same thread. */
static void add_turn(struct pool *pool, pid_t tid)
{
    int turns = atomic_load(&pool->turns);
    if (queue.waits) {
        queue.found = tid != queue.last ? queue.found + 1 : 0;
        if (queue.found == LOOKS_FOR_MORE) {
            queue.found = 0;
            if (turns < pool->turns_max &&
                atomic_compare_exchange_strong(&pool->turns, &turns, turns + 1))
                offer_turn(pool);
        }
    }
    queue.last = tid;
}

void pool_begin(struct pool *pool, struct slot *slot, uint64_t id, pid_t tid)
{
    atomic_fetch_add(&pool->busy, 1);
    atomic_store(&slot->role, POOL_CALL);
    atomic_store(&slot->id, id);
    atomic_store(&slot->tid, tid);
    add_turn(pool, tid);
    /* The master says that it will not look, and then looks once more: one of us sees the other. */
    if (!atomic_load(&pool->watched) && !atomic_exchange(&pool->watched, true))
        call_master(pool);
}

/* Takes a worker's turn from it. False where it has none, or is at no call. */
static bool relieve(struct pool *pool, struct slot *slot)
{
    int role = POOL_CALL;
    if (!atomic_compare_exchange_strong(&slot->role, &role, POOL_RELIEVED))
        return false;
    atomic_fetch_sub(&pool->busy, 1);
    offer_turn(pool);
    return true;
}

void pool_hand_over(struct pool *pool, struct slot *slot)
{
    (void)relieve(pool, slot);
}

/* True where one turn less does, and this worker's is gone. */
static bool steps_down(struct pool *pool, int busy)
{
    int turns = atomic_load(&pool->turns);
    if (turns == 1)
        return false;
    if (busy >= turns) {
        atomic_store(&pool->spare, 0);
        return false;
    }
    if (atomic_fetch_add(&pool->spare, 1) < CALLS_FOR_LESS)
        return false;
    atomic_store(&pool->spare, 0);
    return atomic_compare_exchange_strong(&pool->turns, &turns, turns - 1);
}

bool pool_done(struct pool *pool, struct slot *slot)
{
    int role = POOL_CALL;
    atomic_store(&slot->tid, 0);
    if (!atomic_compare_exchange_strong(&slot->role, &role, POOL_RECEIVES)) {
        atomic_store(&slot->role, POOL_PARKED);
        return false;
    }
    if (steps_down(pool, atomic_fetch_sub(&pool->busy, 1))) {
        atomic_store(&slot->role, POOL_PARKED);
        return false;
    }
    look_at_queue(pool);
    return true;
}

bool pool_park(struct pool *pool, struct slot *slot)
{
    /*
     * The one that goes makes sure that it is not the last after all: others may have offered a
     * turn meanwhile, counting on it.
     */
    while (atomic_fetch_add(&pool->parked, 1) >= PARKED_MAX)
        if (atomic_fetch_sub(&pool->parked, 1) > 1) {
            free_slot(pool, slot);
            return false;
        }
    return true;
}

/* Interrupts a worker whose call has to end: its caller is gone, or has a signal to handle. */
static void interrupt(const struct pool *pool, struct slot *s, pid_t worker, uint64_t id, pid_t tid)
{
    const struct tracee t = {.listener = pool->listener, .id = id, .tid = tid};
    bool waits = tracee_waits(&t);
    enum tracee_signals signals = waits ? tracee_signals(&t) : TRACEE_NO_SIGNALS;
    if (waits && signals == TRACEE_NO_SIGNALS)
        return;
    if (waits)
        atomic_store(signals == TRACEE_SIGNALLED ? &s->signalled : &s->perhaps, id);
    /* Again each time, until the worker is at another call: it may not have begun to wait. */
    if (atomic_load(&s->id) == id)
        kill(worker, POOL_SIGNAL);
}

bool pool_watch(struct pool *pool)
{
    /* The master's own: the call each worker was at, and for how many ticks. */
    static struct {
        uint64_t id;
        unsigned ticks;
    } before[WORKERS_MAX];
    bool any = false;
    int left = atomic_load(&pool->workers);
    atomic_store(&pool->watched, false);
    for (unsigned i = 0; i < WORKERS_MAX && left > 0; i++) {
        struct slot *s = &pool->slots[i];
        pid_t worker = atomic_load(&s->worker);
        pid_t tid = atomic_load(&s->tid);
        uint64_t id = atomic_load(&s->id);
        left -= worker != 0;
        if (worker <= 0 || (tid == 0 && before[i].id == id))
            continue;
        any = true;
        if (before[i].id != id) {
            before[i].id = id;
            before[i].ticks = 0;
            continue;
        }
        (void)relieve(pool, s);
        if (++before[i].ticks % SIGNALS_TICKS == 0)
            interrupt(pool, s, worker, id, tid);
    }
    if (any)
        atomic_store(&pool->watched, true);
    return any;
}
