/* SPDX-License-Identifier: MIT */
#include "fs/holding.h"

#include <limits.h>
#include <string.h>

#include "fs/refusal.h"
#include "store/holders.h"
#include "store/object.h"
#include "sys/sys.h"

/*
 * True where anybody has something open below a directory of the mount. Of one that is bind-mounted
 * only processes in this namespace have the name that we have.
 */
static bool descendant_held(const struct lx_loc *at, const char *path,
                            struct store_holders *holders)
{
    char also[PATH_MAX];
    const struct lx_mount *m = at->mount;
    if (lx_bind_alias(m) == NULL)
        return store_descendant_held(at->dfd, at->path, path, NULL, holders);
    const char *rest = path + m->backing_length;
    size_t n = strlen(lx_bind_alias(m));
    size_t left = strlen(rest);
    bool fits = n + left < sizeof(also);
    if (fits) {
        memcpy(also, lx_bind_alias(m), n);
        memcpy(also + n, rest, left + 1);
    }
    return store_descendant_held(at->dfd, at->path, path, fits ? also : NULL, holders);
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
