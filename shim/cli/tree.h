/* SPDX-License-Identifier: MIT */
/*
 * The directory of a run in which made-up trees are (fs/tree.h), what is in them at the start, and
 * the mounts by which programs see them. It goes with the run.
 */
#ifndef LXSHIM_CLI_TREE_H
#define LXSHIM_CLI_TREE_H

#include <stdbool.h>

#include "policy/cgroups.h"
#include "policy/effective.h"

/*
 * Makes what the policy's rules want, and adds its mounts to the policy. Returns the directory, to
 * be freed; NULL where nothing is wanted, or it cannot be had, which is said.
 */
char *tree_make(struct lx_effective *policy, const struct lx_cgroups_said *asked);

/* Removes a directory with all that is in it, but for what is mounted there. NULL does nothing. */
void tree_remove(const char *directory);

#endif
