/* SPDX-License-Identifier: MIT */
/*
 * By what file a process had its own mount table the last time, so that the next open of that need
 * not find out where it has led.
 */
#ifndef LXSHIM_VFS_OWNTABLE_H
#define LXSHIM_VFS_OWNTABLE_H

#include <limits.h>
#include <stdbool.h>

#include "fs/call.h"

/*
 * True, with the kernel's name for it, where an open by one of the usual spellings, for the process
 * itself, has opened that file again, by the mount by which it was noted. One call of the kernel's;
 * none where nothing was noted.
 */
bool owntable_is(const struct lx_call *c, int fd, char path[PATH_MAX]);

/* Notes the file of such an open, which is the process's own table. */
void owntable_note(const struct lx_call *c, int fd);

#endif
