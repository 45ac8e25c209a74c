/* SPDX-License-Identifier: MIT */
/* What processes of Windows have open, and do not share [MS-FSA 2.1.5.1.2.2]; what is watched. */
#include "fs/drvfs/sharing.h"
#include "fs/holding.h"
#include "fs/refusal.h"
#include "store/holders.h"
#include "store/procscan.h"
#include "sys/sys.h"

int drvfs_check_sharing(struct lx_call *c, unsigned i, int fd, unsigned ours)
{
    struct store_holders holders = lx_holders(c);
    if (lx_rule(c->at[i].mount, LX_RULE_SHARING_WINDOWS) == LX_ALLOW ||
        !store_shares_conflict(store_shares(fd), ours))
        return 0;
    if (!lx_observing(c)) {
        (void)store_find_holders(fd, &holders);
        lx_keep_holders(c, &holders);
    }
    return lx_forbid_by(c, c->at[i].mount, LX_RULE_SHARING_WINDOWS);
}

int drvfs_check_sharing_at(struct lx_call *c, unsigned i, const struct stat *st, unsigned ours)
{
    const struct lx_loc *at = &c->at[i];
    if (!store_marked(st) || (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)))
        return 0;
    int fd = sys_openat(at->dfd, at->path, STORE_PROBE_FLAGS, 0);
    if (fd < 0)
        return 0; /* whoever may not open it is told so by the call itself */
    int r = drvfs_check_sharing(c, i, fd, ours);
    sys_close(fd);
    return r;
}

bool drvfs_held_by_watch(struct lx_call *c, unsigned which, int fd, struct store_holders *holders)
{
    return fd >= 0 && lx_rule(c->at[which].mount, LX_RULE_WATCH_HOLDS) == LX_ON &&
           store_watched(fd, false, holders) && lx_alter(c, LX_RULE_WATCH_HOLDS);
}
