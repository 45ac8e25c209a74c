/* SPDX-License-Identifier: MIT */
/* What of a mount only the kernel does, and for whom it does it. */
#ifndef LXSHIM_VFS_ASK_H
#define LXSHIM_VFS_ASK_H

#include "fs/task.h"
#include "sys/sys.h"

/* Has the task make a call of the kernel's. */
static inline long vfs_ask(const struct lx_task *t, long nr, const long args[6])
{
    if (t->ops != NULL && t->ops->mounts != NULL)
        return t->ops->mounts(t, nr, args);
    return SYS5(nr, args[0], args[1], args[2], args[3], args[4]);
}

#endif
