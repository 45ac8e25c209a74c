/* SPDX-License-Identifier: MIT */
/* A process of ours that nobody waits for, nor for what it has. */
#ifndef LXSHIM_SUPERVISOR_DETACH_H
#define LXSHIM_SUPERVISOR_DETACH_H

#include <stddef.h>

/*
 * Leaves everything behind that others might wait for: standard streams that end in somebody's
 * pipe, descriptors but `count` ones to keep (negative ones: none), the current directory, the
 * terminal's process group.
 */
void detach(const int *keep, size_t count);

#endif
