/* SPDX-License-Identifier: MIT */
#include "supervisor/pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/listener.h"
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

/* A lock between processes, of which each may be killed while it has it. */
static bool make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t kind;
    return pthread_mutexattr_init(&kind) == 0 &&
           pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED) == 0 &&
           pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST) == 0 &&
           pthread_mutex_init(lock, &kind) == 0;
}

struct pool *pool_new(void)
{
    struct pool *pool =
        mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pool == MAP_FAILED)
        return NULL;
    pool->listener = -1;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pool->turns_max = processors < 1 ? 1 : processors < TURNS_MAX ? (int)processors : TURNS_MAX;
    atomic_store(&pool->turns, 1);
    atomic_store(&pool->free, 1);
    pool->tables_asked = pool->tables_answered = -1;
    mode_t mask = umask(022); /* which the command will have; the program has one thread */
    umask(mask);
    atomic_store(&pool->masks_write, (mask & S_IWUSR) != 0);
    return make_lock(&pool->lock) && make_lock(&pool->tables_lock) ? pool : NULL;
}

int pool_open(struct pool *pool)
{
    int sockets[2];
    pool->waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pool->waiting < 0)
        return -errno;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0) {
        pool->tables_asked = sockets[0];
        pool->tables_answered = sockets[1];
    }
    return 0;
}

void pool_lock(pthread_mutex_t *lock)
{
    if (pthread_mutex_lock(lock) == EOWNERDEAD)
        (void)pthread_mutex_consistent(lock);
}

/* All counts anew, by the roles. Under the lock. */
static void recount(struct pool *pool)
{
    int with[POOL_LEAVES + 1] = {0};
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        with[atomic_load(&pool->slots[i].role)]++;
    int taken = with[POOL_RECEIVES] + with[POOL_CALL];
    int turns = atomic_load(&pool->turns);
    if (turns < taken)
        turns = taken;
    atomic_store(&pool->turns, turns);
    atomic_store(&pool->free, (uint32_t)(turns - taken));
    atomic_store(&pool->busy, with[POOL_CALL]);
    atomic_store(&pool->parked, with[POOL_PARKED]);
    atomic_store(&pool->workers, WORKERS_MAX - with[POOL_NOBODY]);
}

static void take_lock(struct pool *pool)
{
    if (pthread_mutex_lock(&pool->lock) != EOWNERDEAD)
        return;
    (void)pthread_mutex_consistent(&pool->lock);
    recount(pool);
}

bool pool_lacks_worker(const struct pool *pool)
{
    return atomic_load(&pool->parked) < (int)atomic_load(&pool->free);
}

void pool_call_master(const struct pool *pool)
{
    const uint64_t one = 1;
    (void)!write(pool->waiting, &one, sizeof(one));
}

static void wake(struct pool *pool, int most)
{
    syscall(SYS_futex, &pool->free, FUTEX_WAKE, most, NULL, NULL, 0);
}

/* Gives the lock back. `offered`: there is a turn for somebody else, who is parked or is to come.
 */
static void give_lock(struct pool *pool, bool offered)
{
    bool somebody = atomic_load(&pool->parked) > 0;
    bool lacks = pool_lacks_worker(pool);
    pthread_mutex_unlock(&pool->lock);
    if (offered && somebody)
        wake(pool, 1);
    if (offered && lacks)
        pool_call_master(pool);
}

struct slot *pool_reserve(struct pool *pool)
{
    struct slot *found = NULL;
    take_lock(pool);
    for (unsigned i = 0; i < WORKERS_MAX && found == NULL; i++)
        if (atomic_load(&pool->slots[i].role) == POOL_NOBODY)
            found = &pool->slots[i];
    if (found != NULL) {
        atomic_store(&found->worker, 0);
        atomic_store(&found->tid, 0);
        atomic_store(&found->given, 0);
        memset(&found->call, 0, sizeof(found->call));
        atomic_store(&found->role, POOL_PARKED);
        atomic_fetch_add(&pool->workers, 1);
        atomic_fetch_add(&pool->parked, 1);
    }
    give_lock(pool, false);
    return found;
}

struct slot *pool_slot_of(struct pool *pool, pid_t worker)
{
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        struct slot *slot = &pool->slots[i];
        if (atomic_load(&slot->role) != POOL_NOBODY && atomic_load(&slot->worker) == worker)
            return slot;
    }
    return NULL;
}

void pool_bury(struct pool *pool, struct slot *slot)
{
    take_lock(pool);
    atomic_store(&slot->worker, 0);
    atomic_store(&slot->tid, 0);
    atomic_store(&slot->role, POOL_NOBODY);
    recount(pool);
    give_lock(pool, false);
    /* It may have offered a turn and not have told anybody. */
    if (atomic_load(&pool->free) > 0)
        wake(pool, INT_MAX);
}

