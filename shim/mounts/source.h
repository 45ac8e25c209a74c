/* SPDX-License-Identifier: MIT */
/* What a Windows name in front of a mount(2) leads to: a directory of a volume that the policy has.
 */
#ifndef LXSHIM_MOUNTS_SOURCE_H
#define LXSHIM_MOUNTS_SOURCE_H

#include "policy/policy.h"

/*
 * Finds a source, "C:", "C:\dir", "//server/share", a volume's name: see lx_volumes_find. The
 * volume is in *found, and its directory, by the kernel's name, in found->rest. Returns 0; -ENOENT
 * where the policy has no such volume or it no such directory, which is the errno of NT's
 * OBJECT_NAME_NOT_FOUND and OBJECT_PATH_NOT_FOUND (NO_SUCH_DEVICE, ENODEV, is of a device that was
 * there); -ENOTDIR, -ENAMETOOLONG.
 */
int mounts_source(const struct lx_policy *policy, const char *source,
                  struct lx_source_found *found);

#endif
