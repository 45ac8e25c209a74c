/* SPDX-License-Identifier: MIT */
/* Whose children a process is, for the trace: by their names, the nearest first. */
#ifndef LXSHIM_VFS_ANCESTRY_H
#define LXSHIM_VFS_ANCESTRY_H

#include "fs/task.h"
#include "vfs/text.h"

/*
 * Puts ,"parents":["sh","node","npm"] as far as /proc tells them and up to lxshim, which began the
 * run; nothing where this was told of that process before. Who reads a trace knows it by its pid.
 */
void vfs_put_parents(struct text *t, const struct lx_task *task);

#endif
