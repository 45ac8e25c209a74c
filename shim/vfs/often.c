/* SPDX-License-Identifier: MIT */
/*
 * The calls that programs make most: open, stat, access. Nearly all of them lead outside every
 * mount, where the kernel is asked by the program's own words before a call is so much as described
 * (struct lx_call): to fill that takes as long as to look where the path leads.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/madeup.h"
#include "fs/native.h"
#include "sys/sys.h"
#include "vfs/caches.h"
#include "vfs/learn.h"
#include "vfs/ops.h"
#include "vfs/placement.h"
#include "vfs/provided.h"
#include "vfs/room.h"
#include "vfs/run.h"
#include "vfs/shown.h"
#include "vfs/stale.h"
#include "vfs/tables.h"

/* A call of which no more is known than its way, or without one not even that. */
static inline __attribute__((always_inline)) void start(struct lx_call *c, const struct lx_task *t,
                                                        const struct vfs_way *w, enum lx_op op,
                                                        int fd, const char *path, int flags)
{
    vfs_call_at(c, t, op, w != NULL ? w->moment : placement_stamp());
    c->fd[0] = fd;
    c->path[0] = path;
    c->flags = flags;
}

static inline __attribute__((always_inline)) long go(struct lx_call *c, const struct vfs_way *w)
{
    return w != NULL ? vfs_call_way(c, w) : vfs_call(c);
}

__attribute__((noinline)) long vfs_failed_open(const struct lx_call *c, long r)
{
    const struct lx_task *t = c->task;
    bool before = r == -EINVAL || r == -EFAULT || r == -E2BIG || r <= -LX_EWALK;
    if (before || c->tried || t->on_behalf || t->seccomp_confined)
        return r;
    size_t n = lx_has_text(c, c->path[0]) ? strnlen(c->path[0], PATH_MAX) : 0;
    if (n == 0 || n == PATH_MAX)
        return r;
    int none = sys_openat(-1, ".", O_PATH | O_CLOEXEC, 0);
    return none == -EMFILE || none == -ENFILE ? none : r;
}

/* True for what the kernel has not found, and of which there is a program of ours. */
static inline bool is_provided(const struct lx_task *t, const char *path, size_t n, long r)
{
    return r == -ENOENT && provided_name(t->policy, path, n);
}

/* True for flags by which an open is no more than that: of a name, of what it has. */
static inline bool opens_plainly(int flags)
{
    const int other = O_PATH | (O_TMPFILE & ~O_DIRECTORY);
    const int refused = O_CREAT | O_DIRECTORY;
    return (flags & other) == 0 && (flags & refused) != refused;
}

/* True for a path whose file we answer for when it is opened, by its last byte and its name. */
static inline bool may_be_ours(const char *path, size_t n)
{
    /* "mounts", "mountinfo", "mountstats"; "drop_caches". */
    return (path[n - 1] == 's' || path[n - 1] == 'o') &&
           (tables_named(path, n) || caches_named(path, n));
}

/*
 * True where nobody but the kernel has anything to say to a call that looks or opens, of a task
 * that is plain, where its way is known: it leads outside every mount, by a name that the run shows
 * nothing of its own by.
 */
static inline bool is_plain(const struct lx_task *t, const struct vfs_way *w, const char *path)
{
    return w->dir.mount == 0 && (!t->policy->shows || (w->dir.flags & PLACEMENT_KERNELS) != 0 ||
                                 !shown_named(t->policy, path, w->length));
}

/* Remembers what an open has shown by a way that was known. `directory`: it was to be one. */
static inline __attribute__((always_inline)) void
remember_opened(const struct vfs_way *w, const char *path, int fd, bool directory)
{
    const uint64_t hash = placement_hash(w->base, path, w->length);
    placement_remember_fd(fd, w->moment, w->dir, hash);
    if (directory)
        placement_remember(hash, w->moment, w->dir);
}

/* An open by a plain way. -LX_EWALK where its last component may be a symlink to be followed. */
static inline __attribute__((always_inline)) long open_outside(const struct lx_task *t,
                                                               const struct vfs_way *w, int dirfd,
                                                               const char *path, int flags,
                                                               mode_t mode)
{
    const bool exclusive = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    const bool follows = (flags & O_NOFOLLOW) == 0 && !exclusive;
    /* Not through a symlink: it may lead into a mount. */
    long fd = lx_open_for(t, dirfd, path, follows ? flags | O_NOFOLLOW : flags, mode, 0);
    if (fd >= 0)
        remember_opened(w, path, (int)fd, (flags & O_DIRECTORY) != 0);
    /* A directory is asked for: the kernel says ENOTDIR of a symlink. */
    else if (follows && (fd == -ELOOP || (fd == -ENOTDIR && (flags & O_DIRECTORY) != 0)))
        return -LX_EWALK;
    return fd;
}

