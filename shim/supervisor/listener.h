/* SPDX-License-Identifier: MIT */
/* The filter's listener, by which calls come. */
#ifndef LXSHIM_SUPERVISOR_LISTENER_H
#define LXSHIM_SUPERVISOR_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* True when nobody lives under the filter any more. */
bool listener_is_unused(int listener);

/* True while the call with that notification waits, and was given to somebody. */
bool listener_waits(int listener, uint64_t id);

/* Ends a call that waits with an errno. False where it waits no more, or was answered already. */
bool listener_fail(int listener, uint64_t id, int error);

/* Kills the process of a thread whose call waits: not somebody who has got its number since. */
void listener_kill_caller(int listener, uint64_t id, pid_t tid);

/* Kills whoever makes a call, instead of answering it, until nobody lives under the filter. */
void listener_kill_callers(int listener);

#endif
