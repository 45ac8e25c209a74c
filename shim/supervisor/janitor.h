/* SPDX-License-Identifier: MIT */
/*
 * Who finishes deletions that are pending while a run lasts. A program under the library does so
 * itself when it closes a file; but what a static program closes, what a killed one had open, or
 * one outside the run, nobody tells. So as long as anything is pending, and no longer, this looks.
 */
#ifndef LXSHIM_SUPERVISOR_JANITOR_H
#define LXSHIM_SUPERVISOR_JANITOR_H

#include "policy/policy.h"

/*
 * Starts it, as a thread of this process, for the drives of a policy with counters: policy and
 * counters stay until it has ended. Begins with what a killed run has left. Without a thread, what
 * is left waits for janitor_end. One at a time.
 */
void janitor_start(const struct lx_policy *policy);

/* Hears what cannot be removed: its path, absolute, and why, an errno. */
typedef void janitor_tell(const char *path, int error);

/*
 * Tells the file systems of what is mounted at the start that it is, as whoever mounts something
 * does. Before anything runs by the policy. `tell`, or NULL, hears of each mount what an earlier
 * run has left there for good.
 */
void janitor_prepare(const struct lx_policy *policy, janitor_tell *tell);

/* Ends it, after a last look. */
void janitor_end(void);

/* The look alone: finishes what nobody holds. Where nobody needs to be told of it any more. */
void janitor_look(const struct lx_policy *policy);

#endif
