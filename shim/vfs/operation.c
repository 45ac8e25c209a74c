/* SPDX-License-Identifier: MIT */
#include "vfs/operation.h"

const struct vfs_op vfs_ops[LX_OP_COUNT] = {
#define OP(symbol, word, paths, properties) [LX_OP_##symbol] = {word, properties},
#include "fs/ops.def"
#undef OP
};

bool vfs_looks(const struct lx_call *c)
{
    switch (c->op) {
    case LX_OP_STAT:
    case LX_OP_STATX:
    case LX_OP_ACCESS:
    case LX_OP_READLINK:
    case LX_OP_GETXATTR:
    case LX_OP_LISTXATTR:
    case LX_OP_STATFS:
        return true;
    case LX_OP_OPEN:
        return (c->flags & O_PATH) != 0 || (c->flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY;
    default:
        return false;
    }
}
