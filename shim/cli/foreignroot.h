/* SPDX-License-Identifier: MIT */
/* A root file system that is translated, where the kernel gives no mount namespace for one. */
#ifndef LXSHIM_CLI_FOREIGNROOT_H
#define LXSHIM_CLI_FOREIGNROOT_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/effective.h"

/*
 * Takes a directory, a canonical path, for the root of what this process will run, and goes there.
 * `policy`: the directory of its policy, which programs find by its own name. False after saying
 * why its programs cannot be run.
 */
bool foreignroot_take(const char *directory, const char *policy);

/* The directory, or NULL where none was taken. */
const char *foreignroot(void);

/* A user by the files of the root that there is. NULL for nobody. */
const struct passwd *foreignroot_user(const char *name);

/*
 * Puts the root, and what is the host's in it, before what a policy mounts. `type`: what file
 * system it is of. False where there is no room for them.
 */
bool foreignroot_mount(struct lx_effective *policy, enum lx_mount_type type);

#endif
