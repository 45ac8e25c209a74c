/* SPDX-License-Identifier: MIT */
/* Who may have written a file: a policy that was only found, a list of directories to trust. */
#ifndef LXSHIM_POLICY_WRITERS_H
#define LXSHIM_POLICY_WRITERS_H

#include "policy/arena.h"

/*
 * Who may write an open file, or put another one into an open directory, besides the user and root:
 * "user 7 owns NAME"; NULL where that is nobody. In a directory with the sticky bit nobody replaces
 * what is not his. Groups count, whoever is in them.
 */
const char *lx_other_writers(struct lx_arena *arena, int fd, const char *name);

#endif
