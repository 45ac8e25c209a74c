/* SPDX-License-Identifier: MIT */
#include "preload/epolled.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "fs/madeup.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "sys/touched.h"
#include "vfs/opened.h"
#include "vfs/placement.h"
#include "vfs/watch.h"

#define EPOLLED_MAX 8

/* Ours are out of the way of a program's, which are the lowest that are free. */
#define OUT_OF_THE_WAY 512

#define TAKEN (-1)

SYS_TOUCHED _Atomic bool epolled_any; /* set by any thread */

/*
 * Any thread takes an entry by its number, has it alone until it writes another, and may be a vfork
 * child of ours: that has descriptors of its own, and leaves ours alone (`pid`).
 */
static struct entry {
    _Atomic int number; /* of the program's descriptor, and 1; 0: free; TAKEN */
    int ep;
    int kernel;
    int table; /* or -1 */
    int pid;
} entries[EPOLLED_MAX];

/* Takes an entry of a number; NULL where there is none. `ep`: -1 for any. */
static struct entry *take(int number, int ep)
{
    for (size_t i = 0; i < EPOLLED_MAX; i++) {
        struct entry *e = &entries[i];
        int its = number;
        if (!atomic_compare_exchange_strong(&e->number, &its, TAKEN))
            continue;
        if (number == 0 || ep < 0 || e->ep == ep)
            return e;
        atomic_store(&e->number, number);
    }
    return NULL;
}

/* The same descriptor by a larger number. */
static int out_of_the_way(int fd)
{
    int other = fd < 0 ? fd : sys_fcntl(fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
    if (other < 0)
        return fd;
    sys_close(fd);
    return other;
}

static void close_both(const struct entry *e)
{
    sys_close(e->kernel);
    if (e->table >= 0)
        sys_close(e->table);
}

/*
 * The kernel's file is there by what the program asks for. What watches the run's table says that
 * it can be read, once for each change: nobody reads it.
 */
static int tell(const struct entry *e, int op, const struct epoll_event *event)
{
    struct epoll_event beside = {.events = EPOLLIN | EPOLLET, .data = event->data};
    int r = (int)SYS4(SYS_epoll_ctl, e->ep, op, e->kernel, event);
    if (r == 0 && e->table >= 0)
        (void)SYS4(SYS_epoll_ctl, e->ep, op, e->table, &beside);
    return r;
}

static int add(int ep, int fd, const struct epoll_event *event)
{
    struct vfs_watch watch;
    struct entry *e = take(fd + 1, ep);
    if (e != NULL) {
        atomic_store(&e->number, fd + 1);
        return -EEXIST;
    }
    if (!vfs_watch_begin(lx_self(), fd, &watch)) {
        opened_forget(fd);
        return -EPERM;
    }
    e = take(0, -1);
    if (e == NULL) {
        vfs_watch_end(&watch);
        return -ENOSPC;
    }
    e->ep = ep;
    e->pid = sys_getpid();
    e->kernel = out_of_the_way(watch.kernel);
    e->table = out_of_the_way(watch.table);
    int r = tell(e, EPOLL_CTL_ADD, event);
    if (r < 0)
        close_both(e);
    atomic_store(&epolled_any, true);
    atomic_store(&e->number, r < 0 ? 0 : fd + 1);
    return r;
}

int epolled_control(int ep, int op, int fd, struct epoll_event *event)
{
    struct epoll_event given = {0};
    /* The kernel's look at it, which comes first. */
    if (op != EPOLL_CTL_DEL && !sys_readable(event, sizeof(*event), placement_tick()))
        return -EFAULT;
    if (op != EPOLL_CTL_DEL)
        given = *event;
    if (op == EPOLL_CTL_ADD)
        return add(ep, fd, &given);
    struct entry *e = take(fd + 1, ep);
    if (e == NULL)
        return madeup_is(fd) ? -ENOENT : -EPERM;
    int r = tell(e, op, &given);
    if (op == EPOLL_CTL_DEL)
        close_both(e);
    atomic_store(&e->number, op == EPOLL_CTL_DEL ? 0 : fd + 1);
    return r;
}

void epolled_renew(int fd)
{
    struct vfs_watch watch;
    int error = errno;
    if (opened_has(fd) && vfs_watch_begin(lx_self(), fd, &watch)) {
        if (vfs_watch_renew(lx_self(), fd, &watch))
            opened_renewed(fd);
        vfs_watch_end(&watch);
    }
    errno = error;
}

void epolled_end_range(int first, int last)
{
    for (size_t i = 0; i < EPOLLED_MAX; i++) {
        struct entry *e = &entries[i];
        int number = atomic_load(&e->number);
        if (number <= first || number - 1 > last || e->pid != sys_getpid() ||
            !atomic_compare_exchange_strong(&e->number, &number, TAKEN))
            continue;
        close_both(e);
        atomic_store(&e->number, 0);
    }
}
