/* SPDX-License-Identifier: MIT */
/* Which of a run's lists of mounts holds in a mount namespace. */
#ifndef LXSHIM_VFS_SPACE_H
#define LXSHIM_VFS_SPACE_H

#include "policy/policy.h"

/*
 * Has a policy that has a table be that of the mount namespace which we are in: `space`, see
 * sys_space; 0: where the run began. A namespace is made as a copy of another, and no call says of
 * which: until something is mounted in it, it has the list whose mounts the kernel has here, all
 * of them, and of several such lists the longest. Looks at paths only where there is a choice.
 */
void vfs_enter_space(struct lx_policy *policy, uint64_t space);

#endif
