/* SPDX-License-Identifier: MIT */
#include "vfs/verdict.h"

#include <fcntl.h>
#include <stdatomic.h>

struct verdict_entry verdict_directories[VERDICT_DIRECTORIES];
struct verdict_entry verdict_descriptors[VERDICT_DESCRIPTORS + 1];
_Atomic uint64_t verdict_generation;
_Atomic int verdict_vforks;

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

struct verdict_known verdict_known_of(int fd)
{
    struct verdict_known known = {0, 0};
    const struct verdict_entry *e = verdict_descriptor(fd);
    if (e != NULL && fd != AT_FDCWD) {
        known.data = atomic_load_explicit(&e->data, memory_order_relaxed);
        known.key = atomic_load_explicit(&e->key, memory_order_relaxed);
    }
    return known;
}

void verdict_remember_copy(int from, struct verdict_known known, int to)
{
    struct verdict_known now = verdict_known_of(from);
    struct verdict v = {(uint8_t)(known.data >> 8), (uint8_t)known.data};
    if (known.data != 0 && now.key == known.key && now.data == known.data)
        verdict_remember_fd(to, known.data >> VERDICT_STAMP_SHIFT, v, known.key ^ known.data);
    else
        verdict_forget_fd(to);
}

void verdict_forget_fd(int fd)
{
    struct verdict_entry *e = verdict_descriptor(fd);
    if (e != NULL)
        atomic_store_explicit(&e->data, 0, memory_order_relaxed);
}

void verdict_forget_all(void)
{
    atomic_fetch_add_explicit(&verdict_generation, 1, memory_order_relaxed);
}

void verdict_forget_descriptors(void)
{
    for (int fd = 0; fd < (int)VERDICT_DESCRIPTORS; fd++)
        if (atomic_load_explicit(&verdict_descriptors[fd].data, memory_order_relaxed) != 0)
            verdict_forget_fd(fd);
}
