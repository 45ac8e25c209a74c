/* SPDX-License-Identifier: MIT */
#include "fs/holding.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>

#include "fs/refusal.h"
#include "store/holders.h"
#include "store/object.h"
#include "sys/sys.h"

void lx_announce_removal(struct lx_stats *stats)
{
    if (stats == NULL)
        return;
    atomic_fetch_add(&stats->pending, 1);
    SYS4(SYS_futex, &stats->pending, FUTEX_WAKE, 1, NULL);
}

bool lx_alias_path(const struct lx_mount *mount, const char *path, char out[PATH_MAX])
{
    const char *alias = lx_bind_alias(mount);
    const char *rest = path + mount->backing_length;
    size_t n = alias == NULL ? 0 : strlen(alias);
    size_t left = strlen(rest);
    if (alias == NULL || n + left >= PATH_MAX)
        return false;
    memcpy(out, alias, n);
    memcpy(out + n, rest, left + 1);
    return true;
}

/*
 * True where anybody has something open below a directory of the mount. Of one that is bind-mounted
 * only processes in this namespace have the name that we have.
 */
static bool descendant_held(const struct lx_loc *at, const char *path,
                            struct store_holders *holders)
{
    char also[PATH_MAX];
    bool aliased = lx_alias_path(at->mount, path, also);
    return store_descendant_held(at->dfd, at->path, path, aliased ? also : NULL, holders);
}

int lx_check_descendants(struct lx_call *c)
{
    struct store_holders holders = lx_holders(c);
    const struct lx_loc *at = &c->at[0];
    char path[PATH_MAX];
    if (lx_rule(at->mount, LX_RULE_RENAME_OPEN_DESCENDANT) != LX_EACCES)
        return 0;
    const struct store_object o = {lx_backing(at->mount), at->dfd, at->path};
    long n = store_object_path(&o, path);
    if (n < 0)
        return (int)n;
    if (!descendant_held(at, path, &holders))
        return 0;
    lx_keep_holders(c, &holders);
    return lx_forbid(c, LX_RULE_RENAME_OPEN_DESCENDANT, EACCES);
}
