/* SPDX-License-Identifier: MIT */
#include "store/foldnames.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "nt/fold.h"
#include "store/facts.h"
#include "store/sidecar.h"
#include "sys/clock.h"
#include "sys/dirents.h"
#include "sys/sys.h"

/*
 * Names of a few directories, hashed as NTFS compares them. Any thread or signal handler may look,
 * but only one at a time: who finds the tables taken reads the directory instead of waiting. A
 * child forked while another thread had them finds them taken for ever, and only loses speed.
 */
#define TABLES 8

struct table {
    struct stat dir; /* what the directory was when it was read */
    char *names;     /* NUL-terminated, one after the other; mapped */
    size_t size;     /* of the mapping */
    size_t used;
    uint64_t *slots; /* hash in the upper half, offset in names + 1 in the lower; 0: free */
    size_t slot_count;
    unsigned last_use;
    bool sensitive; /* it had STORE_CASE */
};

static struct table tables[TABLES];
static unsigned uses;
static atomic_flag taken = ATOMIC_FLAG_INIT;

/*
 * A directory changed within this time of being read may change again without its times showing
 * it: the kernel's clock for them ticks every 1 to 10 ms. Its names are not kept. (ctime: it is the
 * one that tells of the flag, too, and that nobody can set back.)
 */
#define RACY_NS 20000000L

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool racy(const struct stat *dir)
{
    struct timespec now;
    if (sys_clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0)
        return true;
    int64_t age = (now.tv_sec - dir->st_ctim.tv_sec) * INT64_C(1000000000) +
                  (now.tv_nsec - dir->st_ctim.tv_nsec);
    return age < RACY_NS;
}

bool store_case_flagged(const char *root, int fd, const struct stat *st)
{
    const struct store_object o = {root, fd, ""};
    char value = 0;
    long n = SYS4(SYS_fgetxattr, fd, STORE_CASE, &value, 1);
    if (st == NULL ? n == -EOPNOTSUPP : store_marked(st) && (n == -EOPNOTSUPP || n == -ENODATA))
        n = store_sidecar_get(&o, STORE_CASE, &value, 1);
    return n == 1 && value == '1';
}

static long give(const char *found, char *out, size_t room)
{
    size_t n = strlen(found);
    if (out == NULL)
        return (long)n;
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, found, n + 1);
    return (long)n;
}

/* Calls each entry's name until one says stop (non-zero). */
typedef long each_name(void *context, const char *name);

static long read_names(int fd, void *buf, size_t size, each_name *each, void *context)
{
    long n;
    while ((n = sys_getdents64(fd, buf, size)) > 0) {
        for (long at = 0; at < n;) {
            const struct sys_dirent *e = sys_dirent_at(buf, at);
            at += e->length;
            if (sys_dirent_is_dots(e))
                continue;
            long r = each(context, e->name);
            if (r != 0)
                return r;
        }
    }
    return n;
}

struct wanted {
    const struct store_object *dir;
    const struct stat *st; /* of the directory */
    bool heed;             /* the flag on the directory */
    const char *name;
    size_t length;
    char *out;
    size_t room;
};

/* True where an entry is what was asked for. The very name itself is no other one. */
static bool is_wanted(const struct wanted *w, const char *name)
{
    size_t n = strlen(name);
    return nt_fold_equal(w->name, w->length, name, n) &&
           (w->out != NULL || n != w->length || memcmp(w->name, name, n) != 0);
}

static long compare(void *context, const char *name)
{
    const struct wanted *w = context;
    return is_wanted(w, name) ? give(name, w->out, w->room) : 0;
}

static int open_directory(const struct wanted *w)
{
    const char *path = w->dir->path;
    return sys_openat(w->dir->dfd, path[0] == '\0' ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                      0);
}

/* The way without tables. */
static __attribute__((noinline)) long scan(struct wanted *w)
{
    char buf[4096] __attribute__((aligned(8)));
    int fd = open_directory(w);
    if (fd < 0)
        return fd;
    bool heeds = w->heed && store_case_flagged(w->dir->root, fd, w->st);
    long r = heeds ? 0 : read_names(fd, buf, sizeof(buf), compare, w);
    sys_close(fd);
    return r;
}

