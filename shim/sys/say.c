/* SPDX-License-Identifier: MIT */
#include "sys/say.h"

#include <signal.h>
#include <sys/resource.h>

/* Of the kernel's set of signals, whose first is 1. */
#define BIT(sign) (UINT64_C(1) << ((sign)-1))

/* Takes the signal of a failed write from what is pending, unless it was there before. */
static void take_back(long written, uint64_t pending)
{
    const long long at_once[2] = {0, 0};
    uint64_t sign = written == -EPIPE ? BIT(SIGPIPE) : 0;
    if (written == -EFBIG)
        sign = BIT(SIGXFSZ);
    if (sign != 0 && (pending & sign) == 0)
        SYS4(SYS_rt_sigtimedwait, &sign, NULL, at_once, sizeof(sign));
}

/*
 * Both signals are the thread's own. A thread that has blocked one itself may have one pending,
 * which is the program's and stays.
 */
long sys_say(int fd, const struct iovec *parts, size_t n)
{
    const uint64_t held = BIT(SIGPIPE) | BIT(SIGXFSZ);
    uint64_t before = 0;
    uint64_t pending = 0;
    long r = SYS4(SYS_rt_sigprocmask, SIG_BLOCK, &held, &before, sizeof(held));
    if (r < 0)
        return r;
    if ((before & held) != 0)
        SYS2(SYS_rt_sigpending, &pending, sizeof(pending));
    long written = sys_vector(true, fd, parts, n, -1);
    take_back(written, pending);
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(before));
    return written;
}

bool sys_may_fill(size_t n)
{
    uint64_t limit[2]; /* as prlimit64 has it: what counts, and what it may be raised to */
    return SYS4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, limit) == 0 && limit[0] >= n;
}

long sys_fill(int fd, const void *from, size_t n)
{
    if (!sys_may_fill(n))
        return -EFBIG;
    for (size_t done = 0; done < n;) {
        long r = sys_write(fd, (const char *)from + done, n - done);
        if (r == 0 || (r < 0 && r != -EINTR))
            return r < 0 ? r : -EIO;
        done += r > 0 ? (size_t)r : 0;
    }
    return 0;
}
