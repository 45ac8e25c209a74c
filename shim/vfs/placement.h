/* SPDX-License-Identifier: MIT */
/*
 * Placements: "this directory is inside mount 1", and where they are remembered.
 *
 * What is remembered is only where a directory *is*, never what is in it: no answer about a file
 * comes from here. A placement is good until this process moves a directory or makes a symlink, and
 * for one tick of the kernel's coarse clock (1 to 10 ms) at the longest, so that a directory that
 * another process replaces by a symlink across a mount's border is noticed.
 */
#ifndef LXSHIM_VFS_PLACEMENT_H
#define LXSHIM_VFS_PLACEMENT_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "sys/clock.h"
#include "sys/hidden.h"

enum placement_flag {
    PLACEMENT_ROOT = 1,     /* the directory is a mount's root */
    PLACEMENT_PARENT = 2,   /* a mount's root is directly below */
    PLACEMENT_ANCESTOR = 4, /* a mount's root is somewhere below */
    PLACEMENT_REWRITE = 8,  /* the kernel's way is another than the spelling's, or none: walk */
    PLACEMENT_ASKED = 16,   /* of a descriptor that is listed: PLACEMENT_LINKS was asked for */
    PLACEMENT_LINKS = 32,   /* and it has links of Windows' */
    PLACEMENT_PRIVATE = 64, /* inside, and its spelling has an escaped character */
    PLACEMENT_KERNELS = 128 /* outside: neither in it nor below has the run anything of its own to
                               show, by its spelling or the kernel's name. Unset, it may have. */
};

struct placement {
    uint8_t mount; /* index + 1, or 0 outside */
    uint8_t flags; /* enum placement_flag */
};

/*
 * The tables are caches shared by every thread, signal handler and vfork child of the process,
 * without locks. An entry is two words, the second mixed into the first: a reader that meets a
 * half-written entry finds that they do not fit together and takes it for a miss. Here for the sake
 * of every call's look into them; only the functions below write.
 */
struct placement_entry {
    _Atomic uint64_t key;  /* hash ^ data */
    _Atomic uint64_t data; /* stamp in the upper 48 bits, mount and flags in the lower 16 */
};

#define PLACEMENT_STAMP_SHIFT 16
#define PLACEMENT_TICK_SHIFT  16    /* in a stamp, above how often this process moved something */
#define PLACEMENT_DIRECTORIES 1024u /* power of two */
#define PLACEMENT_DESCRIPTORS 1024u

/*
 * The two lie side by side, and each is filled from where they meet, so that a process that looks
 * into few directories touches one page of them.
 */
struct placement_tables {
    char before[1024]; /* nothing: they meet within a page */
    struct placement_entry directories[PLACEMENT_DIRECTORIES];
    struct placement_entry descriptors[1 + PLACEMENT_DESCRIPTORS]; /* the first: the cwd */
};
extern SYS_HIDDEN struct placement_tables placement_tables;

/*
 * How many directories at the beginning are not used, yet: fewer, as more are remembered at once
 * than find room. These bits are set in each number that says where one is remembered.
 */
extern SYS_HIDDEN _Atomic unsigned placement_unused;

/* Where the directory of a hash is remembered. */
static inline struct placement_entry *placement_directory(uint64_t hash)
{
    const unsigned unused = atomic_load_explicit(&placement_unused, memory_order_relaxed);
    return &placement_tables.directories[((unsigned)hash | unused) & (PLACEMENT_DIRECTORIES - 1)];
}

/* The placement in an entry's second word. */
static inline struct placement placement_in(uint64_t data)
{
    return (struct placement){(uint8_t)(data >> 8), (uint8_t)data};
}

/* True with the placement of an entry, where that is of this hash and moment, and was written
 * whole.
 */
static inline bool placement_recall_entry(const struct placement_entry *e, uint64_t hash,
                                          uint64_t stamp, struct placement *v)
{
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    uint64_t key = atomic_load_explicit(&e->key, memory_order_relaxed);
    if ((key ^ data) != hash || data >> PLACEMENT_STAMP_SHIFT != stamp)
        return false;
    *v = placement_in(data);
    return true;
}

/* Where a descriptor is remembered (AT_FDCWD: the cwd); NULL for numbers that have no place. */
static inline struct placement_entry *placement_descriptor(int fd)
{
    if (fd == AT_FDCWD)
        return &placement_tables.descriptors[0];
    return fd >= 0 && (unsigned)fd < PLACEMENT_DESCRIPTORS ? &placement_tables.descriptors[1 + fd]
                                                           : NULL;
}

/* Hashes of directory spellings. Seeds keep "src" below one directory apart from "src" below
 * another. */
