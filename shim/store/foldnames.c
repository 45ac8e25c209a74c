/* SPDX-License-Identifier: MIT */
#include "store/foldnames.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "nt/fold.h"
#include "nt/names.h"
#include "store/age.h"
#include "store/identity.h"
#include "store/sidecar.h"
#include "store/sidecar_attr.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "sys/unwatched.h"

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

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/*
 * Directories that changed so lately that a look at their names could not be kept: who makes
 * entries need not look at the directory's times to know it for the one after. A hash of where it
 * is in the upper half, and the time of store_clock until which it holds, in MOMENTs, in the lower.
 * Any thread or signal handler may write an entry, which is one word. A wrong one has the names
 * read, no more.
 */
#define YOUNG       16
#define MOMENT      20 /* 2^20 ns */
#define MOMENTS_MAX (INT32_C(4) << (30 - MOMENT))
static _Atomic uint64_t young[YOUNG];

static _Atomic uint64_t *young_entry(const struct store_object *dir, uint64_t *hash)
{
    *hash = store_hash(STORE_HASH_START, dir->path, strlen(dir->path));
    *hash = store_hash(*hash, &dir->dfd, sizeof(dir->dfd));
    return &young[*hash % YOUNG];
}

static bool is_young(const struct store_object *dir)
{
    uint64_t hash;
    uint64_t entry = atomic_load_explicit(young_entry(dir, &hash), memory_order_relaxed);
    if (entry >> 32 != hash >> 32)
        return false;
    int32_t left = (int32_t)((uint32_t)entry - (uint32_t)(store_clock() >> MOMENT));
    return left > 0 && left < MOMENTS_MAX;
}

/* True where a directory with these facts is young, which is remembered then. */
static bool found_young(const struct store_object *dir, const struct stat *st)
{
    uint64_t hash;
    int64_t until = store_settles_at(st);
    int64_t now = store_clock();
    if (now != 0 && now >= until)
        return false;
    atomic_store_explicit(young_entry(dir, &hash), (hash >> 32) << 32 | (uint32_t)(until >> MOMENT),
                          memory_order_relaxed);
    return true;
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
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, found, n + 1);
    return (long)n;
}

/*
 * How a name begins, for who has a whole directory to compare: eight bytes at once say of nearly
 * every entry that it is another one. Case is a bit of an ASCII letter, so bytes that differ in
 * another one are other characters; of what is not ASCII this says nothing.
 */
#define WORD     sizeof(uint64_t)
#define EACH     UINT64_C(0x0101010101010101)
#define CASE_BIT (0x20 * EACH)
#define HIGH_BIT (0x80 * EACH)

struct beginning {
    uint64_t bytes; /* with CASE_BIT */
    uint64_t mask;  /* which of them the name has; 0: not all are ASCII */
};

static struct beginning beginning_of(const char *name, size_t n)
{
    struct beginning b = {0, 0};
    memcpy(&b.bytes, name, n < WORD ? n : WORD);
    memset(&b.mask, 0xFF, n < WORD ? n : WORD);
    if ((b.bytes & HIGH_BIT) != 0)
        b.mask = 0;
    b.bytes = (b.bytes | CASE_BIT) & b.mask;
    return b;
}

/* True for a name, of which WORD bytes can be read, that surely begins otherwise, in any case. */
static bool begins_otherwise(const struct beginning *b, const char *name)
{
    uint64_t bytes;
    memcpy(&bytes, name, WORD);
    bytes &= b->mask;
    return (bytes & HIGH_BIT) == 0 && ((bytes | CASE_BIT) & b->mask) != b->bytes;
}

/* Entries of a directory; of the name of each, WORD bytes can be read. */
struct block {
    char entries[4096] __attribute__((aligned(8)));
    uint64_t behind;
    int64_t next; /* where the directory goes on, once all were called */
};

/* Reads the next ones. Their bytes, 0 at the end, or -errno. */
static long read_block(int fd, struct block *b)
{
    return sys_getdents64(fd, b->entries, sizeof(b->entries));
}

/* Calls each name in a block (n bytes) until one says stop (non-zero). */
typedef long each_name(void *context, const char *name);

