/* SPDX-License-Identifier: MIT */
/*
 * What lxshim run gives to a process that may not, or cannot, go to its descriptors by /proc: one
 * that has become another user, is in another user namespace, in a chroot, or where /proc is
 * another's. See policy/giver.h.
 */
#ifndef LXSHIM_PRELOAD_GIVEN_H
#define LXSHIM_PRELOAD_GIVEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy/giver.h"

/* Begins as {.giver = ...}, what lx_state_parse found. */
struct given {
    const char *giver;      /* NULL: nobody gives */
    bool asked;             /* once, for all of it */
    uid_t uid;              /* whose lxshim run is, as this process sees users */
    int fd[LX_GIVER_COUNT]; /* or -1 */
};

/*
 * The descriptor of what lxshim run gives, which given_end closes, or -1. It is waited for as long
 * as a busy machine may take, and no longer. Nothing is allocated.
 */
int given_take(struct given *given, enum lx_giver_what what);

void given_end(struct given *given);

/* True where the giver can be spoken to from here. */
bool given_reaches(const char *giver);

#endif
