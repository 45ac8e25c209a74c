/* SPDX-License-Identifier: MIT */
/*
 * The stack of a call that was refused, for the trace: `lxshim run --stacks`. By elfutils' library,
 * which reads the program's memory from here; nothing of it is in the program.
 */
#ifndef LXSHIM_SUPERVISOR_STACK_H
#define LXSHIM_SUPERVISOR_STACK_H

#include "supervisor/request.h"

/* True where lxshim was built with that library, for this machine. */
bool stack_can(void);

/*
 * Answers a call that a rule has refused, and writes who made it to the trace, a line of its own.
 * False where the caller cannot be held: the call still waits then.
 */
bool stack_answer(const struct request *r, long result);

#endif
