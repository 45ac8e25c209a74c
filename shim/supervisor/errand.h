/* SPDX-License-Identifier: MIT */
/*
 * What a caller that is confined in a way that no worker can take over (Landlock, a security
 * module's label, a user namespace that may not be entered) is sent to do itself. The rules are
 * heard and the names spelled by the worker; each call that changes or opens something is made by
 * the caller, by injection, so that the kernel judges it as whom it is.
 */
#ifndef LXSHIM_SUPERVISOR_ERRAND_H
#define LXSHIM_SUPERVISOR_ERRAND_H

#include "supervisor/credentials.h"
#include "supervisor/request.h"

/* From here on the worker's calls for this request are the caller's errands. */
void errand_begin(const struct request *r, enum credentials which);

/*
 * In place of sys_open, for what the caller gets: true where it is an errand. *fd is a copy of the
 * descriptor that the caller has then, or -errno.
 */
bool errand_open(int *fd, int dfd, const char *path, int flags, mode_t mode, unsigned resolve);

/*
 * The caller's number of a descriptor that errand_open gave; -EACCES for one that the caller did
 * not open, and may not get.
 */
long errand_number(int fd);

/*
 * The end: with true the call has been answered with `result`, or with a descriptor that
 * errand_open gave; what else was opened on the way is closed.
 */
bool errand_end(long result);

#endif
