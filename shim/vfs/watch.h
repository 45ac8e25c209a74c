/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a mount by an opened mount table. The program's descriptor is one of memory, which
 * wakes nobody: so the kernel's own file is opened anew for as long as somebody waits, which wakes
 * for all that the kernel mounts, and beside it a watch of the run's table of mounts, which whoever
 * mounts something by that alone touches (mounts/table.h).
 *
 * What the program's memory says is what it has seen: where the table is another by now, something
 * was mounted between, and nobody has to wait.
 */
#ifndef LXSHIM_VFS_WATCH_H
#define LXSHIM_VFS_WATCH_H

#include "fs/task.h"

#define WATCH_NAME 256 /* bytes of a name that a made-up file can have */

struct vfs_watch {
    int kernel;            /* the kernel's file: POLLPRI and POLLERR */
    int table;             /* inotify's: POLLIN; -1 where the run has no such table */
    char name[WATCH_NAME]; /* of the kernel's file */
};

/*
 * Begins to watch for a task by a descriptor of this process. False where that is of no mount
 * table, or there is nothing to watch by.
 */
bool vfs_watch_begin(const struct lx_task *t, int fd, struct vfs_watch *w);

/*
 * The table as it is by now: a descriptor of it, at the place where the given one is, to be put in
 * that one's place; -EAGAIN where it says the same; or -errno.
 */
int vfs_watch_anew(const struct lx_task *t, int fd, const struct vfs_watch *w);

/* The same for this process's own descriptor, which has it then. True where that was another. */
bool vfs_watch_renew(const struct lx_task *t, int fd, const struct vfs_watch *w);

/*
 * Watches the run's table of mounts alone: a descriptor of inotify's that does not block, -1 where
 * the run has none.
 */
int vfs_watch_table(const struct lx_policy *policy);

void vfs_watch_end(const struct vfs_watch *w);

#endif
