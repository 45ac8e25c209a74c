/* SPDX-License-Identifier: MIT */
/*
 * Waiting for descriptors: an opened mount table is one that wakes at a mount (vfs/watch.h). Where
 * a process has none open, each name is the next definition's after one look, which keeps them
 * cancellation points.
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/opened.h"
#include "vfs/placement.h"
#include "vfs/watch.h"

#define TABLES_MAX 4  /* tables that one call waits for */
#define PLACES_MAX 64 /* of poll's array on our stack; of a larger one: mapped */

/* Of either of its limit's sizes, which on 32-bit x86 are two. */
typedef int ppoll_fn(struct pollfd *places, nfds_t n, const void *limit, const sigset_t *mask);

/* How a program waits: poll, or ppoll with what it gave. */
struct waiting {
    int timeout;     /* of poll */
    ppoll_fn *ppoll; /* the next definition; or NULL */
    const void *limit;
    const sigset_t *mask;
};

/*
 * No limit is any negative number, and -1, which programs say, has a supervisor look at the call:
 * what comes through here it need not.
 */
#define NO_LIMIT (-2)

static int wait_as_is(const struct waiting *how, struct pollfd *places, nfds_t n)
{
    if (how->ppoll != NULL)
        return how->ppoll(places, n, how->limit, how->mask);
    return NEXT(poll)(places, n, how->timeout < 0 ? NO_LIMIT : how->timeout);
}

/* A table that is waited for. */
struct table {
    struct vfs_watch watch;
    nfds_t at; /* its place in the program's array */
    bool told; /* something was mounted before */
};

/* Finds the tables among what a program waits for, and begins to watch. How many there are. */
static size_t find_tables(const struct pollfd *places, nfds_t n, struct table tables[TABLES_MAX])
{
    size_t found = 0;
    for (nfds_t i = 0; i < n && found < TABLES_MAX; i++) {
        int fd = places[i].fd;
        if (!opened_has(fd))
            continue;
        struct table *t = &tables[found];
        t->at = i;
        if (vfs_watch_begin(lx_self(), fd, &t->watch)) {
            t->told = vfs_watch_renew(lx_self(), fd, &t->watch);
            t->told |= opened_untold(fd);
            found++;
        } else {
            opened_forget(fd);
        }
    }
    return found;
}

/* What the kernel answers for a table's place, and what it would have for its own file. */
static short answer_of(const struct table *t, const struct pollfd *place, short kernels, bool woken)
{
    short asked = place->events;
    if (!t->told && !woken)
        return kernels;
    return (short)(kernels | POLLERR | (asked & (POLLPRI | POLLIN | POLLRDNORM)));
}

/*
 * True where the answers can be written, tried at each page of them by the kernel's own (what is
 * there nobody need have written, which valgrind would complain of).
 */
static bool can_write(struct pollfd *places, nfds_t n, const struct pollfd *own)
{
    const nfds_t page = SYS_PAGE / sizeof(*places);
    for (nfds_t i = 0; i < n; i += page)
        if (sys_put(&places[i].revents, &own[i].revents, sizeof(short)) < 0)
            return false;
    return sys_put(&places[n - 1].revents, &own[n - 1].revents, sizeof(short)) == 0;
}

/* Brings the answers back to the program's array. What poll returns. */
static int answer(struct pollfd *places, nfds_t n, const struct pollfd *own, struct table *tables,
                  size_t count)
{
    int ready = 0;
    if (!can_write(places, n, own))
        return (int)lx_ret(-EFAULT);
    for (nfds_t i = 0; i < n; i++)
        places[i].revents = own[i].revents;
    for (size_t k = 0; k < count; k++) {
        struct table *t = &tables[k];
        struct pollfd *place = &places[t->at];
        place->revents = answer_of(t, place, own[t->at].revents, own[n + k].revents != 0);
        if ((place->revents & POLLERR) != 0)
            (void)vfs_watch_renew(lx_self(), place->fd, &t->watch);
    }
    for (nfds_t i = 0; i < n; i++)
        ready += places[i].revents != 0;
    return ready;
}

