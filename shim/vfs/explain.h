/* SPDX-License-Identifier: MIT */
/* Says why: one JSON line per call in the trace file, and the counters of a run's summary. */
#ifndef LXSHIM_VFS_EXPLAIN_H
#define LXSHIM_VFS_EXPLAIN_H

#include "fs/call.h"
#include "policy/tracelines.h"
#include "vfs/text.h"

/* Records a finished call with its result (or -errno). Never fails and never disturbs the call. */
void vfs_explain(const struct lx_call *c, long result);

/* Bytes of a line, the last so many of which its end takes. */
#define VFS_LINE_ROOM LX_LINE_ROOM
#define VFS_LINE_END  3

/*
 * A line about a call that is none of struct lx_call's: time and caller, with an open brace; what
 * it answered; the end, with which it is written to the trace that there is.
 */
void vfs_line_begin(struct text *t, const struct lx_task *task);
void vfs_line_result(struct text *t, long result);
void vfs_line_end(struct text *t, const struct lx_task *task);

#endif
