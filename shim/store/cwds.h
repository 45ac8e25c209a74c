/* SPDX-License-Identifier: MIT */
/* Whose current directory a directory is. No lock and no lease shows it: only /proc does. */
#ifndef LXSHIM_STORE_CWDS_H
#define LXSHIM_STORE_CWDS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * True where a directory is the current directory of some process. Reading /proc for it takes some
 * tenths of a millisecond, so what was read serves for eight times as long as the reading took: a
 * process that removes a tree reads it now and then, one that removes a directory reads it once.
 */
bool store_is_cwd(dev_t dev, ino_t ino);

/* True where that answers without reading /proc: then it may be asked before anything cheaper. */
bool store_cwds_kept(void);

/*
 * What was read is out of date: this process changed its directory, or made a child that may.
 * May be called by any thread, in a signal handler and in a vfork child.
 */
void store_cwds_forget(void);

#endif