static long each_in(struct block *b, long n, each_name *each, void *context)
{
    for (long at = 0; at < n; at += sys_dirent_at(b->entries, at)->length) {
        const struct sys_dirent *e = sys_dirent_at(b->entries, at);
        long r = sys_dirent_is_dots(e) ? 0 : each(context, e->name);
        if (r != 0)
            return r;
        b->next = e->off;
    }
    return 0;
}

/*
 * True where nothing comes behind a block (n bytes), of which all were called: there was room for
 * more, and the directory goes on where ext4, btrfs and tmpfs say that it ends. No entry of theirs
 * is at these places, nor can one be behind the largest there is.
 */
static bool is_last(const struct block *b, long n)
{
    size_t room = sizeof(b->entries) - (size_t)n;
    return room > sizeof(struct sys_dirent) + NT_NAME_BYTES + WORD &&
           (b->next == INT64_MAX || b->next == INT32_MAX);
}

enum flag { CLEAR, SET, UNASKED };

struct wanted {
    const struct store_object *dir;
    bool heed; /* the flag on the directory */
    const char *name;
    size_t length;
    struct beginning beginning;
    char *out; /* for the entry's name; NULL: `met` is to be found out */
    size_t room;
    unsigned met;    /* enum store_fold */
    bool wants_flag; /* whoever asked does */
    enum flag flag;
};

/* The very name itself is no other one. */
static bool is_same(const struct wanted *w, const char *name, size_t n)
{
    return n == w->length && memcmp(w->name, name, n) == 0;
}

static bool is_waiting(const struct wanted *w, const char *name, size_t n)
{
    return n == w->length + NT_PENDING_SUFFIX_LENGTH && memcmp(w->name, name, w->length) == 0 &&
           memcmp(name + w->length, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH) == 0;
}

static long compare(void *context, const char *name)
{
    struct wanted *w = context;
    size_t n = strlen(name);
    bool equal = nt_fold_equal(w->name, w->length, name, n);
    if (w->out != NULL)
        return equal ? give(name, w->out, w->room) : 0;
    if (equal)
        w->met |= is_same(w, name, n) ? STORE_FOLD_SAME : STORE_FOLD_OTHER;
    else if (is_waiting(w, name, n))
        w->met |= STORE_FOLD_WAITING;
    return 0;
}

static long compare_entry(void *context, const char *name)
{
    const struct wanted *w = context;
    return begins_otherwise(&w->beginning, name) ? 0 : compare(context, name);
}

/* Asks for the flag of the directory, open behind fd, where nobody has. */
static bool is_flagged(struct wanted *w, int fd)
{
    struct stat st;
    if (w->flag == UNASKED)
        w->flag =
            sys_fstat(fd, &st) == 0 && store_case_flagged(w->dir->root, fd, &st) ? SET : CLEAR;
    return w->flag == SET;
}

/* Our look is nobody's access; which only the owner of a directory may say. */
static int open_directory(const struct wanted *w)
{
    const char *path = w->dir->path[0] == '\0' ? "." : w->dir->path;
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    int fd = sys_openat(w->dir->dfd, path, flags | O_NOATIME, 0);
    return fd == -EPERM ? sys_openat(w->dir->dfd, path, flags, 0) : fd;
}

/* The way without tables. The flag is asked for where it matters, which in a small directory is
 * rare. */
static __attribute__((noinline)) long scan(struct wanted *w)
{
    struct block b;
    bool last = false;
    long n = 0;
    long r = 0;
    int fd = open_directory(w);
    if (fd < 0)
        return fd;
    w->beginning = beginning_of(w->name, w->length);
    for (unsigned blocks = 0; r == 0 && !last && (n = read_block(fd, &b)) > 0; blocks++) {
        if (blocks == 1 && w->heed && is_flagged(w, fd)) {
            w->met = STORE_FOLD_SAME | STORE_FOLD_WAITING; /* for all that was read */
            break;
        }
        r = each_in(&b, n, compare_entry, w);
        last = is_last(&b, n);
    }
    if (n < 0)
        r = n;
    bool other = r > 0 || (w->met & STORE_FOLD_OTHER) != 0;
    if (other && w->heed && is_flagged(w, fd)) {
        w->met &= ~(unsigned)STORE_FOLD_OTHER;
        r = 0;
    }
    if (w->wants_flag && w->flag == UNASKED)
        w->flag = store_case_flagged(w->dir->root, fd, NULL) ? SET : CLEAR;
    sys_close(fd);
    return r;
}

