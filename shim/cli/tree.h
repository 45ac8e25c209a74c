/* SPDX-License-Identifier: MIT */
/* A process and what it has started. */
#ifndef LXSHIM_CLI_TREE_H
#define LXSHIM_CLI_TREE_H

#include <sys/types.h>

/*
 * Kills a process, its children and theirs, as /proc tells them apart. Whoever has lost its parent
 * before is not found.
 */
void tree_kill(pid_t root);

#endif