/*
 * What the kernel does not answer at once goes on in a function that is not inline, so that the
 * frame of what it does has nothing of a struct lx_call; and by a copy of the way, since what lies
 * at an address that others are told does not lie in registers. `w` is NULL there where no way was
 * looked for.
 */
#define APART static __attribute__((noinline))

/* And what is the same where the way was remembered, and where it had to be found out. */
#define INLINE static inline __attribute__((always_inline))

/* An open; -LX_EWALK in `r`: by a plain way, on which the kernel has come to what may be a symlink.
 */
APART long open_call(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                     int flags, mode_t mode, long r)
{
    struct lx_call c;
    start(&c, t, w, LX_OP_OPEN, dirfd, path, flags);
    c.mode = mode;
    c.tried = r == -LX_EWALK;
    return vfs_opened_or(&c, r == -LX_EWALK ? vfs_go_on(&c, w, r) : go(&c, w));
}

long lx_openat(const struct lx_task *t, int dirfd, const char *path, int flags, mode_t mode)
{
    struct vfs_way w;
    long r = 0;
    if (LX_RARELY(!t->plain))
        return open_call(t, NULL, dirfd, path, flags, mode, r);
    if (LX_RARELY(!vfs_find_way(dirfd, path, placement_stamp(), &w))) {
        const struct vfs_way none = vfs_no_way(w.moment, w.length);
        return open_call(t, &none, dirfd, path, flags, mode, r);
    }
    if (is_plain(t, &w, path) && opens_plainly(flags) && !may_be_ours(path, w.length)) {
        r = open_outside(t, &w, dirfd, path, flags, mode);
        if (__builtin_expect(r != -LX_EWALK, 1) && !is_provided(t, path, w.length, r))
            return r;
    }
    const struct vfs_way known = w;
    return open_call(t, &known, dirfd, path, flags, mode, r);
}

APART long stat_call(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                     struct stat *st, int flags)
{
    struct lx_call c;
    start(&c, t, w, LX_OP_STAT, dirfd, path, flags);
    c.buf = st;
    return go(&c, w);
}

/* Goes on with one by a plain way, where the kernel has found a directory or a symlink. */
APART long stat_found(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                      struct stat *st, int flags)
{
    struct lx_call c;
    start(&c, t, w, LX_OP_STAT, dirfd, path, flags);
    c.buf = st;
    return vfs_go_on(&c, w, S_ISLNK(st->st_mode) ? -LX_EWALK : 0);
}

/* By a way that is known. */
INLINE long stat_by(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                    struct stat *st, int flags)
{
    if (is_plain(t, w, path) && (flags & ~AT_SYMLINK_NOFOLLOW) == 0) {
        long r = sys_fstatat(dirfd, path, st, flags | AT_SYMLINK_NOFOLLOW);
        if (r == 0 && LX_RARELY(S_ISDIR(st->st_mode) || (S_ISLNK(st->st_mode) && flags == 0))) {
            const struct vfs_way known = *w;
            return stat_found(t, &known, dirfd, path, st, flags);
        }
        if (!is_provided(t, path, w->length, r))
            return r;
    }
    const struct vfs_way known = *w;
    return stat_call(t, &known, dirfd, path, st, flags);
}

/* By none that is remembered. */
APART long stat_unknown(const struct lx_task *t, const struct vfs_way *none, int dirfd,
                        const char *path, struct stat *st, int flags)
{
    struct vfs_way w = *none;
    return vfs_learn_way(t, dirfd, path, &w) ? stat_by(t, &w, dirfd, path, st, flags)
                                             : stat_call(t, none, dirfd, path, st, flags);
}

long lx_fstatat(const struct lx_task *t, int dirfd, const char *path, struct stat *st, int flags)
{
    struct vfs_way w;
    if (LX_RARELY(!t->plain))
        return stat_call(t, NULL, dirfd, path, st, flags);
    if (LX_RARELY(!vfs_find_way(dirfd, path, placement_stamp(), &w))) {
        const struct vfs_way none = vfs_no_way(w.moment, w.length);
        return stat_unknown(t, &none, dirfd, path, st, flags);
    }
    return stat_by(t, &w, dirfd, path, st, flags);
}

/* A descriptor that was asked about. */
struct asked {
    int fd;
    struct stat *st;
};

static long ask_madeup(void *what)
{
    const struct asked *asked = what;
    madeup_stat(asked->fd, asked->st);
    return 0;
}

long lx_fstat(const struct lx_task *t, int fd, struct stat *st)
{
    const struct vfs_way none = vfs_no_way(placement_stamp(), 0);
    struct placement v;
    uint64_t hash;
    /* What a run shows is told of a file's descriptor by its name, and not by its directory's. */
    if (t->plain && !t->policy->shows && fd >= 0 &&
        placement_recall_place(fd, none.moment, &v, &hash) && v.mount == 0 &&
        (v.flags & PLACEMENT_REWRITE) == 0) {
        int r = sys_fstat(fd, st);
        if (r == 0 && madeup_may_be(st->st_mode, st->st_nlink))
            (void)vfs_with_room(t, ask_madeup, &(struct asked){fd, st});
        return r;
    }
    return stat_call(t, &none, fd, "", st, AT_EMPTY_PATH);
}

