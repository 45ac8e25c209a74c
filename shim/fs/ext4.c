/* SPDX-License-Identifier: MIT */
/*
 * The root of WSL2, which is Linux' own file system, where a run has a directory for it: see
 * lx_is_root. It has no rule, and all it does is the host's.
 */
#include "fs/filesystems.h"

const struct lx_fs lx_ext4 = {.shows = NULL};
