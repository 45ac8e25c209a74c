/* SPDX-License-Identifier: MIT */
/* mount(2) and umount2(2): decided here, and made by the caller, whose right to it the kernel
 * judges. */
#ifndef LXSHIM_SUPERVISOR_MOUNTING_H
#define LXSHIM_SUPERVISOR_MOUNTING_H

#include "fs/call.h"
#include "supervisor/calls.h"
#include "supervisor/tracee.h"

/* True for one that says by no path whether it is about a mount of ours. */
bool mounting_looks(long nr);

/* True for a system call that changes what is mounted, and may be about a mount of ours. */
bool mounting_asks(long nr);

/*
 * Answers one, as decide() does: -LX_CONTINUE where it is none of ours, with *answered set where
 * the caller has its answer already.
 */
long mounting(struct lx_task *task, const struct tracee *tracee, const struct supervise_call *call,
              const uint64_t given[6], const long args[6], bool *answered);

#endif
