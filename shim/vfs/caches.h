/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys/vm/drop_caches, by whatever path it is reached: who may open it for writing has file
 * systems of the run forget what they remember. The open is seen wherever it is made; what is
 * written, by which the kernel tells pages from directory entries, is not.
 */
#ifndef LXSHIM_VFS_CACHES_H
#define LXSHIM_VFS_CACHES_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

/* True for a path (n bytes) whose last name is that of the file. A look at a few bytes. */
bool caches_named(const char *path, size_t n);

/* True for a call by which it may be opened for writing, by its last name. */
bool caches_names_one(const struct lx_call *c);
static inline bool caches_may_drop(const struct lx_call *c)
{
    return c->op == LX_OP_OPEN && c->at[0].mount == NULL && (c->flags & O_PATH) == 0 &&
           (c->flags & O_ACCMODE) != O_RDONLY && caches_names_one(c);
}

/* After such a call has got a descriptor from the kernel. */
void caches_opened(struct lx_call *c, int fd);

#endif
