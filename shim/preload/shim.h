/* SPDX-License-Identifier: MIT */
/* What every exported name uses: the task that is ourselves, and libc's way of failing. */
#ifndef LXSHIM_PRELOAD_SHIM_H
#define LXSHIM_PRELOAD_SHIM_H

#include <stdatomic.h>

#include "preload/export.h"
#include "sys/hidden.h"
#include "vfs/ops.h"

/* How far this process's start is: 0, nothing yet; 1, somebody is at it; or ready. Only init.c
 * writes it, and the task: see there. */
#define LX_READY 2
extern SYS_HIDDEN _Atomic int lx_phase;
extern SYS_HIDDEN struct lx_task lx_own_task;

/* Slow half of lx_self. */
const struct lx_task *lx_begin_self(void);

/*
 * Ourselves. Before the constructor has run, and if a name is called while it runs, a task without
 * mounts: everything is outside and every call native. Here, since every call begins by it.
 */
static inline const struct lx_task *lx_self(void)
{
    if (__builtin_expect(atomic_load_explicit(&lx_phase, memory_order_acquire) == LX_READY, 1))
        return &lx_own_task;
    return lx_begin_self();
}

/* libc's shape: -1 and errno for -errno. A success leaves errno alone. */
static inline long lx_ret(long r)
{
    if (r < 0) {
        errno = (int)-r;
        return -1;
    }
    return r;
}

/* True for NULL where a header promises that an argument never is, and callers pass it anyway. */
static inline bool lx_is_null(const void *p)
{
    __asm__("" : "+r"(p));
    return p == NULL;
}

/* After a call that may have waited for a child; `ended`: one that is no more. */
void lx_after_child(bool ended);

/* After the program went to another mount namespace. */
void lx_moved_space(void);

/* After the program installed a seccomp filter of its own: from now on, only what it asks for. */
void lx_confine(void);

#endif
