/* SPDX-License-Identifier: MIT */
/* mount(2) and umount2(2): decided here, and made by the caller, whose right to it the kernel
 * judges. */
#ifndef LXSHIM_SUPERVISOR_MOUNTING_H
#define LXSHIM_SUPERVISOR_MOUNTING_H

#include "supervisor/request.h"

/* True for one that says by no path, or not by that alone, whether it is about a mount of ours. */
bool mounting_looks(long nr);

/* True for a system call that changes what is mounted, and may be about a mount of ours. */
bool mounting_asks(long nr);

/*
 * Answers one, as decide() does: -LX_CONTINUE where it is none of ours, with r->answered where the
 * caller was held to make it, and has its answer already.
 */
long mounting(struct request *r);

/*
 * True for an fsconfig of a context of ours whose texts cannot be read: what the kernel refuses
 * with EINVAL, since it knows no such context, is EFAULT.
 */
bool mounting_faults(const struct request *r);

#endif
