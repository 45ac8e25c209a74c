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
lx_fs_op volfs_unlink;
lx_fs_op volfs_new; /* what makes a name */
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

/*
 * Makes a call by which path i loses its name, if it is there and all goes well: what is open gets
 * one in `temp` before (volfs.temp).
 */
long volfs_losing(struct lx_call *c, unsigned i, lx_fs_op *removal);

/*
 * True for a regular file behind the descriptor of path 0 that has a name in `temp` alone, by the
 * mode and the number of links that the kernel has for it.
 */
bool volfs_is_removed(const struct lx_call *c, mode_t mode, uint64_t links);

/* What path 0 of a link leads to. */
enum volfs_source {
    VOLFS_NAMED,
    VOLFS_NAMELESS, /* what has no name any more, or never had one */
    VOLFS_KEPT      /* what has one in `temp` alone */
};
enum volfs_source volfs_source(const struct lx_call *c);

extern const struct lx_fs_removal volfs_removal;

#endif
