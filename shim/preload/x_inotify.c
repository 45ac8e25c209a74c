/* SPDX-License-Identifier: MIT */
/*
 * inotify: paths on the way in, names of events on the way out. Events come out of read(), so that
 * one is ours as well; until something inside a mount is watched it costs one test.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "nt/names.h"
#include "preload/inotify.h"
#include "preload/shim.h"
#include "store/sidecar.h"
#include "sys/sys.h"
#include "vfs/locate.h"

/* glibc's own other names; absent elsewhere. */
ssize_t __read(int fd, void *buf, size_t size) __attribute__((weak));
void __chk_fail(void) __attribute__((weak, noreturn));

/*
 * One bit per descriptor below 1024 that watches something inside a mount. Set by whichever thread
 * adds a watch; never cleared, since a stale bit only costs a look at what was read.
 */
static _Atomic uint64_t watching[16];
static _Atomic bool any;

long inotify_watch(int fd, const char *path, uint32_t mask)
{
    long r = lx_inotify_add_watch(lx_self(), fd, path, mask);
    if (r >= 0 && fd >= 0 && fd < 1024 && lx_where(lx_self(), AT_FDCWD, path) > 0) {
        atomic_fetch_or_explicit(&watching[fd / 64], UINT64_C(1) << fd % 64, memory_order_relaxed);
        atomic_store_explicit(&any, true, memory_order_relaxed);
    }
    return r;
}

LX_EXPORT int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return (int)lx_ret(inotify_watch(fd, path, mask));
}

static bool is_watching(int fd)
{
    return fd >= 0 && fd < 1024 &&
           (atomic_load_explicit(&watching[fd / 64], memory_order_relaxed) >> fd % 64 & 1) != 0;
}

static bool is_pending(const struct inotify_event *e)
{
    return e->len > 0 && nt_name_pending(e->name, strlen(e->name));
}

/* The other half of a rename to a marked name: a deletion that has not happened yet. */
static bool moved_to_pending(const char *buf, long size, const struct inotify_event *from)
{
    for (long at = 0; at < size;) {
        const struct inotify_event *e = (const struct inotify_event *)(const void *)(buf + at);
        if ((e->mask & IN_MOVED_TO) != 0 && e->cookie == from->cookie && is_pending(e))
            return true;
        at += (long)(sizeof(*e) + e->len);
    }
    return false;
}

/*
 * Turns a block of events into what programs see, in place: names in Linux spelling; no word of the
 * rename by which a deletion becomes pending, and the deletion itself under its own name.
 */
static long shown(char *buf, long size)
{
    long to = 0;
    for (long at = 0; at < size;) {
        struct inotify_event *e = (struct inotify_event *)(void *)(buf + at);
        long length = (long)(sizeof(*e) + e->len);
        bool hidden = (e->len > 0 && strcmp(e->name, STORE_SIDECAR) == 0) ||
                      ((e->mask & IN_MOVED_TO) != 0 && is_pending(e)) ||
                      ((e->mask & IN_MOVED_FROM) != 0 && moved_to_pending(buf + at, size - at, e));
        if (!hidden && e->len > 0) {
            size_t n = nt_path_strip_pending(e->name, strlen(e->name));
            n = nt_name_unescape(e->name, n);
            memset(e->name + n, 0, e->len - n);
        }
        if (!hidden) {
            memmove(buf + to, e, (size_t)length);
            to += length;
        }
        at += length;
    }
    return to;
}

static ssize_t plain_read(int fd, void *buf, size_t size)
{
    return __read != NULL ? __read(fd, buf, size) : lx_ret(sys_read(fd, buf, size));
}

LX_EXPORT ssize_t read(int fd, void *buf, size_t size)
{
    if (!atomic_load_explicit(&any, memory_order_relaxed) || !is_watching(fd))
        return plain_read(fd, buf, size);
    for (;;) {
        ssize_t n = plain_read(fd, buf, size);
        if (n < (ssize_t)sizeof(struct inotify_event))
            return n;
        /* The descriptor may be another's by now: only inotify gives a whole number of events. */
        struct inotify_event *first = buf;
        if (first->len > (size_t)n || first->wd < -1)
            return n;
        n = shown(buf, n);
        if (n > 0)
            return n;
    }
}

LX_EXPORT ssize_t __read_chk(int fd, void *buf, size_t size, size_t room);
LX_EXPORT ssize_t __read_chk(int fd, void *buf, size_t size, size_t room)
{
    if (size > room && __chk_fail != NULL)
        __chk_fail();
    return read(fd, buf, size);
}
