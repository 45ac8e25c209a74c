/* SPDX-License-Identifier: MIT */
/* Parts of what `lxshim policy show` prints. */
#ifndef LXSHIM_CLI_SHOW_H
#define LXSHIM_CLI_SHOW_H

#include <stdio.h>

#include "cli/cli.h"

/* The scanner of a policy, if it has one: in words, and what of it a policy would say in JSON. */
void show_scanner(FILE *out, const struct lx_effective_scanner *scanner);
json_t *scanner_json(const struct lx_effective_scanner *scanner);

/* The same, without what its preset says anyway. */
json_t *scanner_brief(const struct lx_effective_scanner *scanner);

#endif
