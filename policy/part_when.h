/* SPDX-License-Identifier: MIT */
/* The half of an override that says which calls it is about. */
#ifndef LXSHIM_POLICY_PART_WHEN_H
#define LXSHIM_POLICY_PART_WHEN_H

#include "policy/part.h"

/* A reader of "when", into a struct lx_effective_override. */
int lx_read_when(struct lx_load *load, const struct lx_node *node, void *out);

/* The name of an errno. */
int lx_read_errno(struct lx_load *load, const struct lx_node *node, int32_t *out);

/* The set of the operations that are named, with spaces in between. */
uint64_t lx_ops_by_words(const char *words);

/* Refuses at a node that `key` is asked of another operation than these. Returns 0 or -EINVAL. */
int lx_only_ops(struct lx_load *load, const struct lx_node *node, const char *key,
                const struct lx_effective_override *o, const char *words);

#endif
