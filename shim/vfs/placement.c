/* SPDX-License-Identifier: MIT */
#include "vfs/placement.h"

#include <fcntl.h>
#include <stdatomic.h>

#include "policy/table.h"

struct placement_entry placement_directories[PLACEMENT_DIRECTORIES];
struct placement_entry placement_descriptors[PLACEMENT_DESCRIPTORS + 1];
_Atomic uint64_t placement_generation;
_Atomic int placement_vforks;

static const _Atomic uint32_t never; /* is anything mounted later, or astray */
const _Atomic uint32_t *placement_mounted = &never;
const _Atomic uint32_t *placement_strays = &never;

void placement_follow(const struct lx_table *table)
{
    placement_mounted = &table->generation;
    placement_strays = &table->stray_count;
}

void placement_remember(uint64_t hash, uint64_t stamp, struct placement v)
{
    placement_write(&placement_directories[hash & (PLACEMENT_DIRECTORIES - 1)], hash, stamp, v);
}

bool placement_keeps_fd(int fd)
{
    return placement_descriptor(fd) != NULL;
}

bool placement_recall_fd_stale(int fd, struct placement *v, uint64_t *hash)
{
    const struct placement_entry *e = placement_descriptor(fd);
    if (e == NULL)
        return false;
    uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    *hash = atomic_load_explicit(&e->key, memory_order_relaxed) ^ data;
    if (data == 0 || !placement_recall_entry(e, *hash, data >> PLACEMENT_STAMP_SHIFT, v))
        return false;
    v->flags &= (uint8_t)~PLACEMENT_KERNELS; /* it may have another name by now */
    return true;
}

struct placement_known placement_known_of(int fd)
{
    struct placement_known known = {0, 0};
    const struct placement_entry *e = placement_descriptor(fd);
    if (e != NULL && fd != AT_FDCWD) {
        known.data = atomic_load_explicit(&e->data, memory_order_relaxed);
        known.key = atomic_load_explicit(&e->key, memory_order_relaxed);
    }
    return known;
}

void placement_remember_copy(int from, struct placement_known known, int to)
{
    struct placement_known now = placement_known_of(from);
    struct placement v = placement_in(known.data);
    if (known.data != 0 && now.key == known.key && now.data == known.data)
        placement_remember_fd(to, known.data >> PLACEMENT_STAMP_SHIFT, v, known.key ^ known.data);
    else
        placement_forget_fd(to);
}

void placement_forget_all(void)
{
    atomic_fetch_add_explicit(&placement_generation, 1, memory_order_relaxed);
}

void placement_forget_descriptors(void)
{
    for (int fd = 0; fd < (int)PLACEMENT_DESCRIPTORS; fd++)
        if (atomic_load_explicit(&placement_descriptors[fd].data, memory_order_relaxed) != 0)
            placement_forget_fd(fd);
}
