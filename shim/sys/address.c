/* SPDX-License-Identifier: MIT */
#include "sys/address.h"

#include <limits.h>
#include <sys/uio.h>

#include "sys/sys.h"

_Atomic uint64_t sys_pages[SYS_PAGES];

/* Moves bytes between two addresses of ours by the kernel, which refuses what we would die of. */
static long move(long nr, void *here, void *there, size_t n)
{
    struct iovec from = {here, n};
    struct iovec to = {there, n};
    /* The sixth argument is the call's own: flags, of which there are none. */
    return sys_call6(nr, sys_getpid(), (long)&from, 1, (long)&to, 1, 0);
}

/*
 * Where that call is forbidden: with a way to change the mask that does not exist, rt_sigprocmask
 * reads a set of eight bytes, and refuses. (Valgrind would complain of bytes that nobody wrote.)
 */
static bool is_read_as_set(uintptr_t address)
{
    const int nonsense = -1;
    return SYS4(SYS_rt_sigprocmask, nonsense, address & ~(uintptr_t)7, NULL, 8) != -EFAULT;
}

__attribute__((noinline)) bool sys_page_try(uintptr_t address, uint64_t moment)
{
    char byte;
    long r =
        move(SYS_process_vm_readv, &byte, (void *)address, 1); // NOLINT(performance-no-int-to-ptr)
    if (r != 1 && (r == -EFAULT || !is_read_as_set(address)))
        return false;
    atomic_store_explicit(&sys_pages[address / SYS_PAGE % SYS_PAGES],
                          sys_page_entry(address, moment), memory_order_relaxed);
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

int sys_put(void *to, const void *from, size_t n)
{
    long r = n == 0 ? 0 : move(SYS_process_vm_writev, (void *)(uintptr_t)from, to, n);
    if (r == (long)n)
        return 0;
    if (r == -EFAULT || r >= 0)
        return -EFAULT;
    memcpy(to, from, n); /* where that call is forbidden */
    return 0;
}
