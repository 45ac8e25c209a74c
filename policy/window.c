/* SPDX-License-Identifier: MIT */
/* What policy/table.h says of windows: the flat policy makes no calls. */
#include <sys/mman.h>

#include "policy/table.h"
#include "sys/sys.h"

/* Each mapping of the table is this many times as large as the one before. */
#define WINDOW_TIMES 4u
#define WINDOWS      4u

/*
 * The larger mappings of this process's table, of which it has one. Each is made by whichever
 * thread needs it first, and neither changed nor unmapped, as others go by it.
 */
static _Atomic(const struct lx_table *) windows[WINDOWS];

/*
 * A second mapping of what is mapped, and of what follows it, is made without a descriptor, which a
 * program that has given up its privileges could not have.
 */
static const struct lx_table *widen(const struct lx_table *table, uint32_t bytes)
{
    const struct lx_table *at = sys_mremap((void *)(uintptr_t)table, 0, bytes, MREMAP_MAYMOVE);
    return sys_mmap_failed(at) ? NULL : at;
}

const struct lx_table *lx_table_window(const struct lx_table *table, uint32_t *bytes)
{
    uint32_t size = LX_TABLE_SIZE;
    unsigned i = 0;
    for (; size < *bytes; i++)
        size = size > table->size / WINDOW_TIMES ? table->size : size * WINDOW_TIMES;
    *bytes = size;
    if (i == 0)
        return table;
    const struct lx_table *had = atomic_load_explicit(&windows[i - 1], memory_order_acquire);
    if (had != NULL)
        return had;
    const struct lx_table *made = widen(table, size);
    if (made == NULL || atomic_compare_exchange_strong(&windows[i - 1], &had, made))
        return made;
    sys_munmap((void *)(uintptr_t)made, size); /* another thread was first */
    return had;
}

const struct lx_mounts *lx_table_far(const struct lx_table *table, uint32_t at)
{
    if (at == 0 || at > table->size - LX_TABLE_LIST)
        return NULL;
    uint32_t bytes = at + (uint32_t)LX_TABLE_LIST;
    table = lx_table_window(table, &bytes);
    if (table == NULL)
        return NULL;
    return (const struct lx_mounts *)(const void *)((const char *)table + at);
}
