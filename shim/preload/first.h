/* SPDX-License-Identifier: MIT */
/* The first process of a tree: finds its policy and makes the state that its children inherit. */
#ifndef LXSHIM_PRELOAD_FIRST_H
#define LXSHIM_PRELOAD_FIRST_H

#include <stddef.h>

/*
 * Writes the value of LXSHIM_STATE to out: from LXSHIM_POLICY, .lxshim.json in the current
 * directory, or the built-in default. JSON is read by the lxshim program, found beside `library` or
 * where it was installed, so that no parser enters this process. Returns 0 or -errno; where the
 * lxshim program refused the policy it has said why, and this exits with 125.
 */
int lx_first_state(char *out, size_t room, const char *library, char *const *env);

/* What an -errno of lx_first_state means; after -EIO, `out` has what follows. */
const char *lx_first_problem(int error);

#endif
