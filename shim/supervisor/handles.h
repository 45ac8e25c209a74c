/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_SUPERVISOR_HANDLES_H
#define LXSHIM_SUPERVISOR_HANDLES_H

#include "fs/call.h"
#include "supervisor/tracee.h"

/*
 * open_by_handle_at, which opens a file without any name: what it names inside a mount is opened by
 * the name it has there, so that the rules are heard. Returns a descriptor, -errno (-ESTALE where
 * it has no name any more), or -LX_CONTINUE where it is outside or the kernel refuses it anyway.
 */
long handles_open(const struct lx_task *task, const struct tracee *tracee, const uint64_t given[6],
                  const long args[6]);

#endif
