/* SPDX-License-Identifier: MIT */
/* Descriptors that only name a file, O_PATH: the kernel does not let us hand one over. */
#ifndef LXSHIM_SUPERVISOR_PATHFD_H
#define LXSHIM_SUPERVISOR_PATHFD_H

#include "fs/call.h"
#include "supervisor/tracee.h"

/*
 * The rules have opened `fd`, which is closed, for a caller who asked for it by dfd/path with
 * `flags`. Returns -LX_CONTINUE where the kernel opens the same by the caller's own words; else the
 * caller is made to open it by the kernel's: -DECIDE_ANSWERED, or -errno as force() has it.
 */
long pathfd_open(const struct lx_task *task, const struct tracee *tracee, int dfd, const char *path,
                 int flags, int fd);

#endif
