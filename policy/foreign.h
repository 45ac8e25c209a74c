/* SPDX-License-Identifier: MIT */
/* A root that is translated: see lx_is_foreign_root. */
#ifndef LXSHIM_POLICY_FOREIGN_H
#define LXSHIM_POLICY_FOREIGN_H

#include "policy/policy.h"

/* The root of all, where its files are in a directory of ours; or NULL. */
static inline const struct lx_mount *lx_foreign_root(const struct lx_policy *policy)
{
    const struct lx_mount *m;
    if (!lx_redirects(policy))
        return NULL;
    for (unsigned i = 0; (m = lx_mounts_next(lx_mounts(policy), &i)) != NULL;)
        if (lx_is_foreign_root(m))
            return m;
    return NULL;
}

#endif
