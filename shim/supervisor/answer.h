/* SPDX-License-Identifier: MIT */
/* One trapped call, from its numbers to the answer. */
#ifndef LXSHIM_SUPERVISOR_ANSWER_H
#define LXSHIM_SUPERVISOR_ANSWER_H

#include <linux/seccomp.h>

#include "policy/policy.h"
#include "supervisor/pool.h"

/*
 * Answers a call that was received from the pool's listener: makes it for the caller where a rule
 * touches it, and lets the caller go on by itself where none does. Results, memory and descriptors
 * are the caller's when this returns.
 */
void supervise_answer(const struct lx_policy *policy, struct pool *pool, struct slot *slot,
                      const struct seccomp_notif *call);

#endif
