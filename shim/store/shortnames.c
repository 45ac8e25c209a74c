/* SPDX-License-Identifier: MIT */
#include "store/shortnames.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "nt/dosattrib.h"
#include "nt/fold.h"
#include "nt/names.h"
#include "nt/shortname.h"
#include "nt/times.h"
#include "store/foldnames.h"
#include "store/hidden.h"
#include "store/sidecar_attr.h"
#include "sys/dirents.h"
#include "sys/sys.h"

/* From the fifth on of one beginning a name is numbered anew, behind a hash. */
#define PLAIN_MOST 4

struct made {
    struct timespec when;
    char name[NT_NAME_BYTES + 1];
};

struct wanted {
    const struct store_object *dir;
    int fd;
    bool exact;
    bool alone;
    bool waits; /* one that has it waits to be deleted */
    const char *name;
    size_t length;
    unsigned number;
    struct made oldest[PLAIN_MOST]; /* of those that share the beginning, in order */
    unsigned count;
    struct made hashed; /* one whose name has the hash; "": none */
    unsigned older;     /* how many of its beginning are */
};

int store_created(const struct store_object *o, struct timespec *when)
{
    uint8_t value[256];
    struct nt_dosattrib d;
    struct statx st;
    int r = sys_statx(o->dfd, o->path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &st);
    if (r < 0)
        return r;
    const struct statx_timestamp *t =
        (st.stx_mask & STATX_BTIME) != 0 ? &st.stx_btime : &st.stx_mtime;
    *when = (struct timespec){.tv_sec = t->tv_sec, .tv_nsec = (long)t->tv_nsec};
    long n =
        store_attr_get(o, (st.stx_mode & STORE_MARK) != 0, STORE_DOSATTRIB, value, sizeof(value));
    if (n > 0 && nt_dosattrib_decode(value, (size_t)n, &d) == 0 &&
        (d.valid & NT_HAS_CREATION) != 0 && d.creation != 0)
        *when = (struct timespec){.tv_sec = nt_filetime_seconds(d.creation),
                                  .tv_nsec = (long)(d.creation % NT_FILETIME_SECOND) * 100};
    return 0;
}

static bool is_older(const struct made *a, const struct made *b)
{
    if (a->when.tv_sec != b->when.tv_sec)
        return a->when.tv_sec < b->when.tv_sec;
    return a->when.tv_nsec != b->when.tv_nsec ? a->when.tv_nsec < b->when.tv_nsec
                                              : strcmp(a->name, b->name) < 0;
}

/* Of a name as NTFS has it, whatever program made it. The length, or 0. */
static size_t short_of(const char *name, size_t n, unsigned count, char out[NT_SHORT_NAME])
{
    char spelled[NT_NAME_BYTES + 1];
    long length = nt_name_escape(name, n, spelled, sizeof(spelled));
    return length < 0 ? 0 : nt_short_name(spelled, (size_t)length, count, out);
}

/* True where the count-th of the beginning that a name has would have the one that is wanted. */
static bool would_have(const struct wanted *w, const char *name, size_t n, unsigned count)
{
    char alias[NT_SHORT_NAME];
    size_t length = short_of(name, n, count, alias);
    return length == w->length && (w->exact ? memcmp(alias, w->name, length) == 0
                                            : nt_fold_equal(alias, length, w->name, length));
}

static bool is_made(const struct wanted *w, const char *name, size_t n, struct made *out)
{
    const struct store_object o = {w->dir->root, w->fd, name};
    if (n >= sizeof(out->name) || store_created(&o, &out->when) < 0)
        return false;
    memcpy(out->name, name, n + 1);
    return true;
}

/* Puts an entry among the oldest, where it is one of them. */
static void insert(struct wanted *w, const struct made *made)
{
    unsigned i = w->count;
    if (i == PLAIN_MOST && !is_older(made, &w->oldest[i - 1]))
        return;
    if (i < PLAIN_MOST)
        w->count++;
    else
        i--;
    for (; i > 0 && is_older(made, &w->oldest[i - 1]); i--)
        w->oldest[i] = w->oldest[i - 1];
    w->oldest[i] = *made;
}

static void consider(struct wanted *w, const char *name)
{
    size_t n = strlen(name);
    struct made made;
    if (nt_name_pending(name, n) != 0) {
        w->waits |= would_have(w, name, n - NT_PENDING_SUFFIX_LENGTH, w->number);
        return;
    }
    bool plain = w->number <= PLAIN_MOST && would_have(w, name, n, w->number);
    if (!plain && !would_have(w, name, n, w->number + PLAIN_MOST))
        return;
    if (!is_made(w, name, n, &made))
        return;
    if (plain)
        insert(w, &made);
    else if (w->hashed.name[0] == '\0' || is_older(&made, &w->hashed))
        w->hashed = made;
}

/* Counts an entry that the one with the hash has come after. */
static void count_older(struct wanted *w, const char *name)
{
    char first[NT_SHORT_NAME];
    char other[NT_SHORT_NAME];
    struct made made;
    size_t n = strlen(name);
    if (nt_name_pending(name, n) == 0 && short_of(name, n, 1, other) != 0 &&
        short_of(w->hashed.name, strlen(w->hashed.name), 1, first) != 0 &&
        strcmp(first, other) == 0 && is_made(w, name, n, &made) && is_older(&made, &w->hashed))
        w->older++;
}

/* What is ours has no such name. */
static bool counts(const struct sys_dirent *e)
{
    return !sys_dirent_is_dots(e) &&
           strncmp(e->name, STORE_HIDDEN_PREFIX, sizeof(STORE_HIDDEN_PREFIX) - 1) != 0;
}

static long each(struct wanted *w, void (*call)(struct wanted *w, const char *name))
{
    char entries[4096] __attribute__((aligned(8)));
    long n = (long)sys_lseek(w->fd, 0, SEEK_SET);
    while (n >= 0 && (n = sys_getdents64(w->fd, entries, sizeof(entries))) > 0)
        for (long at = 0; at < n; at += sys_dirent_at(entries, at)->length)
            if (counts(sys_dirent_at(entries, at)))
                call(w, sys_dirent_at(entries, at)->name);
    return n;
}

static long find(struct wanted *w, char *out, size_t room)
{
    const char *found = NULL;
    long r = each(w, consider);
    if (r == 0 && w->alone && (w->count != 1 || w->number != 1 || w->waits))
        return 0;
    if (r == 0 && w->count >= w->number) {
        found = w->oldest[w->number - 1].name;
    } else if (r == 0 && w->hashed.name[0] != '\0') {
        r = each(w, count_older);
        found = r == 0 && w->older + 1 == w->number + PLAIN_MOST ? w->hashed.name : NULL;
    }
    if (r < 0 || found == NULL)
        return r;
    size_t n = strlen(found);
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, found, n + 1);
    return (long)n;
}

long store_short_lookup(const struct store_object *dir, unsigned how, const char *name, size_t n,
                        char *out, size_t room)
{
    struct wanted w = {.dir = dir, .name = name, .length = n};
    w.number = nt_short_number(name, n);
    if (w.number == 0)
        return 0;
    w.fd = sys_openat(dir->dfd, dir->path[0] == '\0' ? "." : dir->path,
                      O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (w.fd < 0)
        return w.fd;
    w.alone = (how & STORE_SHORT_ALONE) != 0;
    w.exact = (how & STORE_SHORT_EXACT) != 0 ||
              ((how & STORE_SHORT_HEED) != 0 && store_case_flagged(dir->root, w.fd, NULL));
    long r = find(&w, out, room);
    sys_close(w.fd);
    return r;
}
