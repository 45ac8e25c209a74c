/* SPDX-License-Identifier: MIT */
/* DrvFs as a table: its operations. */
#include "fs/drvfs/drvfs.h"

const struct lx_fs lx_drvfs = {
    .search = drvfs_search,
    .link = drvfs_link_target,
    .conceals = drvfs_conceals,
    .guards = drvfs_guards,
    .bars = drvfs_bars,
    .barred = drvfs_barred,
    .unique = drvfs_unique,
    .listed = drvfs_listed,
    .shown = drvfs_shown,
    .removal = &drvfs_removal,
    .scanned = true,
    .run =
        {
            [LX_OP_OPEN] = drvfs_open,           [LX_OP_STAT] = drvfs_stat,
            [LX_OP_STATX] = drvfs_statx,         [LX_OP_ACCESS] = drvfs_access,
            [LX_OP_READLINK] = drvfs_readlink,   [LX_OP_UNLINK] = drvfs_unlink,
            [LX_OP_RMDIR] = drvfs_rmdir,         [LX_OP_RENAME] = drvfs_rename,
            [LX_OP_LINK] = drvfs_link,           [LX_OP_SYMLINK] = drvfs_symlink,
            [LX_OP_MKDIR] = drvfs_mkdir,         [LX_OP_MKNOD] = drvfs_mknod,
            [LX_OP_BIND] = drvfs_bind,           [LX_OP_CHMOD] = drvfs_chmod,
            [LX_OP_CHOWN] = drvfs_chown,         [LX_OP_UTIMES] = drvfs_utimes,
            [LX_OP_TRUNCATE] = drvfs_truncate,   [LX_OP_FALLOCATE] = drvfs_fallocate,
            [LX_OP_GETXATTR] = drvfs_getxattr,   [LX_OP_SETXATTR] = drvfs_setxattr,
            [LX_OP_LISTXATTR] = drvfs_listxattr, [LX_OP_REMOVEXATTR] = drvfs_removexattr,
            [LX_OP_STATFS] = drvfs_statfs,       [LX_OP_EXEC] = drvfs_exec,
            [LX_OP_SEEK] = drvfs_seek,           [LX_OP_SYNC] = drvfs_sync,
            [LX_OP_IOCTL] = drvfs_ioctl,         [LX_OP_CONTROL] = drvfs_control,
            [LX_OP_CHDIR] = drvfs_chdir,         [LX_OP_WATCH] = drvfs_watch,
            [LX_OP_WRITE] = drvfs_write,         [LX_OP_COPY] = drvfs_copy,
        },
};