#define PLACEMENT_SEED_ROOT UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t placement_hash_word(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return word;
}

/* A text of fewer than eight bytes as one word. Its length is hashed as well. */
static inline uint64_t placement_hash_short(const char *p, size_t n)
{
    uint32_t first;
    uint32_t last;
    if (n >= sizeof(first)) {
        memcpy(&first, p, sizeof(first));
        memcpy(&last, p + n - sizeof(last), sizeof(last));
        return (uint64_t)last << 32 | first;
    }
    if (n == 0)
        return 0;
    const unsigned char *u = (const unsigned char *)p;
    return (uint64_t)u[0] << 16 | (uint64_t)u[n / 2] << 8 | u[n - 1];
}

/* The halves of the product of two words, one mixed into the other: by words of 32 bits. */
static inline uint64_t placement_fold_narrowly(uint64_t a, uint64_t b)
{
    const uint64_t low = (uint64_t)(uint32_t)a * (uint32_t)b;
    const uint64_t left = (a >> 32) * (uint32_t)b + (low >> 32);
    const uint64_t right = (uint64_t)(uint32_t)a * (b >> 32) + (uint32_t)left;
    const uint64_t high = (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32);
    return (right << 32 | (uint32_t)low) ^ high;
}

/* The same: what a latency makes of a hash is so in programs of either kind. */
static inline uint64_t placement_fold(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    return placement_fold_narrowly(a, b);
#endif
}

/*
 * The hash of a spelling (n bytes) that starts from the directory of hash `seed`. Two words for
 * each multiplication, which takes as long as all that could be done beside it; the last two may
 * overlap those before.
 */
static inline uint64_t placement_hash(uint64_t seed, const char *path, size_t n)
{
    const uint64_t odd = UINT64_C(0xff51afd7ed558ccd);
    const char *end = path + n;
    /* A product, as a length itself would look like another letter. */
    uint64_t hash = seed ^ n * odd;
    uint64_t a;
    uint64_t b = 0;
    if (n > 16) {
        for (; path < end - 16; path += 16)
            hash = placement_fold(placement_hash_word(path) ^ UINT64_C(0xc4ceb9fe1a85ec53),
                                  placement_hash_word(path + 8) ^ hash);
        path = end - 16;
    }
    if (__builtin_expect(n >= 8, 1)) {
        a = placement_hash_word(path);
        b = placement_hash_word(end - 8);
    } else {
        a = placement_hash_short(path, n);
    }
    return placement_fold(a ^ odd, b ^ hash);
}

/* How often this process may have moved what it remembers: only placement.c writes. */
extern SYS_HIDDEN _Atomic uint64_t placement_generation;

/*
 * How often anything was mounted or unmounted in the run: its table's, or one that never changes.
 * Written once, before anybody asks.
 */
extern SYS_HIDDEN const _Atomic uint32_t *placement_mounted;

/* How many directories are astray in it (fs/stray.h), in the same way. */
extern SYS_HIDDEN const _Atomic uint32_t *placement_strays;

/* Has both be those of a table. */
struct lx_table;
void placement_follow(const struct lx_table *table);

/*
 * True while a directory is astray: then nothing is remembered, and what was has been forgotten by
 * the count of mounts. No way that goes by what is remembered has to ask.
 */
static inline bool placement_unsure(void)
{
    return atomic_load_explicit(placement_strays, memory_order_acquire) != 0;
}

/*
 * The moment a placement is valid for: changes with every tick, with placement_forget_all, and with
 * every mount.
 */
static inline uint64_t placement_stamp(void)
{
    struct timespec now;
    /* Coarse: advances once per tick and costs no system call. */
    if (__builtin_expect(sys_clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0, 0))
        return 0;
    /* 2^18 ns is finer than any tick, and a second has fewer than 2^12 of them; 32 bits last for 12
     * days, which is longer than one. */
    uint64_t tick = (uint32_t)((uint64_t)now.tv_sec << 12 | (uint64_t)now.tv_nsec >> 18);
    uint64_t moved = atomic_load_explicit(&placement_generation, memory_order_relaxed);
    moved += atomic_load_explicit(placement_mounted, memory_order_acquire);
    return tick << PLACEMENT_TICK_SHIFT | (moved & 0xFFFF);
}

/* The tick of the clock in it, which nothing but time changes: for sys/address.h. */
static inline uint64_t placement_tick(void)
{
    return placement_stamp() >> PLACEMENT_TICK_SHIFT;
}

/* True with the remembered placement on a directory's spelling, if it is still good. */
static inline bool placement_recall(uint64_t hash, uint64_t stamp, struct placement *v)
{
    return placement_recall_entry(placement_directory(hash), hash, stamp, v);
}

