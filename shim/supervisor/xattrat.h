/* SPDX-License-Identifier: MIT */
/* setxattrat and getxattrat: what they are given is behind a pointer. */
#ifndef LXSHIM_SUPERVISOR_XATTRAT_H
#define LXSHIM_SUPERVISOR_XATTRAT_H

#include "supervisor/compat.h"

/*
 * Makes arguments of one of the two ones of a call without such a structure, with the answer to
 * that; leaves those of every other call as they are. Returns as compat_take; of these and their
 * relatives -EINVAL or -ENOSYS, too, where the kernel does not know the path's flags.
 */
int xattrat_take(struct compat *c, const struct tracee *t, const struct supervise_call *call,
                 const uint64_t given[6]);

#endif
