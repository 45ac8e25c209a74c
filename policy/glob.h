/* SPDX-License-Identifier: MIT */
/* Globs of overrides. Our own: fnmatch may allocate and asks the locale. Pure functions. */
#ifndef LXSHIM_POLICY_GLOB_H
#define LXSHIM_POLICY_GLOB_H

#include <stdbool.h>

/*
 * Matches a path against a glob: `*` any characters but '/', `**` any characters, a leading `**`
 * with its slash also no directory at all, `?` one but '/',
 * `[a-z]` `[!a-z]` one of a set, `\` takes the next character as it is.
 */
bool lx_glob_match(const char *glob, const char *path);

/* NULL for a well-formed glob, or what is wrong with it. */
const char *lx_glob_error(const char *glob);

#endif
