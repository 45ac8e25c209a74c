/* SPDX-License-Identifier: MIT */
/* Who has something open that a call is about, and what that forbids on every file system of NT's.
 */
#ifndef LXSHIM_FS_HOLDING_H
#define LXSHIM_FS_HOLDING_H

#include <limits.h>

#include "fs/call.h"

/* Where a call keeps the list of holders it finds. */
static inline struct store_holders lx_holders(struct lx_call *c)
{
    /* To find one is enough where no trace names them. */
    unsigned room = c->task->policy->trace != NULL ? STORE_HOLDER_MAX : 0;
    return (struct store_holders){.list = c->holders, .room = room, .asker = c->task->pid};
}

/* Keeps as many of them as the call has room for, for the trace. */
static inline void lx_keep_holders(struct lx_call *c, const struct store_holders *h)
{
    c->holder_count = (uint8_t)(h->count < h->room ? h->count : h->room);
}

/*
 * Tells whoever closes files from now on, and who finishes removals, that something waits for its
 * last handle. NULL: nobody has counters of that.
 */
void lx_announce_removal(struct lx_stats *stats);

/*
 * The other name of a native path of a mount that is bound: what lies around it is reached by that
 * alone. False where it has none, or there is no room.
 */
bool lx_alias_path(const struct lx_mount *mount, const char *path, char out[PATH_MAX]);

/*
 * Before path 0, a directory, is renamed: it stays where it is while anything below it is open.
 * [WSL#1529] 0, -EACCES, or another -errno.
 */
int lx_check_descendants(struct lx_call *c);

#endif
