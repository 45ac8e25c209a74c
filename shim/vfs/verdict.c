/* SPDX-License-Identifier: MIT */
#include "vfs/verdict.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/*
 * All of these tables are caches shared by every thread, signal handler and vfork child of the
 * process, without locks. An entry is two words, the second mixed into the first: a reader that
 * meets a half-written entry finds that they do not fit together and takes it for a miss.
 */
struct entry {
    _Atomic uint64_t key; /* hash ^ data */
    _Atomic uint64_t data;
};

#define DIRECTORY_SLOTS  1024u /* power of two */
#define DESCRIPTOR_SLOTS 1024u

static struct entry directories[DIRECTORY_SLOTS];
static struct entry descriptors[DESCRIPTOR_SLOTS + 1]; /* the last: the cwd */
static _Atomic uint64_t generation;

_Atomic int verdict_vforks;

/* data: stamp in the upper 48 bits, mount and flags in the lower 16. */
#define STAMP_SHIFT 16
#define STAMP_MASK  ((UINT64_C(1) << 48) - 1)

uint64_t verdict_hash(uint64_t seed, const char *path, size_t n)
{
    uint64_t hash = seed ^ (n * UINT64_C(0xff51afd7ed558ccd));
    uint64_t word;
    for (; n >= sizeof(word); n -= sizeof(word), path += sizeof(word)) {
        memcpy(&word, path, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
        hash ^= hash >> 29;
    }
    word = 0;
    memcpy(&word, path, n);
    hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 32;
}

uint64_t verdict_stamp(void)
{
    struct timespec now;
    /* Coarse: advances once per tick and costs no system call. */
    if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0)
        return 0;
    /* 2^18 ns is finer than any tick; 32 bits of it last for 13 days, which is longer than one. */
    uint64_t tick = ((uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec) >> 18;
    uint64_t moved = atomic_load_explicit(&generation, memory_order_relaxed);
    return (tick << 16 | (moved & 0xFFFF)) & STAMP_MASK;
}

static bool recall(const struct entry *e, uint64_t hash, uint64_t stamp, struct verdict *v)
{
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    uint64_t key = atomic_load_explicit(&e->key, memory_order_relaxed);
    if ((key ^ data) != hash || data >> STAMP_SHIFT != stamp)
        return false;
    v->mount = (uint8_t)(data >> 8);
    v->flags = (uint8_t)data;
    return true;
}

static void remember(struct entry *e, uint64_t hash, uint64_t stamp, struct verdict v)
{
    uint64_t data = stamp << STAMP_SHIFT | (uint64_t)v.mount << 8 | v.flags;
    atomic_store_explicit(&e->data, data, memory_order_relaxed);
    atomic_store_explicit(&e->key, hash ^ data, memory_order_relaxed);
}

bool verdict_recall(uint64_t hash, uint64_t stamp, struct verdict *v)
{
    return recall(&directories[hash & (DIRECTORY_SLOTS - 1)], hash, stamp, v);
}

void verdict_remember(uint64_t hash, uint64_t stamp, struct verdict v)
{
    remember(&directories[hash & (DIRECTORY_SLOTS - 1)], hash, stamp, v);
}

static struct entry *descriptor(int fd)
{
    if (fd == AT_FDCWD)
        return &descriptors[DESCRIPTOR_SLOTS];
    return fd >= 0 && (unsigned)fd < DESCRIPTOR_SLOTS ? &descriptors[fd] : NULL;
}

bool verdict_keeps_fd(int fd)
{
    return descriptor(fd) != NULL;
}

bool verdict_recall_fd(int fd, uint64_t stamp, struct verdict *v, uint64_t *hash)
{
    const struct entry *e = descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    return *hash != 0 && recall(e, *hash, stamp, v);
}

bool verdict_recall_fd_stale(int fd, struct verdict *v, uint64_t *hash)
{
    const struct entry *e = descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    return data != 0 && recall(e, *hash, data >> STAMP_SHIFT, v);
}

void verdict_remember_fd(int fd, uint64_t stamp, struct verdict v, uint64_t hash)
{
    struct entry *e = descriptor(fd);
    if (atomic_load_explicit(&verdict_vforks, memory_order_relaxed) != 0)
        verdict_forget_fd(fd); /* it may be the child's, and the number the parent's as well */
    else if (e != NULL && hash != 0)
        remember(e, hash, stamp, v);
}

void verdict_forget_fd(int fd)
{
    struct entry *e = descriptor(fd);
    if (e != NULL)
        atomic_store_explicit(&e->data, 0, memory_order_relaxed);
}

void verdict_forget_all(void)
{
    atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
}

void verdict_forget_descriptors(void)
{
    for (int fd = 0; fd < (int)DESCRIPTOR_SLOTS; fd++)
        if (atomic_load_explicit(&descriptors[fd].data, memory_order_relaxed) != 0)
            verdict_forget_fd(fd);
}
