/* SPDX-License-Identifier: MIT */
/* Files of state (policy/stamp.h) that nobody needs any more. */
#ifndef LXSHIM_CLI_LEFTOVERS_H
#define LXSHIM_CLI_LEFTOVERS_H

#include "policy/stamp.h"

/*
 * Where there is nothing to remove, this is one readdir of /dev/shm; /proc is read where there is.
 *
 * Removes this user's files of state that no process has a use for: whom they were made for has
 * ended, and so has everything that came from it. `ended`: who counts as such though it lives,
 * since it is the caller; or NULL. `everywhere`: looks into the second-best directories, too. What
 * cannot be told stays. Returns whether anything did that was made for `ended`.
 */
bool leftovers_remove(const struct lx_stamp *ended, bool everywhere);

/*
 * Says, in a line on stderr, that what an earlier run has left beside a root of WSL's cannot be
 * removed: its path, absolute, the reason, an errno, and what helps.
 */
void leftovers_say(const char *path, int error);

#endif
