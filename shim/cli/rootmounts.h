/* SPDX-License-Identifier: MIT */
/* What file system the root of a session is, where it has one of its own. */
#ifndef LXSHIM_CLI_ROOTMOUNTS_H
#define LXSHIM_CLI_ROOTMOUNTS_H

#include "policy/effective.h"

/*
 * Puts VolFs before what a policy mounts, where the era's root is of it: "/", as the kernel of WSL1
 * mounts it, and in the first years /root, /home and others [LxssInstance.cpp, WSL#2181]. What the
 * kernel has mounted below the root of this process stays what it is. Not by identity.mounts=off,
 * and nothing on WSL2, whose root is Linux' own. A root with more mounts than there is room for is
 * left as it is, after saying so.
 */
void rootmounts_add(struct lx_effective *policy);

#endif