void pool_kill_callers(const struct pool *pool, int listener)
{
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        const struct seccomp_notif *call = &pool->slots[i].call;
        if (call->id != 0)
            listener_kill_caller(listener, call->id, (pid_t)call->pid);
    }
}

void pool_await_turn(struct pool *pool, struct slot *slot)
{
    for (;;) {
        take_lock(pool);
        uint32_t offered = atomic_load(&pool->free);
        if (offered > 0) {
            atomic_store(&slot->role, POOL_RECEIVES);
            atomic_store(&pool->free, offered - 1);
            atomic_fetch_sub(&pool->parked, 1);
        }
        /* Whoever has offered another turn meanwhile may have counted on us. */
        give_lock(pool, offered > 1);
        if (offered > 0)
            return;
        syscall(SYS_futex, &pool->free, FUTEX_WAIT, 0, NULL, NULL, 0);
    }
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

/* True for a turn more, where the call that waited was not the next one of the same thread. */
static bool add_turn(struct pool *pool, pid_t tid)
{
    int turns = atomic_load(&pool->turns);
    bool more = false;
    if (queue.waits) {
        queue.found = tid != queue.last ? queue.found + 1 : 0;
        more = queue.found == LOOKS_FOR_MORE && turns < pool->turns_max;
        if (queue.found == LOOKS_FOR_MORE)
            queue.found = 0;
    }
    queue.last = tid;
    if (more) {
        atomic_store(&pool->turns, turns + 1);
        atomic_fetch_add(&pool->free, 1);
    }
    return more;
}

void pool_begin(struct pool *pool, struct slot *slot)
{
    pid_t tid = (pid_t)slot->call.pid;
    take_lock(pool);
    atomic_store(&slot->role, POOL_CALL);
    atomic_fetch_add(&pool->busy, 1);
    atomic_store(&slot->id, slot->call.id);
    atomic_store(&slot->tid, tid);
    give_lock(pool, add_turn(pool, tid));
    /* The master says that it will not look, and then looks once more: one of us sees the other. */
    if (!atomic_load(&pool->watched) && !atomic_exchange(&pool->watched, true))
        pool_call_master(pool);
}

/* Takes a worker's turn from it, if it has one and is at a call. */
static void relieve(struct pool *pool, struct slot *slot)
{
    take_lock(pool);
    bool has = atomic_load(&slot->role) == POOL_CALL;
    if (has) {
        atomic_store(&slot->role, POOL_RELIEVED);
        atomic_fetch_sub(&pool->busy, 1);
        atomic_fetch_add(&pool->free, 1);
    }
    give_lock(pool, has);
}

void pool_hand_over(struct pool *pool, struct slot *slot)
{
    relieve(pool, slot);
}

/* True where one turn less does. `busy` were at a call. */
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
    return true;
}

bool pool_done(struct pool *pool, struct slot *slot)
{
    atomic_store(&slot->tid, 0);
    take_lock(pool);
    bool keeps = atomic_load(&slot->role) == POOL_CALL;
    if (keeps && steps_down(pool, atomic_fetch_sub(&pool->busy, 1))) {
        keeps = false;
        atomic_fetch_sub(&pool->turns, 1);
        atomic_store(&slot->role, POOL_RELIEVED);
    } else if (keeps) {
        atomic_store(&slot->role, POOL_RECEIVES);
    }
    give_lock(pool, false);
    if (keeps)
        look_at_queue(pool);
    return keeps;
}

bool pool_park(struct pool *pool, struct slot *slot)
{
    take_lock(pool);
    bool stays = atomic_load(&pool->parked) < PARKED_MAX || pool_lacks_worker(pool);
    atomic_store(&slot->role, stays ? POOL_PARKED : POOL_LEAVES);
    if (stays)
        atomic_fetch_add(&pool->parked, 1);
    give_lock(pool, false);
    return stays;
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
        left -= atomic_load(&s->role) != POOL_NOBODY;
        if (worker <= 0 || (tid == 0 && before[i].id == id))
            continue;
        any = true;
        if (before[i].id != id) {
            before[i].id = id;
            before[i].ticks = 0;
            continue;
        }
        if (atomic_load(&s->role) == POOL_CALL)
            relieve(pool, s);
        if (++before[i].ticks % SIGNALS_TICKS == 0)
            interrupt(pool, s, worker, id, tid);
    }
    if (any)
        atomic_store(&pool->watched, true);
    return any;
}
