/* SPDX-License-Identifier: MIT */
/* What an operation does with its paths, and which file system answers it. */
#ifndef LXSHIM_VFS_OPERATION_H
#define LXSHIM_VFS_OPERATION_H

#include <fcntl.h>

#include "fs/call.h"
#include "sys/hidden.h"

/* The properties of operations: see ops.def. */
enum vfs_op_property { FOLLOWS = 1, PROBES = 2, CHANGES = 4, CREATES = 8, MOVES = 16 };

struct vfs_op {
    const char *word;
    uint8_t properties;
};

extern SYS_HIDDEN const struct vfs_op vfs_ops[LX_OP_COUNT];

/* The operations with two paths, one bit each: a constant, where the operation is known. */
static const uint64_t vfs_two_paths = 0
#define OP(symbol, word, paths, properties) | (uint64_t)((paths) == 2) << LX_OP_##symbol
#include "fs/ops.def"
#undef OP
    ;

/* How many paths a call has: one or two. */
static inline unsigned vfs_paths(const struct lx_call *c)
{
    return (vfs_two_paths >> c->op & 1) != 0 ? 2 : 1;
}

/* True where the call follows a symlink in the last component of its path i. */
static inline bool vfs_follows(const struct lx_call *c, unsigned i)
{
    if (c->op == LX_OP_OPEN)
        return (c->flags & O_NOFOLLOW) == 0 &&
               (c->flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    if (c->op == LX_OP_LINK)
        return i == 0 && (c->flags & AT_SYMLINK_FOLLOW) != 0;
    return (vfs_ops[c->op].properties & FOLLOWS) != 0 && (c->flags & AT_SYMLINK_NOFOLLOW) == 0;
}

/* True for a call that looks or reads. Every other may make or change something, or run it. */
bool vfs_looks(const struct lx_call *c);

/* True where the call may make a new entry at its last path. */
static inline bool vfs_may_create(const struct lx_call *c)
{
    return (vfs_ops[c->op].properties & CREATES) != 0 ||
           (c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0);
}

/* True where the call takes its last components from what has them, or may write over that. */
static inline bool vfs_removes(const struct lx_call *c)
{
    const int anew = O_CREAT | O_EXCL;
    if (c->op == LX_OP_OPEN)
        return ((c->flags & O_ACCMODE) != O_RDONLY || (c->flags & O_TRUNC) != 0) &&
               (c->flags & anew) != anew;
    return c->op == LX_OP_UNLINK || c->op == LX_OP_RMDIR || c->op == LX_OP_RENAME ||
           c->op == LX_OP_TRUNCATE;
}

/* True where the call makes, moves or removes a directory entry. */
static inline bool vfs_is_entry(const struct lx_call *c)
{
    return (vfs_ops[c->op].properties & (CHANGES | FOLLOWS)) == CHANGES;
}

#endif
