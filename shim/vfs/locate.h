/* SPDX-License-Identifier: MIT */
/* The fast way to a path: decides from remembered verdicts where it leads, without walking it. */
#ifndef LXSHIM_VFS_LOCATE_H
#define LXSHIM_VFS_LOCATE_H

#include <fcntl.h>

#include "fs/call.h"
#include "vfs/verdict.h"

/* What locating a path says beside its lx_loc: for the descriptor that an open may return. */
struct vfs_found {
    struct verdict self; /* of the object, if it is a directory and no symlink */
    uint64_t stamp;      /* when that was so */
    uint64_t hash;       /* of its spelling; 0 where it is not known, or only by vfs_spelling */
    uint64_t base;       /* of the directory that the path starts from, for vfs_spelling, or 0 */
    size_t length;       /* of the path */
    uint64_t dir_hash;   /* of a directory that the open itself is to prove, or 0 */
    struct verdict dir;  /* on that directory */
};

/*
 * Fills c->at[i] for c->path[i], which vfs_has_path. Returns 0, or LX_EWALK where only the walk can
 * tell; then only `stamp` is found. The path in c->at[i] is the program's own, untouched.
 */
int vfs_locate(struct lx_call *c, unsigned i, struct vfs_found *found);

/*
 * The same where all of it is remembered and nothing about the spelling is special: nearly every
 * call of nearly every program. False for whatever else, path or none.
 */
bool vfs_locate_remembered(struct lx_call *c, unsigned i, struct vfs_found *found);

/* The hash by which the object at path i would be remembered, was it a directory; 0 for none. */
static inline uint64_t vfs_spelling(const struct lx_call *c, unsigned i,
                                    const struct vfs_found *found)
{
    if (found->hash != 0 || found->base == 0)
        return found->hash;
    return verdict_hash(found->base, c->path[i], found->length);
}

/* The properties of operations: see ops.def. */
enum vfs_op_property { FOLLOWS = 1, PROBES = 2, CHANGES = 4, CREATES = 8 };

struct vfs_op {
    const char *word;
    uint8_t paths;
    uint8_t properties;
};

extern const struct vfs_op vfs_ops[LX_OP_COUNT];

/* True where the call follows a symlink in the last component of its path i. */
bool vfs_follows(const struct lx_call *c, unsigned i);

/* False for a path that the kernel refuses unseen: a bad address, empty where that means nothing.
 */
bool vfs_has_path(const struct lx_call *c, unsigned i);

/* True where the call may make a new entry at its last path. */
static inline bool vfs_may_create(const struct lx_call *c)
{
    return (vfs_ops[c->op].properties & CREATES) != 0 ||
           (c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0);
}

/* True where the call makes, moves or removes a directory entry. */
static inline bool vfs_is_entry(const struct lx_call *c)
{
    return (vfs_ops[c->op].properties & (CHANGES | FOLLOWS)) == CHANGES;
}

/* The verdict on an open descriptor (AT_FDCWD: the cwd). `hash` as in struct vfs_found. */
struct verdict vfs_descriptor(const struct lx_task *task, int fd, uint64_t *hash);

#endif
