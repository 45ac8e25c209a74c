/* SPDX-License-Identifier: MIT */
/*
 * inotify: paths on the way in, names of events on the way out. Events come out of read(), so that
 * one is ours as well; until something inside a mount is watched, or an override asks to see what
 * is read, it costs two tests.
 */
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "preload/inotify.h"
#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"
#include "vfs/locate.h"
#include "vfs/names.h"
#include "vfs/placement.h"
#include "vfs/transfers.h"

/* glibc's own other names; absent elsewhere. */
ssize_t __read(int fd, void *buf, size_t size) __attribute__((weak));
void __chk_fail(void) __attribute__((weak, noreturn));

/*
 * One bit per descriptor below 1024 that watches something inside a mount. Set by whichever thread
 * adds a watch; never cleared, since a stale bit only costs a look at what was read.
 */
static _Atomic uint64_t watching[16];
static _Atomic bool any;

/*
 * Hashes of what has to be known of events to come: any thread that adds a watch or reads events
 * writes them, a word at a time. Where there is no room, or two hashes are the same, an event has
 * the name or the kind that the kernel gave it.
 */
#define KNOWN_MAX 64
typedef _Atomic uint64_t known_set[KNOWN_MAX];
static known_set narrow; /* watches whose program did not ask for renames: see widened */
static known_set going;  /* names that are pending in a watched directory */
static known_set late;   /* watches to which a close for writing is the modification */

static uint64_t hash_of(int fd, int wd, const char *name)
{
    uint64_t hash = placement_hash(PLACEMENT_SEED_ROOT + (uint64_t)fd, name, strlen(name));
    return (hash ^ (uint64_t)wd) | 1;
}

static bool knows(known_set set, uint64_t hash)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (atomic_load_explicit(&set[i], memory_order_relaxed) == hash)
            return true;
    return false;
}

/* Replaces one entry of a set by another; 0 is a free place. False where there is none. */
static bool exchange(known_set set, uint64_t old, uint64_t new)
{
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        uint64_t found = old;
        if (atomic_compare_exchange_strong(&set[i], &found, new))
            return true;
    }
    return false;
}

static bool is_watching(int fd)
{
    return fd >= 0 && fd < 1024 &&
           (atomic_load_explicit(&watching[fd / 64], memory_order_relaxed) >> fd % 64 & 1) != 0;
}

/*
 * A deletion that becomes pending is a rename for the kernel, and so is the end of it, when the
 * file is taken out of the directory: who wants to hear of deletions has to hear of renames.
 */
static uint32_t widened(uint32_t mask)
{
    return (mask & IN_DELETE) != 0 ? mask | IN_MOVE : mask;
}

/* Under what `late` has a watch whose program asked for the close, too. */
#define BOTH "c"

static void remember_late(const struct lx_task *t, long place, int fd, int wd, uint32_t mask)
{
    const struct lx_mount *m = lx_mounts_had(lx_mounts(t->policy), (unsigned)place);
    if ((mask & IN_MODIFY) == 0 || t->policy->observe ||
        lx_rule(m, LX_RULE_WATCH_EVENTS) != LX_AT_CLOSE)
        return;
    uint64_t hash = hash_of(fd, wd, (mask & IN_CLOSE_WRITE) != 0 ? BOTH : "");
    if (!knows(late, hash))
        exchange(late, 0, hash);
}

long inotify_watch(int fd, const char *path, uint32_t mask)
{
    const struct lx_task *t = lx_self();
    int follows = (mask & IN_DONT_FOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
    long place = fd >= 0 && fd < 1024 ? lx_where(t, AT_FDCWD, path, follows) : 0;
    bool inside = place > 0;
    bool wider = inside && widened(mask) != mask && (mask & IN_MASK_ADD) == 0;
    long r = lx_inotify_add_watch(t, fd, path, wider ? widened(mask) : mask);
    if (r < 0 || !inside)
        return r;
    uint64_t hash = hash_of(fd, (int)r, "");
    if (!wider && (mask & IN_MOVE) != 0)
        exchange(narrow, hash, 0);
    else if (wider && !knows(narrow, hash) && !exchange(narrow, 0, hash))
        (void)lx_inotify_add_watch(t, fd, path, mask); /* as it was asked for */
    remember_late(t, place, fd, (int)r, mask);
    atomic_fetch_or_explicit(&watching[fd / 64], UINT64_C(1) << fd % 64, memory_order_relaxed);
    atomic_store_explicit(&any, true, memory_order_relaxed);
    return r;
}

LX_EXPORT int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    return (int)lx_ret(inotify_watch(fd, path, mask));
}

