/* SPDX-License-Identifier: MIT */
/* How a line comes to the trace's file. */
#ifndef LXSHIM_VFS_TRACEFILE_H
#define LXSHIM_VFS_TRACEFILE_H

#include "fs/task.h"
#include "vfs/text.h"

/*
 * Writes a line, or leaves it to be written soon, where lxshim run has made room for such. One that
 * cannot be written is counted, for whoever can say so: lxshim run, at its end.
 */
void vfs_trace_write(const struct lx_task *task, const struct text *line);

/*
 * Writes the lines that were left, as far as they can be written: a process is about to end, and
 * who has waited for that reads them.
 */
void vfs_trace_pass_on(const struct lx_task *task);

/*
 * Writes the lines that were left, for who does nothing else: those that cannot be written are
 * counted, and gone. `last`: nobody leaves any more, and whoever is amidst is not waited for.
 * Returns how many there were.
 */
unsigned vfs_trace_flush(const struct lx_task *task, bool last);

#endif
