/* SPDX-License-Identifier: MIT */
/* Calls that take as long as on a client of Windows' drives: a policy's latency. */
#ifndef LXSHIM_VFS_LATENCY_H
#define LXSHIM_VFS_LATENCY_H

#include "fs/call.h"

/*
 * After a call that has been answered r, in a policy with a latency: counts what it costs, if it
 * led into a drive, and waits for as long.
 */
void vfs_take_time(const struct lx_call *c, long r);

#endif
