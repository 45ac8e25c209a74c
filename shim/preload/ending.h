/* SPDX-License-Identifier: MIT */
/* Names that end a descriptor, and by that perhaps a deletion that was pending. */
#ifndef LXSHIM_PRELOAD_ENDING_H
#define LXSHIM_PRELOAD_ENDING_H

#include "preload/shim.h"
#include "vfs/finish.h"

/* True where the end of a descriptor has to be looked at: one test for nearly all. */
static inline bool ending_matters(int fd)
{
    return vfs_end_matters(lx_self(), fd);
}

/*
 * Calls `end`, which ends the descriptor, and finishes what was pending behind it. Returns what
 * `end` returns, and leaves errno as it does.
 */
long ending(int fd, long (*end)(void *what), void *what);

#endif
