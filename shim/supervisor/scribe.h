/* SPDX-License-Identifier: MIT */
/*
 * Who writes the lines of a trace that processes of the run have left: a hundredth of a second
 * after the first of them, so that a trace can be watched, and little is lost where this is killed.
 */
#ifndef LXSHIM_SUPERVISOR_SCRIBE_H
#define LXSHIM_SUPERVISOR_SCRIBE_H

#include "policy/policy.h"

/*
 * Starts it, as a thread of this process, where the policy has such lines; it stays until that has
 * ended. Without a thread they are written by who finds no place for another one, and at the end.
 */
void scribe_start(const struct lx_policy *policy);

/* Ends it. What is left is written, and no line is left any more. */
void scribe_end(const struct lx_policy *policy);

#endif
