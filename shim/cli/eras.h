/* SPDX-License-Identifier: MIT */
/* Which values a rule has in which eras and on which kinds of volumes, and why. */
#ifndef LXSHIM_CLI_ERAS_H
#define LXSHIM_CLI_ERAS_H

#include "policy/profile.h"
#include "policy/rules.h"

/* A value, where it holds, and why we believe it. */
struct era_value {
    enum lx_rule rule;
    enum lx_value value;
    const char *where;  /* "wsl1-1607 to wsl1-1703", "all, on fat" */
    const char *reason; /* NULL: the rule's own evidence */
    enum lx_grade grade;
};

/*
 * Tells of each value that some profile states for a rule, in the order of the profiles, what holds
 * on every volume first.
 */
void eras_of(enum lx_rule rule, void (*tell)(void *context, const struct era_value *value),
             void *context);

/*
 * The value of a rule by a profile, on a kind of volume (LX_FILESYSTEMS: nobody has said which) and
 * with metadata or without, and why. Where it holds is the asker's.
 */
struct era_value eras_cell(enum lx_rule rule, const struct lx_profile *by,
                           enum lx_filesystem filesystem, bool metadata);

#endif
