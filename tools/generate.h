/* SPDX-License-Identifier: MIT */
/* What tools/generate.c writes into files of the source tree. */
#ifndef LXSHIM_TOOLS_GENERATE_H
#define LXSHIM_TOOLS_GENERATE_H

#include <stdio.h>

/* A function for shells that prints the words that a place of the command line may have. */
void generate_words(FILE *out);      /* for bash and zsh */
void generate_words_fish(FILE *out); /* for fish */

/* For the manual: which options each command takes. */
void generate_options(FILE *out);

/* Names the pages of docs/rules, or writes them below a source tree. Returns 1 where one cannot be
 * written, or is not ours. */
void generate_page_names(void);
int generate_pages(const char *root);

/* A table of Markdown: each value of each rule, where it holds, why, and its tests. */
void generate_fidelity(FILE *out);

#endif
