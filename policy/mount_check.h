/* SPDX-License-Identifier: MIT */
/* Whether what should be the record of a mount is one. */
#ifndef LXSHIM_POLICY_MOUNT_CHECK_H
#define LXSHIM_POLICY_MOUNT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/mount.h"

/*
 * True where a record is one by all that it says: what brings it comes from the environment. It
 * lies in the `size` bytes at `base`, and so has to lie each text of its, with its end.
 */
bool lx_mount_check(const void *base, size_t size, const struct lx_mount *mount);

#endif
