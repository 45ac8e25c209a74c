/* SPDX-License-Identifier: MIT */
/* Who asks for seccomp's strict mode, which the kernel refuses below a filter: see sys/strict.h. */
#ifndef LXSHIM_SUPERVISOR_STRICT_H
#define LXSHIM_SUPERVISOR_STRICT_H

#include <stdbool.h>

#include "supervisor/tracee.h"

/*
 * True for the numbers of prctl and seccomp, of which tools/filter.c has that one request trapped.
 * (Not for those of 32-bit x86: a program of that kind is refused.)
 */
bool strict_asks(const struct tracee *tracee, long nr);

/*
 * Puts the caller where the mode would have put it, if nothing but our own filter is in the way.
 * True where it has its answer; false: the kernel's is right, or we may not.
 */
bool strict_enter(const struct tracee *tracee);

#endif
