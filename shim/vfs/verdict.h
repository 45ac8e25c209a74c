/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: "this directory is inside mount 1", and where they are remembered.
 *
 * What is remembered is only where a directory *is*, never what is in it: no answer about a file
 * comes from here. A verdict is good until this process moves a directory or makes a symlink, and
 * for one tick of the kernel's coarse clock (1 to 10 ms) at the longest, so that a directory that
 * another process replaces by a symlink across a mount's border is noticed.
 */
#ifndef LXSHIM_VFS_VERDICT_H
#define LXSHIM_VFS_VERDICT_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict_flag {
    VERDICT_ROOT = 1,      /* the directory is a mount's root */
    VERDICT_PARENT = 2,    /* outside, and a mount's root is directly below */
    VERDICT_ANCESTOR = 4,  /* outside, and a mount's root is somewhere below */
    VERDICT_REWRITE = 8,   /* the kernel would not get there by the program's spelling: walk */
    VERDICT_ASKED = 16,    /* of a descriptor that is listed: VERDICT_LINKS was asked for */
    VERDICT_LINKS = 32,    /* and it has links of Windows' */
    VERDICT_PRIVATE = 64,  /* inside, and its spelling has an escaped character */
    VERDICT_UNPROVEN = 128 /* only if its spelling has no symlink. Never remembered. */
};

struct verdict {
    uint8_t mount; /* index + 1, or 0 outside */
    uint8_t flags; /* enum verdict_flag */
};

/*
 * The tables are caches shared by every thread, signal handler and vfork child of the process,
 * without locks. An entry is two words, the second mixed into the first: a reader that meets a
 * half-written entry finds that they do not fit together and takes it for a miss. Here for the sake
 * of every call's look into them; only verdict.c writes.
 */
struct verdict_entry {
    _Atomic uint64_t key;  /* hash ^ data */
    _Atomic uint64_t data; /* stamp in the upper 48 bits, mount and flags in the lower 16 */
};

#define VERDICT_STAMP_SHIFT 16
#define VERDICT_DIRECTORIES 1024u /* power of two */
#define VERDICT_DESCRIPTORS 1024u

extern struct verdict_entry verdict_directories[VERDICT_DIRECTORIES];
extern struct verdict_entry verdict_descriptors[VERDICT_DESCRIPTORS + 1]; /* the last: the cwd */

static inline bool verdict_recall_entry(const struct verdict_entry *e, uint64_t hash,
                                        uint64_t stamp, struct verdict *v)
{
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    uint64_t key = atomic_load_explicit(&e->key, memory_order_relaxed);
    if ((key ^ data) != hash || data >> VERDICT_STAMP_SHIFT != stamp)
        return false;
    v->mount = (uint8_t)(data >> 8);
    v->flags = (uint8_t)data;
    return true;
}

static inline struct verdict_entry *verdict_descriptor(int fd)
{
    if (fd == AT_FDCWD)
        return &verdict_descriptors[VERDICT_DESCRIPTORS];
    return fd >= 0 && (unsigned)fd < VERDICT_DESCRIPTORS ? &verdict_descriptors[fd] : NULL;
}

/* Hashes of directory spellings. Seeds keep "src" below one directory apart from "src" below
 * another. */
#define VERDICT_SEED_ROOT UINT64_C(0x9E3779B97F4A7C15)
uint64_t verdict_hash(uint64_t seed, const char *path, size_t n);

/* The moment a verdict is valid for: changes with every tick and with verdict_forget_all. */
uint64_t verdict_stamp(void);

/* True with the remembered verdict on a directory's spelling, if it is still good. */
static inline bool verdict_recall(uint64_t hash, uint64_t stamp, struct verdict *v)
{
    return verdict_recall_entry(&verdict_directories[hash & (VERDICT_DIRECTORIES - 1)], hash, stamp,
                                v);
}
void verdict_remember(uint64_t hash, uint64_t stamp, struct verdict v);

/* The same for a descriptor, with the hash its path would have. AT_FDCWD stands for the cwd. */
static inline bool verdict_recall_fd(int fd, uint64_t stamp, struct verdict *v, uint64_t *hash)
{
    const struct verdict_entry *e = verdict_descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    return *hash != 0 && verdict_recall_entry(e, *hash, stamp, v);
}

/* False for numbers so high that nothing is remembered about them. */
bool verdict_keeps_fd(int fd);

/* What was last known, however long ago: for a directory whose path has become too long to ask. */
bool verdict_recall_fd_stale(int fd, struct verdict *v, uint64_t *hash);

void verdict_remember_fd(int fd, uint64_t stamp, struct verdict v, uint64_t hash);

/* Before a descriptor is closed or replaced; AT_FDCWD before the cwd changes. */
void verdict_forget_fd(int fd);

/* Before many are closed at once. The cwd stays. */
void verdict_forget_descriptors(void);

/* After this process moved or removed a directory, or made a symlink. */
void verdict_forget_all(void);

/*
 * Around a vfork child, which has descriptors and a cwd of its own but shares this memory: nothing
 * about descriptors is remembered in between. Counts, so that threads may overlap.
 */
extern _Atomic int verdict_vforks;

#endif