/* Writes an entry. */
static inline void placement_write(struct placement_entry *e, uint64_t hash, uint64_t stamp,
                                   struct placement v)
{
    if (__builtin_expect(placement_unsure(), 0))
        return;
    uint64_t data = stamp << PLACEMENT_STAMP_SHIFT | (uint64_t)v.mount << 8 | v.flags;
    atomic_store_explicit(&e->data, data, memory_order_relaxed);
    atomic_store_explicit(&e->key, hash ^ data, memory_order_relaxed);
}

/* Remembers one, which was found out no earlier than at `stamp`. */
void placement_remember(uint64_t hash, uint64_t stamp, struct placement v);

/*
 * The same for a descriptor, with the hash its path would have. AT_FDCWD stands for the cwd. Of a
 * half-written entry that hash is nobody's, and finds nothing.
 */
static inline bool placement_recall_fd(int fd, uint64_t stamp, struct placement *v, uint64_t *hash)
{
    const struct placement_entry *e = placement_descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    if (*hash == 0 || data >> PLACEMENT_STAMP_SHIFT != stamp)
        return false;
    *v = placement_in(data);
    return true;
}

/* The same of the directory alone, and not of what a listing of it asked for. */
static inline bool placement_recall_place(int fd, uint64_t stamp, struct placement *v,
                                          uint64_t *hash)
{
    if (!placement_recall_fd(fd, stamp, v, hash))
        return false;
    v->flags &= (uint8_t) ~(PLACEMENT_ASKED | PLACEMENT_LINKS);
    return true;
}

/* False for numbers so high that nothing is remembered about them. */
bool placement_keeps_fd(int fd);

/* What was last known, however long ago: for a directory whose path has become too long to ask. */
bool placement_recall_fd_stale(int fd, struct placement *v, uint64_t *hash);

/*
 * What is remembered of a descriptor, for its duplicate: taken before it is duplicated, and
 * remembered afterwards, if by then nobody has closed or replaced it.
 */
struct placement_known {
    uint64_t key;
    uint64_t data;
    bool stays;
};
struct placement_known placement_known_of(int fd);
void placement_remember_copy(int from, struct placement_known known, int to);

/*
 * Descriptors that the program itself has opened with O_NOFOLLOW, a bit each. The library opens by
 * that flag what the program opens without, and the kernel tells of it by F_GETFL: what is not
 * noted here was not the program's.
 */
extern SYS_HIDDEN _Atomic uint32_t placement_staying[PLACEMENT_DESCRIPTORS / 32];

/* True where an open that stays at a symlink is noted of a descriptor. */
static inline bool placement_stays(int fd)
{
    return (unsigned)fd < PLACEMENT_DESCRIPTORS &&
           (atomic_load_explicit(&placement_staying[(unsigned)fd / 32], memory_order_relaxed) >>
                (unsigned)fd % 32 &
            1) != 0;
}

/* Notes of a descriptor whether it stays; nothing while a vfork child runs. */
void placement_note_staying(int fd, bool stays);

/* Notes what a program has given to an open, by the flags and what they led to: a descriptor or
 * -errno, which it answers. */
static inline long placement_opened_by(long r, int flags)
{
    if (__builtin_expect((flags & O_NOFOLLOW) != 0, 0) && r >= 0)
        placement_note_staying((int)r, true);
    return r;
}

/* Before a descriptor is closed or replaced; AT_FDCWD before the cwd changes. */
static inline void placement_forget_fd(int fd)
{
    struct placement_entry *e = placement_descriptor(fd);
    if (e != NULL)
        atomic_store_explicit(&e->data, 0, memory_order_relaxed);
    if (__builtin_expect(placement_stays(fd), 0))
        placement_note_staying(fd, false);
}

/* Before those of a range are closed at once. The cwd stays. */
void placement_forget_descriptors(unsigned first, unsigned last);

/* After this process moved or removed a directory, or made a symlink. */
void placement_forget_all(void);

/*
 * Around a vfork child, which has descriptors and a cwd of its own but shares this memory: nothing
 * about descriptors is remembered in between. Counts, so that threads may overlap.
 */
extern SYS_HIDDEN _Atomic int placement_vforks;

/* placement_remember for a descriptor; nothing while a vfork child runs, or where hash is 0. */
static inline void placement_remember_fd(int fd, uint64_t stamp, struct placement v, uint64_t hash)
{
    struct placement_entry *e = placement_descriptor(fd);
    if (__builtin_expect(atomic_load_explicit(&placement_vforks, memory_order_relaxed) != 0, 0))
        placement_forget_fd(fd); /* it may be the child's, and the number the parent's as well */
    else if (e != NULL && hash != 0)
        placement_write(e, hash, stamp, v);
}

#endif
