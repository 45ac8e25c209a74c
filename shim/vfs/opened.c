/* SPDX-License-Identifier: MIT */
#include "vfs/opened.h"

#include <stddef.h>

#define OPENED_MAX 8

_Atomic bool opened_any; /* any thread, a vfork child as well */

/*
 * Numbers, and 1; 0: none. Any thread changes them, a signal handler and a vfork child too, by one
 * store each: what is lost by that is a table which wakes nobody, and what is too much a look.
 */
static _Atomic int numbers[OPENED_MAX];

/* The next one to be forgotten; as above. */
static _Atomic unsigned oldest;

void opened_note(int fd)
{
    atomic_store(&opened_any, true);
    if (opened_has(fd))
        return;
    for (size_t i = 0; i < OPENED_MAX; i++) {
        int none = 0;
        if (atomic_compare_exchange_strong(&numbers[i], &none, fd + 1))
            return;
    }
    atomic_store(&numbers[atomic_fetch_add(&oldest, 1) % OPENED_MAX], fd + 1);
}

bool opened_has(int fd)
{
    for (size_t i = 0; i < OPENED_MAX; i++)
        if (atomic_load_explicit(&numbers[i], memory_order_relaxed) == fd + 1)
            return fd >= 0;
    return false;
}

void opened_forget(int fd)
{
    bool any = false;
    for (size_t i = 0; i < OPENED_MAX; i++) {
        int its = fd + 1;
        if (!atomic_compare_exchange_strong(&numbers[i], &its, 0))
            any |= its != 0;
    }
    if (!any)
        atomic_store(&opened_any, false);
}
