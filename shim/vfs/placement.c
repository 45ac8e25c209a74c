/* SPDX-License-Identifier: MIT */
#include "vfs/placement.h"

#include <fcntl.h>
#include <stdatomic.h>

#include "policy/table.h"
#include "sys/touched.h"

/* A kilobyte of directories at first, and how many are lost before there is use of four times as
 * many. */
#define FIRST_USED 64u
#define LOST_MOST  12u

/* Not by a page, as the linker would begin all that is zero at another one. */
struct placement_tables placement_tables __attribute__((aligned(2048)));
SYS_TOUCHED _Atomic unsigned placement_unused = PLACEMENT_DIRECTORIES - FIRST_USED;
static SYS_TOUCHED _Atomic unsigned lost; /* since then; threads may miscount it */
SYS_TOUCHED _Atomic uint64_t placement_generation;
SYS_TOUCHED _Atomic int placement_vforks;
SYS_TOUCHED _Atomic uint32_t placement_staying[PLACEMENT_DESCRIPTORS / 32];

static const _Atomic uint32_t never; /* is anything mounted later, or astray */
const _Atomic uint32_t *placement_mounted = &never;
const _Atomic uint32_t *placement_strays = &never;

void placement_follow(const struct lx_table *table)
{
    placement_mounted = &table->generation;
    placement_strays = &table->stray_count;
}

/*
 * Counts that a directory is forgotten for another one while it might still be asked for; makes use
 * of more entries where that comes often. Where a thread finds fewer than another one has just
 * made, what lies in the others is found out once more.
 */
static void lose(void)
{
    const unsigned unused = atomic_load_explicit(&placement_unused, memory_order_relaxed);
    const unsigned n = atomic_load_explicit(&lost, memory_order_relaxed) + 1;
    atomic_store_explicit(&lost, n % LOST_MOST, memory_order_relaxed);
    if (n >= LOST_MOST && unused != 0) {
        const unsigned used = (PLACEMENT_DIRECTORIES - unused) * 4;
        atomic_store_explicit(&placement_unused,
                              used < PLACEMENT_DIRECTORIES ? PLACEMENT_DIRECTORIES - used : 0,
                              memory_order_relaxed);
    }
}

void placement_remember(uint64_t hash, uint64_t stamp, struct placement v)
{
    struct placement_entry *e = placement_directory(hash);
    const uint64_t data = atomic_load_explicit(&e->data, memory_order_relaxed);
    if (data >> PLACEMENT_STAMP_SHIFT == stamp &&
        (atomic_load_explicit(&e->key, memory_order_relaxed) ^ data) != hash) {
        lose();
        e = placement_directory(hash);
    }
    placement_write(e, hash, stamp, v);
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
    struct placement_known known = {0, 0, placement_stays(fd)};
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
    if (known.stays)
        placement_note_staying(to, true);
}

void placement_note_staying(int fd, bool stays)
{
    /* The number may be the child's, and another file's here. */
    if ((unsigned)fd >= PLACEMENT_DESCRIPTORS ||
        atomic_load_explicit(&placement_vforks, memory_order_relaxed) != 0)
        return;
    _Atomic uint32_t *bits = &placement_staying[(unsigned)fd / 32];
    const uint32_t bit = UINT32_C(1) << (unsigned)fd % 32;
    if (stays)
        atomic_fetch_or_explicit(bits, bit, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(bits, ~bit, memory_order_relaxed);
}

void placement_forget_all(void)
{
    atomic_fetch_add_explicit(&placement_generation, 1, memory_order_relaxed);
}

void placement_forget_descriptors(unsigned first, unsigned last)
{
    for (unsigned fd = 0; fd < PLACEMENT_DESCRIPTORS; fd++) {
        struct placement_entry *e = placement_descriptor((int)fd);
        if (atomic_load_explicit(&e->data, memory_order_relaxed) != 0)
            atomic_store_explicit(&e->data, 0, memory_order_relaxed);
        if (fd >= first && fd <= last && placement_stays((int)fd))
            placement_note_staying((int)fd, false);
    }
}
