/* SPDX-License-Identifier: MIT */
/* Says why: one JSON line per call in the trace file, and the counters of a run's summary. */
#ifndef LXSHIM_VFS_EXPLAIN_H
#define LXSHIM_VFS_EXPLAIN_H

#include "fs/call.h"

/* Records a finished call with its result (or -errno). Never fails and never disturbs the call. */
void vfs_explain(const struct lx_call *c, long result);

#endif
