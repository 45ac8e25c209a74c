/* SPDX-License-Identifier: MIT */
/* A session in a root file system of its own: lxshim wsl --root DIR. */
#ifndef LXSHIM_CLI_WSLROOT_H
#define LXSHIM_CLI_WSLROOT_H

#include "cli/cli.h"
#include "policy/load.h"

/*
 * Makes a directory the root of this process, in a mount namespace where nobody else is, and, where
 * that needs it, a user namespace of this user alone. What a session needs of outside is below
 * /run/lxshim there: the library, and the directory of the policy, by which the request names it
 * from then on; its text is there already. Where the kernel gives no such namespace, or --bind
 * is never, paths are translated into it (foreignroot.h); --bind=always refuses
 * that. Returns false after saying what is missing.
 */
bool wslroot_enter(const struct cli_arguments *arguments, struct lx_request *request);

/* The root by the name that it has in the policy's directory, if it was in that; or NULL. */
const char *wslroot_alias(void);

/* Writes, to out (room bytes), the path that a file of the policy's directory has outside. */
void wslroot_outside(const char *path, char *out, size_t room);

#endif
