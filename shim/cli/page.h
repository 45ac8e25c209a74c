/* SPDX-License-Identifier: MIT */
/* All that there is to say of a rule: for a terminal, and as a page of docs/rules. */
#ifndef LXSHIM_CLI_PAGE_H
#define LXSHIM_CLI_PAGE_H

#include <stdio.h>

#include "policy/rules.h"

/* Prints what a rule does, its values, since and until when it has which, why we believe it, what
 * usually helps, and an example that can be run. */
void page_text(enum lx_rule rule, FILE *out);

/* The same as Markdown. */
void page_markdown(enum lx_rule rule, FILE *out);

#endif
