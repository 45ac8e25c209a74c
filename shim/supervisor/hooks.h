/* SPDX-License-Identifier: MIT */
/*
 * What a worker does for a task of its caller's: see struct lx_task_ops. The task's owner is the
 * request that it is in.
 */
#ifndef LXSHIM_SUPERVISOR_HOOKS_H
#define LXSHIM_SUPERVISOR_HOOKS_H

#include "fs/task.h"

/* Opens what the caller will get. */
int hook_open(const struct lx_task *task, int dfd, const char *path, int flags, mode_t mode,
              unsigned resolve);

/* Opens a mount table that tells by itself: see livetable.h. */
int hook_table(const struct lx_task *task, const char *name, int fd, int flags);

/* Before something that may wait for long. */
void hook_waits(const struct lx_task *task);

/* Takes the caller's umask; who runs the call puts it down: r->masked. */
void hook_mask(const struct lx_task *task);

/* True once anybody of the run may have a umask that takes an owner's write bit: pool.h. */
bool hook_masks_write(const struct lx_task *task);

/* The trace has a line of its call, which was refused: r->refused. */
void hook_refused(const struct lx_task *task);

/* What the caller calls a descriptor that was fetched. */
int hook_number(const struct lx_task *task, int fd);

/* By which user the caller acts on files. */
uid_t hook_uid(const struct lx_task *task);

/* The process of the caller, which is a thread of it. */
int hook_process(const struct lx_task *task);

/* All of these, for a table that has more. */
#define HOOKS                                                                             \
    .open = hook_open, .waits = hook_waits, .mask = hook_mask, .refused = hook_refused,   \
    .number = hook_number, .uid = hook_uid, .process = hook_process, .table = hook_table, \
    .masks_write = hook_masks_write

/*
 * Lets the master's sign through, or no more. Only around calls that wait: an ADDFD that is
 * interrupted would answer the caller without having given it anything.
 */
void hooks_hear(bool on);

#endif
