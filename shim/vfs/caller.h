/* SPDX-License-Identifier: MIT */
/* Who makes a call, as programs and traces name him. */
#ifndef LXSHIM_VFS_CALLER_H
#define LXSHIM_VFS_CALLER_H

#include <sys/types.h>

#include "fs/task.h"

#define VFS_COMM_ROOM 16

/* His process, whichever of its threads he is. */
int vfs_pid_of(const struct lx_task *task);

/* The name of his thread, as ps shows it; empty where it cannot be read. */
void vfs_comm_of(const struct lx_task *task, char comm[VFS_COMM_ROOM]);

/* By which user he acts on files. */
uid_t vfs_uid_of(const struct lx_task *task);

/* What he calls a descriptor of this process that the call is on. */
int vfs_number_of(const struct lx_task *task, int fd);

#endif
