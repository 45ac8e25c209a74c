/* SPDX-License-Identifier: MIT */
/* What programs do to files, as a scanner of the policy's hears of it. */
#ifndef LXSHIM_VFS_SCANNER_H
#define LXSHIM_VFS_SCANNER_H

#include <limits.h>

#include "fs/call.h"

/*
 * Has the scanner come, where a call that was answered is what it comes after. Where the policy has
 * a scanner, and its memory is there: lx_scans.
 */
void vfs_scanner_sees(const struct lx_call *c, long result);

/* The path of the event that brought a scanner, where it is one of the call's. */
bool vfs_scanner_path(const struct lx_call *c, const struct store_holder *holder,
                      char out[PATH_MAX]);

#endif
