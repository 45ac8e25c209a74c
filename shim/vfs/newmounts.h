/* SPDX-License-Identifier: MIT */
/*
 * The calls by which util-linux mounts from 2.39 on: fsopen, fsconfig, fsmount, move_mount and
 * their relatives, for mounts of ours. What the kernel keeps in a file system context, a small
 * memory file keeps here, which is the descriptor that the program has; so that it may pass it on,
 * and nothing is left when the last one is closed. What was configured is mounted at move_mount,
 * and so is what open_tree has cloned of a drive (see clone.h).
 *
 * Each answers -LX_CONTINUE for what is none of ours. Arguments are the kernel's.
 */
#ifndef LXSHIM_VFS_NEWMOUNTS_H
#define LXSHIM_VFS_NEWMOUNTS_H

#include "fs/call.h"

long lx_fsopen(const struct lx_task *t, const char *type, unsigned flags);
long lx_open_tree(const struct lx_task *t, int dirfd, const char *path, unsigned flags);

/*
 * The same of open_tree_attr(2), as the system call has its arguments, with the attributes of a
 * mount_setattr(2) on what comes out: of a clone, or of the mount itself. `readable`: the structure
 * can be read here.
 */
long vfs_open_tree_attr(const struct lx_task *t, const long a[6], bool readable);

long lx_fspick(const struct lx_task *t, int dirfd, const char *path, unsigned flags);
long lx_fsconfig(const struct lx_task *t, int fd, unsigned command, const char *key,
                 const char *value, int aux);

/* True for what may come with a command of fsconfig: the kernel looks at that before all else. */
bool lx_fsconfig_fits(unsigned command, bool key, bool value, int aux);

long lx_fsmount(const struct lx_task *t, int fd, unsigned flags, unsigned attributes);
long lx_move_mount(const struct lx_task *t, int from, const char *path, int to, const char *target,
                   unsigned flags);

/* True for a link of /proc's that a descriptor of such a context has. */
bool lx_is_context(const char *link);

#endif
