/* SPDX-License-Identifier: MIT */
/* What a run's rules did, at its end. */
#ifndef LXSHIM_CLI_SUMMARY_H
#define LXSHIM_CLI_SUMMARY_H

#include <stdbool.h>

#include "policy/image.h"

/* The name of the row that counts overrides: no rule, but explained like one. */
#define SUMMARY_OVERRIDES "overrides"

/* Prints the table of the rules that did something on stderr; nothing where none did. */
void summary_print(const struct lx_stats *stats, bool observe);

#endif
