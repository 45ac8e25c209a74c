/* SPDX-License-Identifier: MIT */
/* What a Windows name in front of a mount(2) leads to: a directory of a volume that the policy has.
 */
#ifndef LXSHIM_MOUNTS_SOURCE_H
#define LXSHIM_MOUNTS_SOURCE_H

#include <limits.h>

#include "policy/policy.h"

/*
 * Finds a source, "C:", "C:\dir", "//server/share": its backing directory is written to `backing`,
 * whose rules, label and serial number are those of the mount that is returned. NULL with *error:
 * -ENOENT where the policy has no such volume or it no such directory, -ENAMETOOLONG.
 */
const struct lx_mount *mounts_source(const struct lx_policy *policy, const char *source,
                                     char backing[PATH_MAX], int *error);

#endif
