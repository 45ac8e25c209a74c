/* SPDX-License-Identifier: MIT */
/* DrvFs: a Windows drive. Its operations, each in the file of its subject. */
#ifndef LXSHIM_FS_DRVFS_H
#define LXSHIM_FS_DRVFS_H

#include "fs/filesystems.h"

lx_fs_search drvfs_search;
lx_fs_link drvfs_link_target;
lx_fs_conceals drvfs_conceals;
lx_fs_guards drvfs_guards;
lx_fs_bars drvfs_bars;
lx_fs_barred drvfs_barred;
lx_fs_unique drvfs_unique;
lx_fs_listed drvfs_listed;
lx_fs_shown drvfs_shown;
extern const struct lx_fs_removal drvfs_removal;

lx_fs_op drvfs_open;
lx_fs_op drvfs_stat;
lx_fs_op drvfs_statx;
lx_fs_op drvfs_access;
lx_fs_op drvfs_readlink;
lx_fs_op drvfs_statfs;
lx_fs_op drvfs_unlink;
lx_fs_op drvfs_rmdir;
lx_fs_op drvfs_rename;
lx_fs_op drvfs_link;
lx_fs_op drvfs_symlink;
lx_fs_op drvfs_mkdir;
lx_fs_op drvfs_mknod;
lx_fs_op drvfs_bind;
lx_fs_op drvfs_chmod;
lx_fs_op drvfs_chown;
lx_fs_op drvfs_utimes;
lx_fs_op drvfs_truncate;
lx_fs_op drvfs_fallocate;
lx_fs_op drvfs_getxattr;
lx_fs_op drvfs_setxattr;
lx_fs_op drvfs_listxattr;
lx_fs_op drvfs_removexattr;
lx_fs_op drvfs_exec;
lx_fs_op drvfs_seek;
lx_fs_op drvfs_sync;
lx_fs_op drvfs_ioctl;
lx_fs_op drvfs_control;
lx_fs_op drvfs_write;
lx_fs_op drvfs_copy;
lx_fs_op drvfs_chdir;
lx_fs_op drvfs_watch;

#endif
