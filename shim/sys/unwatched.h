/* SPDX-License-Identifier: MIT */
/* What valgrind's tools for threads are not to look at. */
#ifndef LXSHIM_SYS_UNWATCHED_H
#define LXSHIM_SYS_UNWATCHED_H

#include <stddef.h>

/* Before main, in valgrind: asks the tool whose library list, which is LD_PRELOAD's, names not to
 * look for races on the variables of this object. */
void sys_unwatched_begin(const char *list);

/* The same for memory that all threads share. Does nothing without such a tool. */
void sys_unwatched(const void *start, size_t bytes);

#endif
