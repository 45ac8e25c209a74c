/* SPDX-License-Identifier: MIT */
#include "vfs/opened.h"

#include <stddef.h>

#include "sys/touched.h"

#define OPENED_MAX 8

SYS_TOUCHED _Atomic bool opened_any; /* any thread, a vfork child as well */

/*
 * Numbers, and 1; 0: none. Any thread changes them, a signal handler and a vfork child too, by one
 * store each: what is lost by that is a table which wakes nobody, and what is too much a look.
 */
static _Atomic int numbers[OPENED_MAX];

/* Of each, whether it was renewed, and nobody was told; as above. */
static _Atomic bool untold[OPENED_MAX];

/* The next one to be forgotten; as above. */
static _Atomic unsigned oldest;

/* The place of a number; OPENED_MAX where it has none. */
static size_t place_of(int fd)
{
    size_t i = 0;
    while (i < OPENED_MAX && atomic_load_explicit(&numbers[i], memory_order_relaxed) != fd + 1)
        i++;
    return i;
}

void opened_note(int fd)
{
    atomic_store(&opened_any, true);
    (void)opened_untold(fd);
    if (opened_has(fd))
        return;
    for (size_t i = 0; i < OPENED_MAX; i++) {
        int none = 0;
        if (atomic_compare_exchange_strong(&numbers[i], &none, fd + 1)) {
            atomic_store(&untold[i], false);
            return;
        }
    }
    atomic_store(&numbers[atomic_fetch_add(&oldest, 1) % OPENED_MAX], fd + 1);
}

bool opened_has(int fd)
{
    return fd >= 0 && place_of(fd) < OPENED_MAX;
}

void opened_renewed(int fd)
{
    size_t i = place_of(fd);
    if (i < OPENED_MAX)
        atomic_store(&untold[i], true);
}

bool opened_untold(int fd)
{
    size_t i = place_of(fd);
    return i < OPENED_MAX && atomic_exchange(&untold[i], false);
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
