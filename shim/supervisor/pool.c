/* SPDX-License-Identifier: MIT */
#include "supervisor/pool.h"

#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "supervisor/tracee.h"

struct pool *pool_new(int listener)
{
    struct pool *pool =
        mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED)
        return NULL;
    pool->listener = listener;
    pool->waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return pool->waiting < 0 ? NULL : pool;
}

struct slot *pool_reserve(struct pool *pool)
{
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        pid_t none = 0;
        /* Its process id comes with the first call. */
        if (atomic_compare_exchange_strong(&pool->slots[i].worker, &none, -1)) {
            atomic_store(&pool->slots[i].tid, 0);
            atomic_fetch_add(&pool->workers, 1);
            return &pool->slots[i];
        }
    }
    return NULL;
}

void pool_release(struct pool *pool, struct slot *slot)
{
    atomic_store(&slot->worker, 0);
    atomic_fetch_sub(&pool->workers, 1);
}

bool pool_watch(struct pool *pool)
{
    static uint64_t before[WORKERS_MAX]; /* the master's own */
    bool any = false;
    int left = atomic_load(&pool->workers);
    for (unsigned i = 0; i < WORKERS_MAX && left > 0; i++) {
        struct slot *s = &pool->slots[i];
        pid_t worker = atomic_load(&s->worker);
        pid_t tid = atomic_load(&s->tid);
        uint64_t id = atomic_load(&s->id);
        left -= worker != 0;
        if (worker <= 0 || tid == 0)
            continue;
        any = true;
        if (before[i] != id) {
            before[i] = id;
            continue;
        }
        const struct tracee t = {.listener = pool->listener, .id = id, .tid = tid, .pidfd = -1};
        bool waits = tracee_waits(&t);
        enum tracee_signals signals = waits ? tracee_signals(&t) : TRACEE_NO_SIGNALS;
        if (waits && signals == TRACEE_NO_SIGNALS)
            continue;
        if (waits)
            atomic_store(signals == TRACEE_SIGNALLED ? &s->signalled : &s->perhaps, id);
        /* Again each time, until the worker is at another call: it may not have begun to wait. */
        if (atomic_load(&s->id) == id)
            kill(worker, POOL_SIGNAL);
    }
    return any;
}