/* -LX_EWALK in `r`: by a plain way, on which the kernel has come to a symlink. */
APART long statx_call(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                      int flags, unsigned mask, struct statx *stx, long r)
{
    struct lx_call c;
    start(&c, t, w, LX_OP_STATX, dirfd, path, flags);
    c.mask = mask;
    c.buf = stx;
    return r == -LX_EWALK ? vfs_go_on(&c, w, r) : go(&c, w);
}

INLINE long statx_by(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                     int flags, unsigned mask, struct statx *stx)
{
    long r = 0;
    if (is_plain(t, w, path) && (flags & ~AT_SYMLINK_NOFOLLOW) == 0 &&
        (mask & STATX__RESERVED) == 0) {
        /* The type comes with every mask, so that asking for less does not hide a symlink. */
        unsigned asked = flags == 0 ? mask | STATX_TYPE : mask;
        r = sys_statx(dirfd, path, flags | AT_SYMLINK_NOFOLLOW, asked, stx);
        if (r == 0 && flags == 0 && S_ISLNK(stx->stx_mode))
            r = -LX_EWALK;
        else if (!is_provided(t, path, w->length, r))
            return r;
    }
    const struct vfs_way known = *w;
    return statx_call(t, &known, dirfd, path, flags, mask, stx, r);
}

APART long statx_unknown(const struct lx_task *t, const struct vfs_way *none, int dirfd,
                         const char *path, int flags, unsigned mask, struct statx *stx)
{
    struct vfs_way w = *none;
    return vfs_learn_way(t, dirfd, path, &w)
               ? statx_by(t, &w, dirfd, path, flags, mask, stx)
               : statx_call(t, none, dirfd, path, flags, mask, stx, 0);
}

long lx_statx(const struct lx_task *t, int dirfd, const char *path, int flags, unsigned mask,
              struct statx *stx)
{
    struct vfs_way w;
    if (LX_RARELY(!t->plain))
        return statx_call(t, NULL, dirfd, path, flags, mask, stx, 0);
    if (LX_RARELY(!vfs_find_way(dirfd, path, placement_stamp(), &w))) {
        const struct vfs_way none = vfs_no_way(w.moment, w.length);
        return statx_unknown(t, &none, dirfd, path, flags, mask, stx);
    }
    return statx_by(t, &w, dirfd, path, flags, mask, stx);
}

/* As statx_call. */
APART long access_call(const struct lx_task *t, const struct vfs_way *w, int dirfd,
                       const char *path, int mode, int flags, long r)
{
    struct lx_call c;
    /* Who acts on behalf of a task has taken over those ids that the call goes by. */
    start(&c, t, w, LX_OP_ACCESS, dirfd, path, t->on_behalf ? flags | AT_EACCESS : flags);
    c.access = (unsigned)mode;
    return r == -LX_EWALK ? vfs_go_on(&c, w, r) : go(&c, w);
}

INLINE long access_by(const struct lx_task *t, const struct vfs_way *w, int dirfd, const char *path,
                      int mode, int flags)
{
    long r = 0;
    if (is_plain(t, w, path) && (flags & ~AT_EACCESS) == 0 && (mode & ~7) == 0) {
        r = sys_faccessat(dirfd, path, mode, flags);
        r = native_accessed(t->policy, dirfd, path, (unsigned)mode, r);
        if (__builtin_expect(r != -LX_EWALK, 1) && !is_provided(t, path, w->length, r))
            return r;
    }
    const struct vfs_way known = *w;
    return access_call(t, &known, dirfd, path, mode, flags, r);
}

APART long access_unknown(const struct lx_task *t, const struct vfs_way *none, int dirfd,
                          const char *path, int mode, int flags)
{
    struct vfs_way w = *none;
    return vfs_learn_way(t, dirfd, path, &w) ? access_by(t, &w, dirfd, path, mode, flags)
                                             : access_call(t, none, dirfd, path, mode, flags, 0);
}

long lx_faccessat(const struct lx_task *t, int dirfd, const char *path, int mode, int flags)
{
    struct vfs_way w;
    if (LX_RARELY(!t->plain))
        return access_call(t, NULL, dirfd, path, mode, flags, 0);
    if (LX_RARELY(!vfs_find_way(dirfd, path, placement_stamp(), &w))) {
        const struct vfs_way none = vfs_no_way(w.moment, w.length);
        return access_unknown(t, &none, dirfd, path, mode, flags);
    }
    return access_by(t, &w, dirfd, path, mode, flags);
}
