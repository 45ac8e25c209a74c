/* SPDX-License-Identifier: MIT */
/* A supervisor's filter, and seccomp's strict mode under it. */
#ifndef LXSHIM_PRELOAD_STRICT_H
#define LXSHIM_PRELOAD_STRICT_H

/*
 * For a program to which the kernel has answered EINVAL when it asked for the mode: does what comes
 * nearest, where nothing but our own supervisor's filter is in the way. Returns 0 or -EINVAL.
 */
long lx_strict(void);

#endif
