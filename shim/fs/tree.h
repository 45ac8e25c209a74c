/* SPDX-License-Identifier: MIT */
/*
 * Trees that are made up: directories and files that a run has put into a directory of its own
 * (cli/tree.h), and that are mounted where WSL's kernel shows them. They are the kernel's there:
 * root's, without a size, and nobody makes, renames or removes anything.
 */
#ifndef LXSHIM_FS_TREE_H
#define LXSHIM_FS_TREE_H

#include "fs/call.h"
#include "fs/filesystems.h"

/* 0 for root; else -EACCES, as all of it is root's. */
int tree_permits(void);

lx_fs_op tree_open;
lx_fs_op tree_stat;
lx_fs_op tree_statx;
lx_fs_op tree_access;
lx_fs_op tree_truncate; /* nothing is left of it */
lx_fs_op tree_refuse;   /* what would make, rename or remove: -EPERM, or -EACCES where nobody may */

/* statfs, with the file system's f_type. */
long tree_statfs(struct lx_call *c, long magic);

#endif
