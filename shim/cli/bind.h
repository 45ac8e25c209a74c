/* SPDX-License-Identifier: MIT */
/*
 * Mounts whose backing is elsewhere, as bind mounts in a mount namespace of our own: the kernel's
 * paths are then right for everybody in it, and nothing has to be translated.
 */
#ifndef LXSHIM_CLI_BIND_H
#define LXSHIM_CLI_BIND_H

#include <stdbool.h>

#include "policy/effective.h"

enum bind_when {
    BIND_AUTO,   /* where it changes nothing outside the mounts: with the privilege to mount */
    BIND_ALWAYS, /* else in a user namespace, too; or not at all */
    BIND_NEVER
};

/* What a mount namespace takes, for whoever got none. */
#define BIND_WANTS                                                                                \
    "that needs root, or user namespaces, which the kernel has and may have been told to refuse " \
    "(user.max_user_namespaces, kernel.unprivileged_userns_clone, "                               \
    "kernel.apparmor_restrict_unprivileged_userns, a container's seccomp profile)"

/*
 * Goes into a user namespace of one user, who has those ids in it, and a mount namespace: everybody
 * else is nobody there, and setuid programs change nothing. Returns 0 or -errno.
 */
int bind_become(unsigned user, unsigned group);

/*
 * Goes into a mount namespace from which no mount gets out; with BIND_ALWAYS in a user namespace
 * that has this user alone, where it is not to be had otherwise. Returns 0 or -errno.
 */
int bind_enter(enum bind_when when);

/*
 * Goes into a mount namespace, which ends with the last process in it, where there is something to
 * mount or the policy says volumes, which the command may mount; and mounts there what can be;
 * those mounts of the policy are marked as bound, the others will be translated. A current
 * directory in one of them is entered anew, by the target's name. `verbose`: tells what was done,
 * or why not. Returns true to go on; false, after saying why, where BIND_ALWAYS could not be done.
 */
bool bind_mounts(struct lx_effective *policy, enum bind_when when, bool verbose);

#endif
