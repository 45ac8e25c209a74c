/* SPDX-License-Identifier: MIT */
#include "policy/table.h"

#include "policy/mount_check.h"

/* A list, and all that is in it. */
static bool list_ok(const struct lx_table *table, uint32_t bytes, uint32_t at)
{
    const struct lx_mounts *list =
        (const struct lx_mounts *)(const void *)((const char *)table + at);
    if (at < sizeof(*table) || at % _Alignof(struct lx_mount) != 0 || at > bytes - sizeof(*list) ||
        list->count > LX_PLACE_MAX ||
        list->count > (bytes - at - sizeof(*list)) / sizeof(list->at[0]))
        return false;
    uint32_t translated = 0;
    uint32_t masked = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        int64_t record = (int64_t)at + (list->at[i] & ~LX_GONE);
        if (list->at[i] == 0)
            continue;
        if (record < (int64_t)sizeof(*table) || record >= (int64_t)bytes)
            return false;
        const struct lx_mount *m = lx_mounts_had(list, i + 1);
        if (!lx_mount_check(table, bytes, m) || m->place != i + 1)
            return false;
        bool gone = (list->at[i] & LX_GONE) != 0;
        translated += !gone && !lx_in_place(m) && m->type != LX_MOUNT_HOST;
        masked += !gone && lx_masked_mode(m);
    }
    return list->translated == translated && list->masked == masked;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

uint32_t lx_table_reach(const struct lx_table *table, bool writers)
{
    uint32_t end = sizeof(*table);
    for (unsigned i = 0; lx_table_has_view(table, i); i++)
        end = larger(end, atomic_load_explicit(&table->views[i].mounted, memory_order_acquire));
    if (writers)
        end = larger(larger(end, table->used), table->intent.used);
    return end < LX_TABLE_MOST - LX_TABLE_LIST ? end + LX_TABLE_LIST : LX_TABLE_MOST;
}

bool lx_table_check(const struct lx_table *table, uint32_t bytes)
{
    if (table->magic != LX_TABLE_MAGIC || table->version != LX_TABLE_VERSION ||
        table->size < LX_TABLE_SIZE || table->size > LX_TABLE_MOST || bytes > table->size)
        return false;
    for (unsigned i = 0; lx_table_has_view(table, i); i++) {
        uint32_t at = atomic_load_explicit(&table->views[i].mounted, memory_order_acquire);
        if (at != 0 && !list_ok(table, bytes, at))
            return false;
    }
    return true;
}

bool lx_table_check_writers(const struct lx_table *table, uint32_t bytes)
{
    const struct lx_intent *intent = &table->intent;
    uint32_t list = atomic_load_explicit(&intent->list, memory_order_acquire);
    const uint32_t used[] = {table->used, list == 0 ? table->used : intent->used};
    for (unsigned i = 0; i < 2; i++)
        if (used[i] < sizeof(*table) || used[i] > bytes || used[i] % _Alignof(struct lx_mount) != 0)
            return false;
    return list == 0 ||
           (list_ok(table, bytes, list) && intent->view < LX_TABLE_VIEWS && intent->point < bytes);
}
