/* SPDX-License-Identifier: MIT */
/* One of the processes that answer calls. */
#ifndef LXSHIM_SUPERVISOR_WORKER_H
#define LXSHIM_SUPERVISOR_WORKER_H

#include "policy/policy.h"
#include "supervisor/pool.h"

/* Takes calls until nobody is left to make any, or too many are parked. It is born parked. */
_Noreturn void worker_run(const struct lx_policy *policy, struct pool *pool, struct slot *slot);

#endif
