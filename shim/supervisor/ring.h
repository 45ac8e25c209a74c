/* SPDX-License-Identifier: MIT */
/*
 * io_uring_setup, trapped. The ring belongs to whoever makes it: its memory, its rights and, for
 * some flags, its only submitter. So the caller makes it, by what sys/ring.h says.
 */
#ifndef LXSHIM_SUPERVISOR_RING_H
#define LXSHIM_SUPERVISOR_RING_H

#include <stdbool.h>

#include "supervisor/tracee.h"

/* True for a call that asks for a ring: the same number to every program. */
bool ring_asks(long nr);

/*
 * Has the caller make it. Returns the call's result, with *answered: the caller has it. Else
 * -errno: -ENOSYS where it cannot be made, since somebody else traces the caller, or a filter of
 * its own may end it for calls that it has not made.
 */
long ring_make(const struct tracee *tracee, const uint64_t args[6], bool *answered);

#endif
