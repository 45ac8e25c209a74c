/* SPDX-License-Identifier: MIT */
/*
 * By which names drives can be reached where somebody has mounted: a drive that is bind-mounted
 * elsewhere, whole or a directory of it, is the same drive there.
 */
#ifndef LXSHIM_SUPERVISOR_VIEWS_H
#define LXSHIM_SUPERVISOR_VIEWS_H

#include <stdbool.h>

#include "policy/policy.h"

/*
 * The policy as it applies in this process's mount namespace: with a mount more for each such name,
 * and without those whose name is not theirs here. The first call has to be in the namespace that
 * the policy was made for. With `entered`, this process has just come to another one. Lasts until
 * the next call; the policy itself where the kernel tells nothing of mounts.
 */
const struct lx_policy *views_policy(const struct lx_policy *policy, bool entered);

/*
 * True where something is mounted at an absolute path, by its very spelling. The path is not looked
 * up: that would be a use of what is mounted there.
 */
bool views_mount_point(const char *path);

#endif
