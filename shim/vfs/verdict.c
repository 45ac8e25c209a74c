/* SPDX-License-Identifier: MIT */
#include "vfs/verdict.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

struct verdict_entry verdict_directories[VERDICT_DIRECTORIES];
struct verdict_entry verdict_descriptors[VERDICT_DESCRIPTORS + 1];
static _Atomic uint64_t generation;

_Atomic int verdict_vforks;

#define STAMP_MASK ((UINT64_C(1) << 48) - 1)

/* The last bytes of a text, fewer than eight. Its length is hashed as well. */
static inline uint64_t tail(const char *p, size_t n)
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

uint64_t verdict_hash(uint64_t seed, const char *path, size_t n)
{
    uint64_t hash = seed ^ (n * UINT64_C(0xff51afd7ed558ccd));
    uint64_t word;
    for (; n >= sizeof(word); n -= sizeof(word), path += sizeof(word)) {
        memcpy(&word, path, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
        hash ^= hash >> 29;
    }
    hash = (hash ^ tail(path, n)) * UINT64_C(0xc4ceb9fe1a85ec53);
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

static void remember(struct verdict_entry *e, uint64_t hash, uint64_t stamp, struct verdict v)
{
    uint64_t data = stamp << VERDICT_STAMP_SHIFT | (uint64_t)v.mount << 8 | v.flags;
    atomic_store_explicit(&e->data, data, memory_order_relaxed);
    atomic_store_explicit(&e->key, hash ^ data, memory_order_relaxed);
}

void verdict_remember(uint64_t hash, uint64_t stamp, struct verdict v)
{
    remember(&verdict_directories[hash & (VERDICT_DIRECTORIES - 1)], hash, stamp, v);
}

bool verdict_keeps_fd(int fd)
{
    return verdict_descriptor(fd) != NULL;
}

bool verdict_recall_fd_stale(int fd, struct verdict *v, uint64_t *hash)
{
    const struct verdict_entry *e = verdict_descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    return data != 0 && verdict_recall_entry(e, *hash, data >> VERDICT_STAMP_SHIFT, v);
}

void verdict_remember_fd(int fd, uint64_t stamp, struct verdict v, uint64_t hash)
{
    struct verdict_entry *e = verdict_descriptor(fd);
    if (atomic_load_explicit(&verdict_vforks, memory_order_relaxed) != 0)
        verdict_forget_fd(fd); /* it may be the child's, and the number the parent's as well */
    else if (e != NULL && hash != 0)
        remember(e, hash, stamp, v);
}

void verdict_forget_fd(int fd)
{
    struct verdict_entry *e = verdict_descriptor(fd);
    if (e != NULL)
        atomic_store_explicit(&e->data, 0, memory_order_relaxed);
}

void verdict_forget_all(void)
{
    atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
}

void verdict_forget_descriptors(void)
{
    for (int fd = 0; fd < (int)VERDICT_DESCRIPTORS; fd++)
        if (atomic_load_explicit(&verdict_descriptors[fd].data, memory_order_relaxed) != 0)
            verdict_forget_fd(fd);
}
