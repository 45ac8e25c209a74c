/* SPDX-License-Identifier: MIT */
/* What is asked before an entry is made on a drive, and what it is given then. */
#ifndef LXSHIM_FS_DRVFS_MAKE_H
#define LXSHIM_FS_DRVFS_MAKE_H

#include <stdbool.h>

#include "fs/filesystems.h"

/*
 * Before an entry is made under a new name: refuses names that wait to be deleted, and a directory
 * the caller may not write. 0 or -errno.
 */
int drvfs_check_new_entry(struct lx_call *c, const struct lx_loc *at);

/*
 * True where the umask says whether a file that is asked for with a write bit is read-only: Linux
 * takes it from the mode before a drive hears of that. [RN:18252, whose WSL#3411 has umask 222;
 * WSL#4553] Who makes it then does so by the task's umask (lx_masked). Of another's that takes a
 * look at it for each file that is made, once anybody of the run has such a umask.
 */
bool drvfs_hears_umask(const struct lx_call *c, const struct lx_mount *mount);

/*
 * Gives a regular file that was just made with the mode of all files `wanted`, or what is
 * read-only where the umask left it no write bit. fd, or at->path where fd is negative. The mode.
 */
mode_t drvfs_settle_mode(struct lx_call *c, const struct lx_loc *at, int fd, mode_t wanted);

/* After mkdir: gives a new directory the case flag its mount and parent ask for. 0 or -errno. */
int drvfs_inherit_case(struct lx_call *c, const struct lx_loc *at);

#endif
