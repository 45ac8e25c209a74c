/* SPDX-License-Identifier: MIT */
/*
 * A policy that was only found: .lxshim.json of the current directory, for which nobody asked. It
 * may be anybody's, so that it, and what it extends, is opened in a way that tells whose it is, and
 * that nothing but its directory is read. What it may say is the law of policy/guest.h.
 */
#ifndef LXSHIM_POLICY_FOUND_H
#define LXSHIM_POLICY_FOUND_H

#include "policy/arena.h"
#include "policy/image.h"

/* What there is to do about a policy that does not get what it wants. */
#define LX_FOUND_CURE                                                                          \
    "to allow it, name the policy (--policy " LX_FOUND_NAME " or LXSHIM_POLICY) or trust its " \
    "directory (lxshim policy trust)"

struct lx_found {
    const char *directory; /* absolute, canonical; all that it may reach is below it */
    int fd;                /* of the directory */
    const char *others;    /* who else may have written it, or a base of it: words; or NULL */
};

/* Begins with a directory, absolute and canonical. Returns 0 or -errno. */
int lx_found_enter(struct lx_arena *arena, struct lx_found *found, const char *directory);

void lx_found_leave(struct lx_found *found);

/*
 * Opens a file for reading, where its canonical path is below the directory; the descriptor is that
 * of the file whose owner was looked at, and of whose path every directory was. `others` is set
 * where somebody else may have written it; for root it is refused then. Returns a descriptor, or -1
 * with *why in words.
 */
int lx_found_open(struct lx_arena *arena, struct lx_found *found, const char *path,
                  const char **why);

#endif