/* Gives an event the name that something had before it was removed. False where it has that. */
static bool unmark(struct inotify_event *e)
{
    size_t n = e->len == 0 ? 0 : strnlen(e->name, e->len);
    n = vfs_removed_name(lx_self(), e->name, n);
    if (n == 0)
        return false;
    memset(e->name + n, 0, e->len - n);
    return true;
}

/* True for the other half of a rename, to the name that waits: a deletion to come. */
static bool is_mark(const struct inotify_event *from, const struct inotify_event *to)
{
    size_t n = from->len == 0 ? 0 : strlen(from->name);
    return n > 0 && (from->mask & IN_MOVED_FROM) != 0 && (to->mask & IN_MOVED_TO) != 0 &&
           from->cookie == to->cookie && from->wd == to->wd &&
           vfs_removed_name(lx_self(), to->name, strlen(to->name)) == n &&
           memcmp(from->name, to->name, n) == 0;
}

/* Tells of a close for writing as of the modification that it stands for. */
static void show_late(int fd, struct inotify_event *e)
{
    if ((e->mask & IN_CLOSE_WRITE) == 0)
        return;
    if (knows(late, hash_of(fd, e->wd, BOTH)))
        e->mask |= IN_MODIFY;
    else if (knows(late, hash_of(fd, e->wd, "")))
        e->mask = (e->mask & ~(uint32_t)IN_CLOSE_WRITE) | IN_MODIFY;
}

/* Turns an event into what programs see. False where they are not to see it. */
static bool show(int fd, struct inotify_event *e)
{
    char name[NAME_MAX + 1];
    size_t n = e->len == 0 ? 0 : strnlen(e->name, e->len);
    show_late(fd, e);
    if (n > 0 && n < sizeof(name)) {
        memcpy(name, e->name, n + 1);
        if (unmark(e)) {
            uint64_t hash = hash_of(fd, e->wd, e->name);
            if (!knows(going, hash)) {
                memcpy(e->name, name, n); /* somebody's own */
            } else if ((e->mask & (IN_MOVED_FROM | IN_DELETE)) != 0) {
                e->mask = (e->mask & ~(uint32_t)IN_MOVED_FROM) | IN_DELETE;
                e->cookie = 0;
                exchange(going, hash, 0);
            }
        }
        n = strnlen(e->name, e->len);
        n = vfs_bare_name(lx_self(), e->name, n);
        memset(e->name + n, 0, e->len - n);
    }
    return (e->mask & IN_MOVE) == 0 || !knows(narrow, hash_of(fd, e->wd, ""));
}

/*
 * Turns a block of events into what programs see, in place: names as they are shown; no word of the
 * rename by which a deletion becomes pending, and of the deletion itself under its own name.
 */
static long shown(int fd, char *buf, long size)
{
    long to = 0;
    for (long at = 0; at < size;) {
        struct inotify_event *e = (struct inotify_event *)(void *)(buf + at);
        long length = (long)(sizeof(*e) + e->len);
        struct inotify_event *next = (struct inotify_event *)(void *)(buf + at + length);
        at += length;
        if (at < size && is_mark(e, next)) {
            uint64_t hash = hash_of(fd, e->wd, e->name);
            if (!knows(going, hash))
                exchange(going, 0, hash);
            at += (long)(sizeof(*next) + next->len);
            continue;
        }
        if (!show(fd, e))
            continue;
        memmove(buf + to, e, (size_t)length);
        to += length;
    }
    return to;
}

static ssize_t plain_read(int fd, void *buf, size_t size)
{
    return __read != NULL ? __read(fd, buf, size) : NEXT(read)(fd, buf, size);
}

LX_EXPORT ssize_t read(int fd, void *buf, size_t size)
{
    if (lx_transfers(lx_self(), LX_OP_READ, fd))
        return lx_ret(lx_move_bytes(lx_self(), LX_OP_READ, fd, buf, size, -1));
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
        n = shown(fd, buf, n);
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
