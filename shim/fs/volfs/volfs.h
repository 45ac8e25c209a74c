/* SPDX-License-Identifier: MIT */
/* VolFs: the root of WSL1. Shared between the files that implement its operations. */
#ifndef LXSHIM_FS_VOLFS_VOLFS_H
#define LXSHIM_FS_VOLFS_VOLFS_H

#include "fs/volfs/file.h"

lx_fs_link volfs_link;

lx_fs_op volfs_open;
lx_fs_op volfs_stat;
lx_fs_op volfs_statx;
lx_fs_op volfs_access;
lx_fs_op volfs_readlink;
lx_fs_op volfs_existing; /* what is done to what is there, as the kernel does it */
lx_fs_op volfs_new;      /* what makes a name */
lx_fs_op volfs_mknod;
lx_fs_op volfs_rename;
lx_fs_op volfs_hardlink;
lx_fs_op volfs_chmod;
lx_fs_op volfs_chown;
lx_fs_op volfs_exec;
lx_fs_op volfs_getxattr;
lx_fs_op volfs_setxattr;
lx_fs_op volfs_listxattr;
lx_fs_op volfs_removexattr;

#endif
