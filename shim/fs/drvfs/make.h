/* SPDX-License-Identifier: MIT */
/* What is asked before an entry is made on a drive, and what it is given then. */
#ifndef LXSHIM_FS_DRVFS_MAKE_H
#define LXSHIM_FS_DRVFS_MAKE_H

#include "fs/filesystems.h"

/*
 * Before an entry is made under a new name: refuses names that wait to be deleted, and a directory
 * the caller may not write. 0 or -errno.
 */
int drvfs_check_new_entry(struct lx_call *c, const struct lx_loc *at);

/* Corrects what the umask took from something just made. fd, or at->path where fd is negative. */
void drvfs_restore_mode(const struct lx_loc *at, int fd, mode_t wanted);

/* After mkdir: gives a new directory the case flag its mount and parent ask for. 0 or -errno. */
int drvfs_inherit_case(struct lx_call *c, const struct lx_loc *at);

#endif
