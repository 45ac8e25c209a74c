/* SPDX-License-Identifier: MIT */
/* What a watch of inotify on a Windows drive hears of. */
#include <sys/inotify.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/refusal.h"

/*
 * The events to watch for in place of those that were asked for. A watch for none is one for the
 * unmounting, which no drive of ours meets. For IN_MODIFY as Windows tells of it, at the close, the
 * kernel has but the close itself: who reads events with the library has that put right.
 */
static uint32_t watched(const struct lx_mount *m, uint32_t asked)
{
    enum lx_value how = lx_rule(m, LX_RULE_WATCH_EVENTS);
    uint32_t mask = asked;
    if (how == LX_CHANGES)
        mask &= ~(uint32_t)(IN_OPEN | IN_CLOSE | IN_ACCESS);
    else if (how == LX_AT_CLOSE && (mask & IN_MODIFY) != 0)
        mask = (mask & ~(uint32_t)IN_MODIFY) | IN_CLOSE_WRITE;
    return (mask & IN_ALL_EVENTS) == 0 ? mask | IN_UNMOUNT : mask;
}

/* What is watched has to be readable, as on Linux. (inference) */
long drvfs_watch(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    uint32_t asked = c->mask;
    int r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP | NT_READ_DATA);
    if (r == 0)
        r = lx_forbid_by(c, m, LX_RULE_WATCH_EVENTS);
    if (r < 0)
        return r;
    if ((asked & IN_ALL_EVENTS) != 0 && watched(m, asked) != asked &&
        lx_alter(c, LX_RULE_WATCH_EVENTS))
        c->mask = watched(m, asked);
    long result = lx_host_fs.run[LX_OP_WATCH](c);
    c->mask = asked;
    return result;
}
