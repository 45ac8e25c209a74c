/* SPDX-License-Identifier: MIT */
/* What is outside every mount is the caller's own: told in a few system calls, or not at all. */
#ifndef LXSHIM_SUPERVISOR_OUTSIDE_H
#define LXSHIM_SUPERVISOR_OUTSIDE_H

#include <stdbool.h>

#include "policy/policy.h"
#include "supervisor/tracee.h"

/*
 * 1 where a path is certainly outside every mount, and for a call that may follow it so is what it
 * leads to where it is a symlink. `base`: the kernel's name for what a relative one starts from, or
 * NULL. 0 says nothing. -EUCLEAN: the file system is damaged on the way there, outside.
 */
int outside_path(const struct lx_policy *policy, const char *base, const char *path, bool follows);

/*
 * outside_path of a path that is not followed, without a look at what it names: only at its
 * directory, and at the table of mounts for whether it is one, and so no symlink.
 */
bool outside_mount_point(const struct lx_policy *policy, const char *base, const char *path);

/* True where nothing is a mount that is reached from a directory, by the kernel's name for it,
 * without leaving it. */
bool outside_below(const struct lx_policy *policy, const char *directory);

/* True where the program that the caller runs is certainly outside. */
bool outside_program(const struct lx_policy *policy, const struct tracee *t);

/* True where the caller's descriptor, or its current directory, is certainly outside. */
bool outside_descriptor(const struct lx_policy *policy, const struct tracee *t, int fd);

#endif
