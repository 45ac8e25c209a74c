/* SPDX-License-Identifier: MIT */
/*
 * Addresses that a program gives. The kernel answers EFAULT where one cannot be read; here reading
 * it would be the program's end. So a page is tried before it is read, by a call that reads from it
 * and does nothing else, and remembered to be readable for one tick of the clock.
 */
#ifndef LXSHIM_SYS_ADDRESS_H
#define LXSHIM_SYS_ADDRESS_H

#include "sys/hidden.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SYS_PAGE 4096 /* the smallest there is */

/*
 * Pages that were readable at a moment: a cache shared by every thread, signal handler and vfork
 * child of the process, without locks; each entry is one word. Only address.c writes.
 */
#define SYS_PAGES 128u /* power of two */
extern SYS_HIDDEN _Atomic uint64_t sys_pages[SYS_PAGES];

/*
 * The entry that says of an address's page that it can be read. `moment`: see sys_readable; 24 bits
 * of it last for longer than an hour. One bit is set that no program's page has, so that an entry
 * that nobody has written says it of none.
 */
static inline uint64_t sys_page_entry(uintptr_t address, uint64_t moment)
{
    return address / SYS_PAGE ^ UINT64_C(1) << 39 ^ moment << 40;
}

/* True where an address can be read, which is asked anew; also where nobody tells. */
bool sys_page_is_there(uintptr_t address);

/* Tries a page. */
bool sys_page_try(uintptr_t address, uint64_t moment);

/* True where the page of an address can be read. */
static inline bool sys_page_readable(uintptr_t address, uint64_t moment)
{
    uint64_t entry = sys_page_entry(address, moment);
    _Atomic uint64_t *at = &sys_pages[address / SYS_PAGE % SYS_PAGES];
    return __builtin_expect(atomic_load_explicit(at, memory_order_relaxed) == entry, 1) ||
           sys_page_try(address, moment);
}

/*
 * True where n bytes (1 at least) can be read. `moment`: a number that changes with every tick of
 * the clock, for which what was found out is good.
 */
bool sys_readable(const void *p, size_t n, uint64_t moment);

/* Bytes of a string before its NUL, PATH_MAX for one that is as long or longer; or -EFAULT. */
long sys_string_on(const char *s, size_t have, uint64_t moment);
static inline long sys_string(const char *s, uint64_t moment)
{
    uintptr_t address = (uintptr_t)s;
    if (s == NULL || !sys_page_readable(address, moment))
        return -EFAULT;
    size_t room = SYS_PAGE - address % SYS_PAGE;
    size_t n = strnlen(s, room);
    return n < room ? (long)n : sys_string_on(s, n, moment);
}

/* memcpy to an address of the program's. 0 or -EFAULT. */
int sys_put(void *to, const void *from, size_t n);

#endif
