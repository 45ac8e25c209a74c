/* SPDX-License-Identifier: MIT */
/* getdents64, as programs get it. */
#ifndef LXSHIM_VFS_LISTING_H
#define LXSHIM_VFS_LISTING_H

#include "fs/task.h"

/* Reads the next block of directory `fd`. Returns its length in bytes, 0 at the end, or -errno. */
long vfs_read_block(const struct lx_task *t, int fd, void *block, size_t size);

#endif
