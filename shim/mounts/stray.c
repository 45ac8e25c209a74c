/* SPDX-License-Identifier: MIT */
#include "mounts/stray.h"

#include <errno.h>

#include "mounts/table.h"

static unsigned find(const struct lx_table *table, const struct stat *st)
{
    unsigned i = 0;
    while (i < LX_TABLE_STRAYS &&
           (atomic_load_explicit(&table->strays[i].ino, memory_order_acquire) != st->st_ino ||
            atomic_load_explicit(&table->strays[i].dev, memory_order_relaxed) != st->st_dev))
        i++;
    return i;
}

unsigned mounts_find_stray(const struct lx_policy *policy, const struct stat *st)
{
    return find(policy->table, st);
}

static void drop(struct lx_table *table, unsigned place)
{
    if (atomic_exchange(&table->strays[place].ino, 0) != 0)
        atomic_fetch_sub(&table->stray_count, 1);
}

static unsigned empty_place(const struct lx_table *table)
{
    unsigned i = 0;
    while (i < LX_TABLE_STRAYS && atomic_load(&table->strays[i].ino) != 0)
        i++;
    return i;
}

/* What is remembered of where directories are was found out before: nobody goes by it any more. */
static int add(struct lx_table *table, const struct stat *st, uint64_t name)
{
    unsigned place = empty_place(table);
    if (place == LX_TABLE_STRAYS)
        return -ENOSPC;
    struct lx_stray *to = &table->strays[place];
    atomic_store(&to->name, name);
    atomic_store(&to->dev, st->st_dev);
    atomic_store_explicit(&to->ino, st->st_ino, memory_order_release);
    atomic_fetch_add(&table->stray_count, 1);
    atomic_fetch_add_explicit(&table->generation, 1, memory_order_release);
    return 0;
}

int mounts_add_stray(const struct lx_policy *policy, const struct stat *st, uint64_t name,
                     uint64_t now)
{
    struct mounts_writer w;
    int r = mounts_write(policy, &w);
    if (r < 0)
        return r;
    unsigned place = find(w.table, st);
    if (place == LX_TABLE_STRAYS)
        r = add(w.table, st, name);
    else if (atomic_load(&w.table->strays[place].name) == now)
        drop(w.table, place);
    mounts_leave(&w);
    return r;
}

int mounts_drop_strays(const struct lx_policy *policy, uint32_t places)
{
    struct mounts_writer w;
    int r = mounts_write(policy, &w);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < LX_TABLE_STRAYS; i++)
        if ((places >> i & 1) != 0)
            drop(w.table, i);
    mounts_leave(&w);
    return 0;
}
