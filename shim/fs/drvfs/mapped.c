/* SPDX-License-Identifier: MIT */
/* What NT does not do to a file that is mapped, whoever has it mapped, and open or not. */
#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/handle.h"
#include "fs/holding.h"
#include "fs/refusal.h"

int drvfs_check_mapped(struct lx_call *c, unsigned i, const struct stat *st, enum lx_rule rule)
{
    struct store_holders holders = lx_holders(c);
    const struct lx_mount *m = c->at[i].mount;
    if (!S_ISREG(st->st_mode) || lx_rule(m, rule) == LX_NATIVE || !store_is_mapped(st, &holders))
        return 0;
    lx_keep_holders(c, &holders);
    return lx_forbid_by(c, m, rule);
}

/* [WSL#902] NT has no mapping of what is not in the file. */
int drvfs_check_cut(struct lx_call *c, const struct stat *st, int64_t length)
{
    return length < 0 || length >= st->st_size
               ? 0
               : drvfs_check_mapped(c, 0, st, LX_RULE_FILE_TRUNCATE_MAPPED);
}
