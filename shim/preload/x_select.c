/* SPDX-License-Identifier: MIT */
/*
 * select and pselect, by which a mount table wakes as an exceptional condition: see x_poll.c. As
 * the kernel's own file, one can always be read.
 */
#include <limits.h>
#include <string.h>
#include <sys/select.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "vfs/opened.h"
#include "vfs/placement.h"
#include "vfs/watch.h"

#define TABLES_MAX 4 /* tables that one call waits for */

/* Of either of its limit's sizes, which on 32-bit x86 are two. */
typedef int select_fn(int n, fd_set *read, fd_set *written, fd_set *except, void *limit);
typedef int pselect_fn(int n, fd_set *read, fd_set *written, fd_set *except, const void *limit,
                       const sigset_t *mask);

/* How a program waits: one of the next definitions, with what it gave. */
struct waiting {
    bool masked; /* by the second of these */
    select_fn *select;
    pselect_fn *pselect;
    void *limit;
    const sigset_t *mask;
};

struct sets {
    fd_set *read;
    fd_set *written;
    fd_set *except;
};

/* What of a set the kernel reads: a program need not have more. */
static size_t bytes_of(int n)
{
    const size_t word = sizeof(long) * CHAR_BIT;
    return ((size_t)n + word - 1) / word * sizeof(long);
}

/* True for a set that can be read: the kernel is left to say so of another. */
static bool can_read(const fd_set *set, int n)
{
    return sys_readable(set, bytes_of(n), placement_tick());
}

static int wait_as_is(const struct waiting *how, int n, const struct sets *s)
{
    return how->masked ? how->pselect(n, s->read, s->written, s->except, how->limit, how->mask)
                       : how->select(n, s->read, s->written, s->except, how->limit);
}

/* What of a number's descriptors has a bit in the sets that we wait by. */
static int put(int n, const struct vfs_watch *w, int fd, fd_set *read, fd_set *except)
{
    FD_CLR(fd, except);
    FD_SET(w->kernel, except);
    if (w->table >= 0)
        FD_SET(w->table, read);
    int last = w->kernel > w->table ? w->kernel : w->table;
    return last >= n ? last + 1 : n;
}

/* Begins to watch by the tables among what is waited for. How many there are. */
static size_t find_tables(int n, const fd_set *except, struct vfs_watch watches[TABLES_MAX],
                          int tables[TABLES_MAX], bool *told)
{
    size_t count = 0;
    for (int fd = 0; fd < n && count < TABLES_MAX; fd++) {
        struct vfs_watch *w = &watches[count];
        if (!FD_ISSET(fd, except) || !opened_has(fd))
            continue;
        if (!vfs_watch_begin(lx_self(), fd, w)) {
            opened_forget(fd);
        } else if (w->kernel >= FD_SETSIZE || w->table >= FD_SETSIZE) {
            vfs_watch_end(w);
        } else {
            *told |= vfs_watch_renew(lx_self(), fd, w);
            *told |= opened_untold(fd);
            tables[count++] = fd;
        }
    }
    return count;
}

/* Takes our descriptors' bits away again, and gives a table that woke its own. */
static int answer(int r, size_t count, const struct vfs_watch watches[TABLES_MAX],
                  const int tables[TABLES_MAX], bool told, const struct sets *own)
{
    for (size_t i = 0; i < count; i++) {
        const struct vfs_watch *w = &watches[i];
        bool by_kernel = FD_ISSET(w->kernel, own->except);
        bool by_table = w->table >= 0 && FD_ISSET(w->table, own->read);
        FD_CLR(w->kernel, own->except);
        if (w->table >= 0)
            FD_CLR(w->table, own->read);
        r -= by_kernel + by_table;
        if (!by_kernel && !by_table && !told)
            continue;
        FD_SET(tables[i], own->except);
        (void)vfs_watch_renew(lx_self(), tables[i], w);
        r++;
    }
    return r;
}

static int wait_by(const struct waiting *how, int n, const struct sets *s, size_t count,
                   const struct vfs_watch watches[TABLES_MAX], const int tables[TABLES_MAX],
                   bool told)
{
    struct timespec at_once = {0, 0}; /* nothing of whichever size: select may write it */
    struct waiting now = *how;
    fd_set read;
    fd_set except;
    const struct sets own = {&read, s->written, &except};
    const size_t given = bytes_of(n);
    FD_ZERO(&read);
    FD_ZERO(&except);
    memcpy(&except, s->except, given);
    if (s->read != NULL)
        memcpy(&read, s->read, given);
    for (size_t i = 0; i < count; i++)
        n = put(n, &watches[i], tables[i], &read, &except);
    if (told)
        now.limit = &at_once;
    int r = wait_as_is(&now, n, &own);
    if (r < 0)
        return r;
    r = answer(r, count, watches, tables, told, &own);
    /* The kernel would say so, where we would die. */
    if ((s->read != NULL && sys_put(s->read, &read, given) < 0) ||
        sys_put(s->except, &except, given) < 0)
        return (int)lx_ret(-EFAULT);
    return r;
}

static int wait_for(const struct waiting *how, int n, const struct sets *s)
{
    struct vfs_watch watches[TABLES_MAX];
    int tables[TABLES_MAX];
    bool told = false;
    size_t count = 0;
    if (opened_is_any() && s->except != NULL && n > 0 && n <= FD_SETSIZE &&
        can_read(s->except, n) && (s->read == NULL || can_read(s->read, n)))
        count = find_tables(n, s->except, watches, tables, &told);
    if (count == 0)
        return wait_as_is(how, n, s);
    int r = wait_by(how, n, s, count, watches, tables, told);
    int error = errno;
    for (size_t i = 0; i < count; i++)
        vfs_watch_end(&watches[i]);
    errno = error;
    return r;
}

static int wait_plainly(select_fn *next, int n, const struct sets *s, void *limit)
{
    return wait_for(&(struct waiting){.select = next, .limit = limit}, n, s);
}

static int wait_masked(pselect_fn *next, int n, const struct sets *s, const void *limit,
                       const sigset_t *mask)
{
    return wait_for(
        &(struct waiting){
            .masked = true, .pselect = next, .limit = (void *)(uintptr_t)limit, .mask = mask},
        n, s);
}

LX_EXPORT int select(int n, fd_set *read, fd_set *written, fd_set *except, struct timeval *limit)
{
    return wait_plainly(NEXT_WIDE_AS(select, __select64, select_fn), n,
                        &(const struct sets){read, written, except}, limit);
}

LX_EXPORT int pselect(int n, fd_set *read, fd_set *written, fd_set *except,
                      const struct timespec *limit, const sigset_t *mask)
{
    return wait_masked(NEXT_WIDE_AS(pselect, __pselect64, pselect_fn), n,
                       &(const struct sets){read, written, except}, limit, mask);
}

#if defined(__i386__)
LX_NARROW(int, select, int n, fd_set *read, fd_set *written, fd_set *except, void *limit)
{
    return wait_plainly(NEXT_NAMED("select", select_fn), n,
                        &(const struct sets){read, written, except}, limit);
}

LX_NARROW(int, pselect, int n, fd_set *read, fd_set *written, fd_set *except, const void *limit,
          const sigset_t *mask)
{
    return wait_masked(NEXT_NAMED("pselect", pselect_fn), n,
                       &(const struct sets){read, written, except}, limit, mask);
}
#endif

#if !defined(LXSHIM_MUSL) /* which has no such name */
LX_ALIAS(__select, select);
#endif
