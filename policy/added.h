/* SPDX-License-Identifier: MIT */
/* What a session mounts besides what its policy says. */
#ifndef LXSHIM_POLICY_ADDED_H
#define LXSHIM_POLICY_ADDED_H

/* A drive, and what is said before what is wrong with it. */
struct lx_added {
    const char *source;
    const char *target;
    const char *options; /* or "" */
    const char *said;
    const char *options_said; /* the same of its options */
};

#endif
