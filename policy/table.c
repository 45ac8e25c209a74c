/* SPDX-License-Identifier: MIT */
#include "policy/table.h"

#include "policy/mount_check.h"

/* A list, and all that is in it. */
static bool list_ok(const struct lx_table *table, uint32_t at)
{
    const struct lx_mounts *list =
        (const struct lx_mounts *)(const void *)((const char *)table + at);
    if (at < sizeof(*table) || at % _Alignof(struct lx_mount) != 0 ||
        at > LX_TABLE_SIZE - sizeof(*list) || list->count > LX_PLACE_MAX ||
        list->count > (LX_TABLE_SIZE - at - sizeof(*list)) / sizeof(list->at[0]))
        return false;
    uint32_t translated = 0;
    uint32_t masked = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        int64_t record = (int64_t)at + (list->at[i] & ~LX_GONE);
        if (list->at[i] == 0)
            continue;
        if (record < (int64_t)sizeof(*table) || record >= (int64_t)LX_TABLE_SIZE)
            return false;
        const struct lx_mount *m = lx_mounts_had(list, i + 1);
        if (!lx_mount_check(table, LX_TABLE_SIZE, m) || m->place != i + 1)
            return false;
        bool gone = (list->at[i] & LX_GONE) != 0;
        translated += !gone && !lx_in_place(m) && m->type != LX_MOUNT_HOST;
        masked += !gone && lx_masked_mode(m);
    }
    return list->translated == translated && list->masked == masked;
}

bool lx_table_check(const struct lx_table *table)
{
    if (table->magic != LX_TABLE_MAGIC || table->version != LX_TABLE_VERSION ||
        table->size != LX_TABLE_SIZE)
        return false;
    for (unsigned i = 0; i < LX_TABLE_VIEWS; i++) {
        uint32_t at = atomic_load_explicit(&table->views[i].mounted, memory_order_acquire);
        if (at != 0 && !list_ok(table, at))
            return false;
    }
    return true;
}

bool lx_table_check_writers(const struct lx_table *table)
{
    const struct lx_intent *intent = &table->intent;
    uint32_t list = atomic_load_explicit(&intent->list, memory_order_acquire);
    const uint32_t used[] = {table->used, list == 0 ? table->used : intent->used};
    for (unsigned i = 0; i < 2; i++)
        if (used[i] < sizeof(*table) || used[i] > LX_TABLE_SIZE ||
            used[i] % _Alignof(struct lx_mount) != 0)
            return false;
    return list == 0 ||
           (list_ok(table, list) && intent->view < LX_TABLE_VIEWS && intent->point < LX_TABLE_SIZE);
}