static void *map(size_t size)
{
    void *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(at))
        return NULL;
    sys_unwatched(at, size);
    return at;
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
    struct block b;
    long n = 0;
    int fd = open_directory(w);
    if (fd < 0)
        return fd;
    long r = sys_fstat(fd, &t->dir);
    t->sensitive = store_case_flagged(w->dir->root, fd, &t->dir);
    t->size = 65536;
    t->names = r == 0 ? map(t->size) : NULL;
    if (t->names == NULL)
        r = r == 0 ? -ENOMEM : r;
    while (r == 0 && (n = read_block(fd, &b)) > 0)
        r = each_in(&b, n, append, t);
    sys_close(fd);
    if (r == 0 && n < 0)
        r = n;
    if (r == 0 && t->used > UINT32_MAX / 2)
        r = -ENOMEM;
    return r == 0 ? index_names(t) : r;
}

/* Calls compare for the names of a table that hash as one does. */
static long look_up_name(const struct table *t, struct wanted *w, const char *name, size_t n)
{
    uint64_t hash = nt_fold_hash(name, n);
    for (size_t i = (size_t)hash & (t->slot_count - 1); t->slots[i] != 0;
         i = (i + 1) & (t->slot_count - 1)) {
        long r = 0;
        if (t->slots[i] >> 32 == hash >> 32)
            r = compare(w, t->names + (uint32_t)t->slots[i] - 1);
        if (r != 0)
            return r;
    }
    return 0;
}

static long look_up(const struct table *t, struct wanted *w)
{
    char waiting[NT_NAME_BYTES + 1];
    bool ignored = w->heed && t->sensitive;
    w->flag = t->sensitive ? SET : CLEAR;
    if (w->out != NULL)
        return ignored ? 0 : look_up_name(t, w, w->name, w->length);
    (void)look_up_name(t, w, w->name, w->length);
    if (ignored)
        w->met &= ~(unsigned)STORE_FOLD_OTHER;
    if (w->length + NT_PENDING_SUFFIX_LENGTH < sizeof(waiting)) {
        memcpy(waiting, w->name, w->length);
        memcpy(waiting + w->length, NT_PENDING_SUFFIX, NT_PENDING_SUFFIX_LENGTH);
        (void)look_up_name(t, w, waiting, w->length + NT_PENDING_SUFFIX_LENGTH);
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
    if (found_young(w->dir, st))
        return NULL;
    drop(oldest);
    if (fill(oldest, w) < 0 || !same(&oldest->dir, st)) {
        drop(oldest);
        return NULL;
    }
    return oldest;
}

static long look(struct wanted *w)
{
    struct stat st;
    const struct store_object *dir = w->dir;
    if (is_young(dir))
        return scan(w);
    long r = sys_fstatat(dir->dfd, dir->path, &st, dir->path[0] == '\0' ? AT_EMPTY_PATH : 0);
    if (r < 0)
        return r;
    if (!atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) {
        struct table *t = table_of(w, &st);
        if (t != NULL) {
            t->last_use = ++uses;
            r = look_up(t, w);
        }
        atomic_flag_clear_explicit(&taken, memory_order_release);
        if (t != NULL)
            return r;
    }
    return scan(w);
}

long store_fold_lookup(const struct store_object *dir, bool heed, const char *name, size_t n,
                       char *out, size_t room)
{
    struct wanted w = {.dir = dir,
                       .heed = heed,
                       .name = name,
                       .length = n,
                       .out = out,
                       .room = room,
                       .flag = UNASKED};
    return look(&w);
}

long store_fold_meets(const struct store_object *dir, bool heed, const char *name, size_t n,
                      bool *flagged)
{
    struct wanted w = {.dir = dir,
                       .heed = heed,
                       .name = name,
                       .length = n,
                       .wants_flag = flagged != NULL,
                       .flag = UNASKED};
    long r = look(&w);
    if (flagged != NULL)
        *flagged = w.flag == SET;
    return r < 0 ? r : (long)w.met;
}
