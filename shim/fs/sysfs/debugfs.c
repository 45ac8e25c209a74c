/* SPDX-License-Identifier: MIT */
/*
 * /sys/kernel/debug as WSL1's SysFs has it: tracing, whose trace_marker takes what is written to
 * it, and wakeup_sources. [vendor test SysFsKernelDebug]
 */
#include "fs/tree.h"

#define DEBUGFS_TYPE 0x64626720 /* DEBUGFS_MAGIC */

static long debugfs_statfs(struct lx_call *c)
{
    return tree_statfs(c, DEBUGFS_TYPE);
}

const struct lx_fs lx_debugfs = {
    .run =
        {
            [LX_OP_OPEN] = tree_open,
            [LX_OP_STAT] = tree_stat,
            [LX_OP_STATX] = tree_statx,
            [LX_OP_ACCESS] = tree_access,
            [LX_OP_TRUNCATE] = tree_truncate,
            [LX_OP_STATFS] = debugfs_statfs,
            [LX_OP_UNLINK] = tree_refuse,
            [LX_OP_RMDIR] = tree_refuse,
            [LX_OP_RENAME] = tree_refuse,
            [LX_OP_LINK] = tree_refuse,
            [LX_OP_SYMLINK] = tree_refuse,
            [LX_OP_MKDIR] = tree_refuse,
            [LX_OP_MKNOD] = tree_refuse,
            [LX_OP_BIND] = tree_refuse,
        },
};

/* What SysFs has besides are files of the kernel's with other words, in sysfs/files.def. */
const struct lx_fs lx_sysfs = {.shows = NULL};
