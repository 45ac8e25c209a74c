/* SPDX-License-Identifier: MIT */
/*
 * The directory a call starts from. For as long as a call takes, its worker goes to the caller's
 * current directory, or to that of a descriptor: relative paths are then what they are to the
 * caller, whatever becomes of the directory's name, and nothing has to be opened and closed.
 */
#ifndef LXSHIM_SUPERVISOR_PLACE_H
#define LXSHIM_SUPERVISOR_PLACE_H

#include <stdbool.h>

#include "supervisor/tracee.h"

#define PLACE_NONE (-1) /* no descriptor: the call has no relative path */

/* Goes to the directory of the caller's descriptor, or of AT_FDCWD. Returns 0 or -errno. */
int place_go(const struct tracee *t, int fd);

/* True where the worker is there. */
bool place_is(int fd);

/* The kernel's name for where the worker is, NULL where it has none. */
const char *place_name(void);

/*
 * The kernel's name for a directory of the caller's, whether the worker is there or not; NULL where
 * it has none. Valid until the next is asked for. It goes there where that comes cheaper: `stays`
 * if the call is one that starts there, and the last one was inside a mount.
 */
const char *place_name_of(const struct tracee *t, int fd, bool stays);

/* The call is over, as far as paths go: back home. `inside`: it was about a mount. */
void place_leave(bool inside);

#endif
