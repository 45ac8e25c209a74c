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

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* AddressSanitizer takes bytes that belong to nobody for a fault, whoever reads them. */
#if defined(SYS_SANITIZED)
#elif defined(__has_feature)
#define SYS_SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SYS_SANITIZED 1
#else
#define SYS_SANITIZED 0
#endif

#define SYS_PAGE 4096 /* the smallest there is */

/*
 * Pages that were readable at a moment: a cache shared by every thread, signal handler and vfork
 * child of the process, without locks; each entry is one word. Only address.c writes. A page has a
 * place, and in the second half another one, where it is found more slowly: a program that names
 * files in turns by two pages that share a place would have each tried at each call, and where its
 * pages are is as chance has it.
 */
#define SYS_PAGES 64u /* power of two */
extern SYS_HIDDEN _Atomic uint64_t sys_pages[2 * SYS_PAGES];

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

/* Tries a page, and remembers it, but for the first one, which NULL is on. */
bool sys_page_try(uintptr_t address, uint64_t moment);

/* True where it is known that the page of an address can be read. */
static inline bool sys_page_is_known(uintptr_t address, uint64_t moment)
{
    const _Atomic uint64_t *at = &sys_pages[address / SYS_PAGE % SYS_PAGES];
    return atomic_load_explicit(at, memory_order_relaxed) == sys_page_entry(address, moment);
}

/* True where the page of an address can be read. */
static inline bool sys_page_readable(uintptr_t address, uint64_t moment)
{
    return __builtin_expect(sys_page_is_known(address, moment), 1) || sys_page_try(address, moment);
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

/* A path taken apart: how many bytes it has, and how many of them its last slash ends. */
struct sys_parts {
    size_t length; /* as sys_string tells it; SYS_UNREADABLE in place of -EFAULT */
    size_t above;  /* 0 where there is no slash */
};
#define SYS_UNREADABLE ((size_t)-1)

/* The same as sys_parts_of, by functions of libc's, each of which passes over the path. */
struct sys_parts sys_parts_exactly(const char *s, uint64_t moment);

/*
 * Where a tool of valgrind's tells of bytes that are read and belong to nobody, or to another
 * thread: has each path be taken apart exactly. Before main.
 */
void sys_read_exactly(void);

#if defined(__SSE2__) && !SYS_SANITIZED
/* Which of sixteen bytes are a certain one: a bit for each. */
static inline unsigned sys_bytes_like(__m128i bytes, char c)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

/*
 * Takes a path apart in one pass, sixteen bytes at a time. Some of the last ones are not the
 * path's: they are on its page.
 */
static inline __attribute__((always_inline)) struct sys_parts sys_parts_of(const char *s,
                                                                           uint64_t moment)
{
    const uintptr_t at = (uintptr_t)s;
    size_t n = 0;
    size_t above = 0;
    unsigned ends;
    unsigned slashes;
    if (__builtin_expect(!sys_page_is_known(at, moment), 0))
        return sys_parts_exactly(s, moment);
    for (;; n += 16) {
        /* The last of them is on another page than the first one of all. */
        if (__builtin_expect((at ^ (at + n + 15)) >= SYS_PAGE, 0))
            return sys_parts_exactly(s, moment);
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(s + n));
        ends = sys_bytes_like(bytes, '\0');
        slashes = sys_bytes_like(bytes, '/');
        if (ends != 0)
            break;
        if (slashes != 0)
            above = n + (31 ^ (unsigned)__builtin_clz(slashes)) + 1;
    }
    slashes &= ends ^ (ends - 1); /* those before the first end */
    if (slashes != 0)
        above = n + (31 ^ (unsigned)__builtin_clz(slashes)) + 1;
    return (struct sys_parts){n + (unsigned)__builtin_ctz(ends), above};
}
#else
static inline struct sys_parts sys_parts_of(const char *s, uint64_t moment)
{
    return sys_parts_exactly(s, moment);
}
#endif

/* memcpy to an address of the program's. 0 or -EFAULT. */
int sys_put(void *to, const void *from, size_t n);

#endif
