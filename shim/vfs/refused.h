/* SPDX-License-Identifier: MIT */
/* Says why a mount of ours was refused. */
#ifndef LXSHIM_VFS_REFUSED_H
#define LXSHIM_VFS_REFUSED_H

#include "fs/call.h"
#include "mounts/attach.h"

/*
 * Writes a line about a call, "mount", that answers -errno, where there is a trace: which of its
 * words is to blame, and what may have been meant. What was asked for is looked at once more, and
 * nothing is kept for it. `request`: as far as it is known; its type is one of ours, or NULL where
 * a mount that is there was to be changed.
 */
void vfs_mount_refused(const struct lx_task *t, const char *call,
                       const struct mounts_request *request, long result);

#endif
