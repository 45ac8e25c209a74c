/* SPDX-License-Identifier: MIT */
/*
 * The fast way to a path below the target of a mount whose backing is elsewhere: the kernel's own
 * spelling of it, which is then looked up as that of a mount in place.
 */
#ifndef LXSHIM_VFS_TRANSLATED_H
#define LXSHIM_VFS_TRANSLATED_H

#include "fs/call.h"

/* True where a path of a call may be one: it costs a few loads. */
static inline bool translated_may_be(const struct lx_call *c)
{
    return lx_redirects(c->task->policy) && lx_remembers(c->task) && !c->task->on_behalf &&
           c->task->root == NULL;
}

/*
 * A call with a path below the target of a mount whose backing is elsewhere: by the kernel's
 * spelling of it, as if the mount was in place. Returns the result or -errno; -LX_EWALK where only
 * the walk can tell.
 */
long vfs_run_translated(struct lx_call *c);

#endif
