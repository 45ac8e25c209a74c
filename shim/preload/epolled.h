/* SPDX-License-Identifier: MIT */
/*
 * Mount tables that are in somebody's epoll. Memory cannot be in one: what wakes is there in its
 * place (vfs/watch.h), by descriptors of ours for as long as the program's own is open.
 */
#ifndef LXSHIM_PRELOAD_EPOLLED_H
#define LXSHIM_PRELOAD_EPOLLED_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sys/hidden.h"

struct epoll_event;

/* True where there was one at all. epolled.c's. */
extern SYS_HIDDEN _Atomic bool epolled_any;

/* epoll_ctl of a descriptor that was opened as a table. 0 or -errno: -EPERM where it is none. */
int epolled_control(int ep, int op, int fd, struct epoll_event *event);

/* Has a table say what is mounted by now, before it is read again from its beginning. */
void epolled_renew(int fd);

/* Closes what is in epolls for descriptors from first to last, which are about to be closed. */
void epolled_end_range(int first, int last);

static inline bool epolled_is_any(void)
{
    return __builtin_expect(atomic_load_explicit(&epolled_any, memory_order_relaxed), 0);
}

static inline void epolled_end(int fd)
{
    if (epolled_is_any())
        epolled_end_range(fd, fd);
}

#endif
