/* SPDX-License-Identifier: MIT */
/*
 * The list of directories that went astray in a run (see fs/stray.h), in the table that all its
 * processes have. Who reads it asks nobody; who changes it has the table's lock.
 */
#ifndef LXSHIM_MOUNTS_STRAY_H
#define LXSHIM_MOUNTS_STRAY_H

#include <sys/stat.h>

#include "policy/policy.h"

/* True where any directory is astray. */
static inline bool mounts_any_stray(const struct lx_policy *policy)
{
    return policy->table != NULL &&
           atomic_load_explicit(&policy->table->stray_count, memory_order_acquire) != 0;
}

/* The place in the list of the directory that st is of; LX_TABLE_STRAYS where it is not in it. */
unsigned mounts_find_stray(const struct lx_policy *policy, const struct stat *st);

/*
 * Adds a directory; `name`: a hash of that which it had. One that is in the list stays there by its
 * first name, and is taken out where it gets that back: `now` is a hash of its new one. Where the
 * run has no table, or no room in it, that is not noted. 0 or -errno.
 */
int mounts_add_stray(const struct lx_policy *policy, const struct stat *st, uint64_t name,
                     uint64_t now);

/* Takes out those whose places are set in a mask. 0 or -errno. */
int mounts_drop_strays(const struct lx_policy *policy, uint32_t places);

#endif
