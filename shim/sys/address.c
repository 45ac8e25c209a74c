/* SPDX-License-Identifier: MIT */
#include "sys/address.h"

#include <limits.h>
#include <sys/uio.h>

#include "sys/sys.h"
#include "sys/touched.h"

SYS_TOUCHED _Atomic uint64_t sys_pages[2 * SYS_PAGES];

/* By this an entry says of a page that it can be read, but not to who reads by sixteen bytes. */
#define EXACTLY (UINT64_C(1) << 38)
static SYS_TOUCHED uint64_t way_of_reading; /* that, or none. Written once, before main. */

void sys_read_exactly(void)
{
    way_of_reading = EXACTLY;
}

/* Moves bytes between two addresses of ours by the kernel, which refuses what we would die of. */
static long move(long nr, void *here, void *there, size_t n)
{
    struct iovec from = {here, n};
    struct iovec to = {there, n};
    /* The sixth argument is the call's own: flags, of which there are none. */
    return sys_call6(nr, sys_getpid(), (long)&from, 1, (long)&to, 1, 0);
}

/*
 * With a way to change the mask that does not exist, rt_sigprocmask reads a set of eight bytes, and
 * then refuses: the cheapest call that reads and does nothing. (No set at all, at 0, is not read;
 * the next one is on the same page.) 0, or -errno.
 */
static long read_as_set(uintptr_t address)
{
    const int nonsense = -1;
    uintptr_t set = address & ~(uintptr_t)7;
    return SYS4(SYS_rt_sigprocmask, nonsense, set == 0 ? sizeof(uint64_t) : set, NULL, 8);
}

/*
 * Whether that call says EFAULT of what nobody can read, as Linux does; who acts as Linux may look
 * at the way first. Any thread or signal handler may find out, and all find the same.
 */
enum { UNTRIED, TELLS, TELLS_NOTHING };
static SYS_TOUCHED _Atomic int set_telling = UNTRIED;

static bool tells_by_set(void)
{
    int known = atomic_load_explicit(&set_telling, memory_order_relaxed);
    if (known == UNTRIED) {
        const uintptr_t nowhere = ~(uintptr_t)SYS_PAGE + 1; /* the kernel's own, of every process */
        const uint64_t set = 0;
        bool tells = !sys_grumbles && read_as_set(nowhere) == -EFAULT &&
                     read_as_set((uintptr_t)&set) == -EINVAL;
        known = tells ? TELLS : TELLS_NOTHING;
        atomic_store_explicit(&set_telling, known, memory_order_relaxed);
    }
    return known == TELLS;
}

/* True where a byte can be read. (Valgrind would complain of the other's bytes that nobody wrote.)
 */
static bool is_readable(uintptr_t address)
{
    char byte;
    if (tells_by_set())
        return read_as_set(address) != -EFAULT;
    long r =
        move(SYS_process_vm_readv, &byte, (void *)address, 1); // NOLINT(performance-no-int-to-ptr)
    return r == 1 || (r != -EFAULT && read_as_set(address) != -EFAULT);
}

bool sys_page_is_there(uintptr_t address)
{
    return !tells_by_set() || read_as_set(address) != -EFAULT;
}

__attribute__((noinline)) bool sys_page_try(uintptr_t address, uint64_t moment)
{
    const uint64_t entry = sys_page_entry(address, moment) ^ way_of_reading;
    _Atomic uint64_t *at = &sys_pages[address / SYS_PAGE % SYS_PAGES];
    const uint64_t first = atomic_load_explicit(at, memory_order_relaxed);
    if (first == entry || atomic_load_explicit(at + SYS_PAGES, memory_order_relaxed) == entry)
        return true;
    if (!is_readable(address))
        return false;
    if (address >= SYS_PAGE) {
        if (first >> 40 == entry >> 40) /* of the same moment: it may be asked for again */
            atomic_store_explicit(at + SYS_PAGES, first, memory_order_relaxed);
        atomic_store_explicit(at, entry, memory_order_relaxed);
    }
    return true;
}

bool sys_readable(const void *p, size_t n, uint64_t moment)
{
    uintptr_t from = (uintptr_t)p;
    uintptr_t last = from + n - 1;
    if (last < from)
        return false;
    for (uintptr_t page = from / SYS_PAGE; page <= last / SYS_PAGE; page++)
        if (!sys_page_readable(page * SYS_PAGE, moment))
            return false;
    return true;
}

__attribute__((noinline)) long sys_string_on(const char *s, size_t have, uint64_t moment)
{
    while (have < PATH_MAX) {
        if (!sys_page_readable((uintptr_t)s + have, moment))
            return -EFAULT;
        size_t n = strnlen(s + have, SYS_PAGE);
        have += n;
        if (n < SYS_PAGE)
            break;
    }
    return have < PATH_MAX ? (long)have : PATH_MAX;
}

__attribute__((noinline)) struct sys_parts sys_parts_exactly(const char *s, uint64_t moment)
{
    const long n = sys_string(s, moment);
    if (n < 0)
        return (struct sys_parts){SYS_UNREADABLE, 0};
    const char *slash = memrchr(s, '/', (size_t)n);
    return (struct sys_parts){(size_t)n, slash == NULL ? 0 : (size_t)(slash - s) + 1};
}

int sys_put(void *to, const void *from, size_t n)
{
    long r = n == 0 ? 0 : move(SYS_process_vm_writev, (void *)(uintptr_t)from, to, n);
    if (r == (long)n) {
        /* Valgrind's memcheck takes what that call writes for another process's memory, and would
         * go on to say of ours that nobody wrote it [seen of 3.19]. This it sees. */
        if (sys_grumbles)
            memmove(to, from, n);
        return 0;
    }
    if (r == -EFAULT || r >= 0)
        return -EFAULT;
    memmove(to, from, n); /* where that call is forbidden */
    return 0;
}
