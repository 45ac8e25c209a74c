/* SPDX-License-Identifier: MIT */
/* A value of JSON among text that is written by hand, so that a long report is never whole in
 * memory. */
#ifndef LXSHIM_REPORT_DUMP_H
#define LXSHIM_REPORT_DUMP_H

#include <jansson.h>
#include <stdio.h>

/* Writes `before` and a value in one line, "null" for one that could not be made, and gives it
 * back. */
void report_put_json(FILE *out, const char *before, json_t *value);

#endif
