/* SPDX-License-Identifier: MIT */
/*
 * Takes over what LXSHIM_STATE says. It comes from the environment, and so do the names of files in
 * it: whatever is mapped has been looked at before, and nothing is opened for writing but what has
 * our mark and our owner.
 */
#ifndef LXSHIM_PRELOAD_ADOPT_H
#define LXSHIM_PRELOAD_ADOPT_H

#include "policy/policy.h"

/*
 * Lays out the policy of a value of LXSHIM_STATE; `room` (`size` bytes), aligned for an image,
 * keeps one that lies in the value itself. Returns 0, -EINVAL for what is damaged, -ENOENT where
 * the image's file is gone, -EPERM where it is another user's, or others may write it, or another
 * -errno.
 */
int lx_adopt(const char *value, struct lx_policy *policy, char *room, size_t size);

/*
 * Maps the counters that the policy's image names and the table of the run's mounts, where they are
 * there and ours; what cannot be opened is asked for where the value names a giver.
 */
void lx_adopt_run(const char *value, struct lx_policy *policy);

/* True where a program that this process becomes now will have the counters, too, by that value. */
bool lx_adopt_again(const char *value, const struct lx_policy *policy);

/* Finds out in which mount namespace this process is: at the start, and after it went to another.
 */
void lx_adopt_space(struct lx_policy *policy);

#endif