static void *map(size_t size)
{
    void *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return sys_mmap_failed(at) ? NULL : at;
}

static void drop(struct table *t)
{
    if (t->names != NULL)
        sys_munmap(t->names, t->size);
    if (t->slots != NULL)
        sys_munmap(t->slots, t->slot_count * sizeof(*t->slots));
    *t = (struct table){.names = NULL};
}

static long append(void *context, const char *name)
{
    struct table *t = context;
    size_t n = strlen(name) + 1;
    if (t->used + n > t->size) {
        char *larger = map(t->size * 2);
        if (larger == NULL)
            return -ENOMEM;
        memcpy(larger, t->names, t->used);
        sys_munmap(t->names, t->size);
        t->names = larger;
        t->size *= 2;
    }
    memcpy(t->names + t->used, name, n);
    t->used += n;
    t->slot_count++;
    return 0;
}

static long index_names(struct table *t)
{
    size_t count = 64;
    while (count < t->slot_count * 2)
        count *= 2;
    t->slots = map(count * sizeof(*t->slots));
    t->slot_count = count;
    if (t->slots == NULL)
        return -ENOMEM;
    for (size_t at = 0; at < t->used;) {
        size_t n = strlen(t->names + at);
        uint64_t hash = nt_fold_hash(t->names + at, n);
        size_t i = (size_t)hash & (count - 1);
        while (t->slots[i] != 0)
            i = (i + 1) & (count - 1);
        t->slots[i] = (hash >> 32) << 32 | (at + 1);
        at += n + 1;
    }
    return 0;
}

/* Reads a directory into a table. */
static __attribute__((noinline)) long fill(struct table *t, const struct wanted *w)
{
    char buf[4096] __attribute__((aligned(8)));
    int fd = open_directory(w);
    if (fd < 0)
        return fd;
    long r = sys_fstat(fd, &t->dir);
    t->sensitive = store_case_flagged(w->dir->root, fd, &t->dir);
    t->size = 65536;
    t->names = r == 0 ? map(t->size) : NULL;
    if (t->names == NULL)
        r = r == 0 ? -ENOMEM : r;
    if (r == 0)
        r = read_names(fd, buf, sizeof(buf), append, t);
    sys_close(fd);
    if (r == 0 && t->used > UINT32_MAX / 2)
        r = -ENOMEM;
    return r == 0 ? index_names(t) : r;
}

static long look_up(const struct table *t, const struct wanted *w)
{
    uint64_t hash = nt_fold_hash(w->name, w->length);
    for (size_t i = (size_t)hash & (t->slot_count - 1); t->slots[i] != 0;
         i = (i + 1) & (t->slot_count - 1)) {
        const char *name = t->names + (uint32_t)t->slots[i] - 1;
        if (t->slots[i] >> 32 == hash >> 32 && is_wanted(w, name))
            return give(name, w->out, w->room);
    }
    return 0;
}

/* The table of a directory, freshly read if need be; NULL where its names must not be kept. */
static struct table *table_of(const struct wanted *w, const struct stat *st)
{
    struct table *oldest = &tables[0];
    for (unsigned i = 0; i < TABLES; i++) {
        if (tables[i].names != NULL && same(&tables[i].dir, st))
            return &tables[i];
        if (tables[i].last_use < oldest->last_use)
            oldest = &tables[i];
    }
    if (racy(st))
        return NULL;
    drop(oldest);
    if (fill(oldest, w) < 0 || !same(&oldest->dir, st)) {
        drop(oldest);
        return NULL;
    }
    return oldest;
}

long store_fold_lookup(const struct store_object *dir, bool heed, const char *name, size_t n,
                       char *out, size_t room)
{
    struct stat st;
    struct wanted w = {dir, &st, heed, name, n, out, room};
    long r = sys_fstatat(dir->dfd, dir->path, &st, dir->path[0] == '\0' ? AT_EMPTY_PATH : 0);
    if (r < 0)
        return r;
    if (!atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) {
        struct table *t = table_of(&w, &st);
        if (t != NULL) {
            t->last_use = ++uses;
            r = heed && t->sensitive ? 0 : look_up(t, &w);
        }
        atomic_flag_clear_explicit(&taken, memory_order_release);
        if (t != NULL)
            return r;
    }
    return scan(&w);
}
