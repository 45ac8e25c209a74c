/* SPDX-License-Identifier: MIT */
#include "vfs/tracefile.h"

#include <linux/futex.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "sys/own.h"
#include "sys/patience.h"
#include "sys/say.h"
#include "sys/sys.h"

/*
 * The trace's file, or -errno. It is opened for each write: a descriptor that stays open would be
 * one of the program's, which closes and counts its own. A FIFO that nobody reads is not waited
 * for. What a policy that was only found has chosen is looked at each time: a symlink may have come
 * meanwhile. Where lxshim run writes lines, it alone makes a file anew that has gone: in another
 * root the same name is somewhere else.
 */
static int open_trace(const struct lx_task *task, int flags)
{
    const struct lx_policy *policy = task->policy;
    /* Who acts for others has no umask of theirs. */
    mode_t mode = task->on_behalf ? 0600 : 0666;
    return policy->trace_own ? sys_open_own(policy->trace, flags | O_NONBLOCK, mode)
                             : sys_openat(AT_FDCWD, policy->trace, flags | O_NONBLOCK, mode);
}

/* False where a limit of sizes (RLIMIT_FSIZE) would have the kernel cut the lines short. */
static bool fits(int fd, const struct iovec *parts, size_t n)
{
    uint64_t limit[2]; /* as prlimit64 has it: what counts, and what it may be raised to */
    struct stat st;
    if (SYS4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, limit) < 0 || limit[0] == UINT64_MAX ||
        sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return true;
    uint64_t end = (uint64_t)st.st_size;
    for (size_t i = 0; i < n; i++)
        end += parts[i].iov_len;
    return end <= limit[0];
}

/*
 * One write on an append-only descriptor: lines of many processes never mix. Returns what was
 * written or -errno. A FIFO that is full is waited for. What a limit of this task's would cut is
 * not written at all: the next line, by another task, would begin in the middle of one.
 */
static long append(const struct lx_task *task, const struct iovec *parts, size_t n, bool makes)
{
    const int flags = O_WRONLY | (makes ? O_CREAT : 0) | O_APPEND | O_CLOEXEC | O_NOCTTY;
    int fd = open_trace(task, flags);
    if (fd < 0)
        return fd;
    long written = fits(fd, parts, n) ? sys_say(fd, parts, n) : -EFBIG;
    if (written == -EAGAIN && sys_fcntl(fd, F_SETFL, flags) == 0)
        written = sys_say(fd, parts, n);
    sys_close(fd);
    return written;
}

/* Counts lines that are not in the file. */
static void count_untold(const struct lx_policy *policy, unsigned lines, long error)
{
    uint32_t none = 0;
    if (policy->stats == NULL || lines == 0)
        return;
    atomic_fetch_add_explicit(&policy->stats->untold, lines, memory_order_relaxed);
    atomic_compare_exchange_strong(&policy->stats->untold_errno, &none,
                                   error < 0 ? (uint32_t)-error : ENOSPC);
}

/* How many of the lines are not whole in a file of which so many bytes were written. */
static unsigned lost(const struct iovec *parts, unsigned n, long written)
{
    unsigned whole = 0;
    while (whole < n && written >= (long)parts[whole].iov_len)
        written -= (long)parts[whole++].iov_len;
    return n - whole;
}

/*
 * Writes what was left. Where that cannot be done, lines stay, unless `surely`: another process may
 * see another root, and may write less.
 */
static unsigned flush(const struct lx_task *task, struct lx_trace_lines *lines, bool surely,
                      bool last)
{
    const struct lx_trace_line *taken[LX_TRACE_LINES];
    struct iovec parts[LX_TRACE_LINES];
    unsigned n = lx_trace_take(lines, last, taken);
    for (unsigned i = 0; i < n; i++)
        parts[i] = (struct iovec){(void *)(uintptr_t)taken[i]->text, lx_trace_length(taken[i])};
    long written = n == 0 ? 0 : append(task, parts, n, surely);
    bool gone = n > 0 && (written >= 0 || surely);
    if (gone)
        count_untold(task->policy, lost(parts, n, written), written);
    lx_trace_take_end(lines, gone ? taken[n - 1] : NULL);
    return gone ? n : 0;
}

unsigned vfs_trace_flush(const struct lx_task *task, bool last)
{
    struct lx_trace_lines *lines = lx_trace_lines(task->policy);
    if (lines == NULL)
        return 0;
    if (last)
        lx_trace_close(lines);
    if (!lx_trace_take_begin(lines, (uint32_t)sys_getpid()) && !last)
        return 0;
    return flush(task, lines, true, last);
}

/* Tells who writes lines that there are some. */
static void wake_scribe(struct lx_trace_lines *lines)
{
    if (atomic_load(&lines->waits) != 0 && atomic_exchange(&lines->waits, 0) != 0)
        SYS4(SYS_futex, &lines->waits, FUTEX_WAKE, 1, NULL);
}

/* Leaves a line in memory. False where it has to be written at once. */
static __attribute__((noinline)) bool leave(const struct lx_task *task,
                                            struct lx_trace_lines *lines, const struct text *line)
{
    if (!lx_trace_leave(lines, line->at, line->length)) {
        if (!lx_trace_take_begin(lines, (uint32_t)sys_getpid()) ||
            flush(task, lines, false, false) == 0 || !lx_trace_leave(lines, line->at, line->length))
            return false;
    }
    wake_scribe(lines);
    return true;
}

/*
 * Leaves a line that this process may not write: it has become another user, or sees another root.
 * A place is waited for. If lxshim run takes no lines for so long, nobody waits for it again.
 */
static bool leave_to_scribe(struct lx_trace_lines *lines, const struct text *line)
{
    unsigned round = 0;
    while (!lx_trace_leave(lines, line->at, line->length)) {
        if (lx_trace_closed(lines))
            return false;
        wake_scribe(lines);
        if (!sys_patience(&round, SYS_LONG_PATIENCE)) {
            lx_trace_close(lines);
            return false;
        }
    }
    wake_scribe(lines);
    return true;
}

void vfs_trace_pass_on(const struct lx_task *task)
{
    struct lx_trace_lines *lines = lx_trace_lines(task->policy);
    unsigned round = 0;
    while (lines != NULL && lx_trace_left(lines)) {
        if (lx_trace_take_begin(lines, (uint32_t)sys_getpid()) &&
            flush(task, lines, false, false) > 0)
            return;
        wake_scribe(lines); /* who may write them */
        if (!sys_patience(&round, SYS_SHORT_PATIENCE))
            return;
    }
}

void vfs_trace_write(const struct lx_task *task, const struct text *line)
{
    struct lx_trace_lines *lines = lx_trace_lines(task->policy);
    const struct iovec part = {line->at, line->length};
    /* Who acts for others does not see their end, before which a line has to be written. */
    if (lines != NULL && !task->on_behalf && leave(task, lines, line))
        return;
    long n = append(task, &part, 1, lines == NULL);
    if (n < 0 && lines != NULL && leave_to_scribe(lines, line))
        return;
    count_untold(task->policy, n != (long)line->length, n);
}
