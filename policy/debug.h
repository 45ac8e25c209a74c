/* SPDX-License-Identifier: MIT */
/* LXSHIM_DEBUG: which floors say what they decide, and where to. */
#ifndef LXSHIM_POLICY_DEBUG_H
#define LXSHIM_POLICY_DEBUG_H

#include <stddef.h>

#include "policy/policy.h"

#define LX_DEBUG_VARIABLE "LXSHIM_DEBUG"

/* The words there are, as they are told: "mounts, locate, ...". */
extern const char lx_debug_words[];

/*
 * Notes in a policy what a value of the variable (NULL: nothing) asks for: words with commas in
 * between, and a colon with the absolute path of a file to append to after them, or standard error.
 * That path has to stay where it is. Returns the first word that is none, *n its length in bytes;
 * NULL where there is no such. The others hold all the same.
 */
const char *lx_debug_start(struct lx_policy *policy, const char *value, size_t *n);

#endif
