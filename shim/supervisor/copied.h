/* SPDX-License-Identifier: MIT */
/*
 * Calls that make a name outside every mount. What they say is judged by a copy and used by the
 * kernel's own look at the caller's memory, where another thread may have written something else by
 * then: a name inside a drive that no rule has seen. So the thread is made to make such a call by
 * the copy.
 */
#ifndef LXSHIM_SUPERVISOR_COPIED_H
#define LXSHIM_SUPERVISOR_COPIED_H

#include <stdbool.h>

#include "supervisor/request.h"

/* True where a call makes a name and its caller has other threads. */
bool copied_asks(const struct request *r);

/*
 * Has the caller make the call, once no rule is about it, by what request_strings and request_bring
 * have read. True where it is answered by that; false where the caller may not be traced, as in
 * somebody's debugger, and has to go on by itself.
 */
bool copied_make(const struct request *r);

#endif