/* Waits by an array that has the kernel's files in the tables' places, and what watches behind. */
static int wait_by(const struct waiting *how, struct pollfd *places, nfds_t n, struct pollfd *own,
                   struct table *tables, size_t count)
{
    const struct timespec at_once = {0, 0};
    struct waiting now = *how;
    bool told = false;
    now.timeout = 0;
    now.limit = &at_once;
    memcpy(own, places, n * sizeof(*own));
    for (size_t k = 0; k < count; k++) {
        own[tables[k].at].fd = tables[k].watch.kernel;
        own[n + k] = (struct pollfd){.fd = tables[k].watch.table, .events = POLLIN};
        told |= tables[k].told;
    }
    int r = wait_as_is(told ? &now : how, own, n + count);
    return r < 0 ? r : answer(places, n, own, tables, count);
}

/* The same where there are tables to wait for. -1 with *none where there are none. */
static int wait_for_tables(const struct waiting *how, struct pollfd *places, nfds_t n, bool *none)
{
    struct table tables[TABLES_MAX];
    struct pollfd few[PLACES_MAX];
    struct pollfd *own = few;
    const size_t size = (n + TABLES_MAX) * sizeof(*own);
    size_t count = find_tables(places, n, tables);
    int r = -1;
    *none = count == 0;
    if (n + TABLES_MAX > PLACES_MAX && count > 0)
        own = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(own))
        *none = true;
    else if (count > 0)
        r = wait_by(how, places, n, own, tables, count);
    int error = errno;
    if (own != few && !sys_mmap_failed(own))
        sys_munmap(own, size);
    for (size_t k = 0; k < count; k++)
        vfs_watch_end(&tables[k].watch);
    errno = error;
    return r;
}

/* True for an array that can be read: the kernel is left to say so of another. */
static bool has_places(const struct pollfd *places, nfds_t n)
{
    return n > 0 && n <= INT_MAX / sizeof(*places) &&
           sys_readable(places, n * sizeof(*places), placement_tick());
}

static int wait_for(const struct waiting *how, struct pollfd *places, nfds_t n)
{
    bool none = true;
    int r = -1;
    if (opened_is_any() && has_places(places, n))
        r = wait_for_tables(how, places, n, &none);
    return none ? wait_as_is(how, places, n) : r;
}

LX_EXPORT int poll(struct pollfd *places, nfds_t n, int timeout)
{
    return wait_for(&(struct waiting){.timeout = timeout}, places, n);
}

#if !defined(LXSHIM_MUSL) /* which has no such names */
LX_ALIAS(__poll, poll);

/* libc's way of saying that an array is shorter than it is said to be; absent in musl. */
void __chk_fail(void) __attribute__((weak, noreturn));

static void check_room(nfds_t n, size_t room)
{
    if (room / sizeof(struct pollfd) < n && __chk_fail != NULL)
        __chk_fail();
}

LX_EXPORT int __poll_chk(struct pollfd *places, nfds_t n, int timeout, size_t room);
LX_EXPORT int __poll_chk(struct pollfd *places, nfds_t n, int timeout, size_t room)
{
    check_room(n, room);
    return poll(places, n, timeout);
}
#endif

static int wait_masked(ppoll_fn *next, struct pollfd *places, nfds_t n, const void *limit,
                       const sigset_t *mask)
{
    return wait_for(&(struct waiting){.ppoll = next, .limit = limit, .mask = mask}, places, n);
}

LX_EXPORT int ppoll(struct pollfd *places, nfds_t n, const struct timespec *limit,
                    const sigset_t *mask)
{
    return wait_masked(NEXT_WIDE_AS(ppoll, __ppoll64, ppoll_fn), places, n, limit, mask);
}

#if defined(__i386__)
LX_NARROW(int, ppoll, struct pollfd *places, nfds_t n, const void *limit, const sigset_t *mask)
{
    return wait_masked(NEXT_NAMED("ppoll", ppoll_fn), places, n, limit, mask);
}
#endif

#if !defined(LXSHIM_MUSL)
LX_EXPORT int __ppoll_chk(struct pollfd *places, nfds_t n, const void *limit, const sigset_t *mask,
                          size_t room);
LX_EXPORT int __ppoll_chk(struct pollfd *places, nfds_t n, const void *limit, const sigset_t *mask,
                          size_t room)
{
    check_room(n, room);
    return wait_masked(NEXT_NAMED("ppoll", ppoll_fn), places, n, limit, mask);
}
#endif
