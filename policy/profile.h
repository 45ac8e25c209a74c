/* SPDX-License-Identifier: MIT */
/* The built-in profiles: a name for a value of every rule, and for more of them on some axes. */
#ifndef LXSHIM_POLICY_PROFILE_H
#define LXSHIM_POLICY_PROFILE_H

#include <stddef.h>

#include "policy/axes.h"
#include "policy/rules.h"

/* The profile every policy starts from unless it names another. */
#define LX_DEFAULT_PROFILE "drvfs"

/* A built-in profile with the profiles it extends taken in. */
struct lx_profile {
    const char *name;
    const char *summary;
    const char *extends;             /* the profile it starts from, or NULL */
    const char *from[LX_RULE_COUNT]; /* the profile that states a rule; NULL: rules.def alone */
    const char *on_from[LX_AXES][LX_RULE_COUNT];
    enum lx_value rules[LX_RULE_COUNT]; /* all of them */
    uint8_t on[LX_AXES][LX_RULE_COUNT]; /* values over these; LX_UNSAID for none */
};

/*
 * The profile of that name, or NULL. It lives as long as the program. A built-in profile that
 * cannot be read is a mistake in this program, and ends it.
 */
const struct lx_profile *lx_profile_find(const char *name);

/* The profile at a place of the list; NULL after the last. */
const struct lx_profile *lx_profile_at(size_t index);

/* The nearest name of a profile, or NULL. */
const char *lx_profile_nearest(const char *name);

#endif
