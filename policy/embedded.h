/* SPDX-License-Identifier: MIT */
/* What is compiled in: the built-in profiles and the schema of policies. */
#ifndef LXSHIM_POLICY_EMBEDDED_H
#define LXSHIM_POLICY_EMBEDDED_H

#include <stddef.h>

struct lx_embedded {
    const char *name;
    const char *text; /* JSON */
};

/* The files of policy/profiles, in the order of profiles.def; ends with name NULL. */
extern const struct lx_embedded lx_embedded_profiles[];

/* policy/schema/lxshim-policy-1.schema.json */
extern const struct lx_embedded lx_embedded_schema;

#endif
