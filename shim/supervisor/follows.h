/* SPDX-License-Identifier: MIT */
/* Whether a call follows a symlink that is the last component of a path. */
#ifndef LXSHIM_SUPERVISOR_FOLLOWS_H
#define LXSHIM_SUPERVISOR_FOLLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/calls.h"

/*
 * True where a call with these arguments follows its path i, and what that names is not itself
 * meant. What the kernel refuses may be said to be either.
 */
bool follows(const struct supervise_call *call, unsigned i, const uint64_t given[6]);

#endif
