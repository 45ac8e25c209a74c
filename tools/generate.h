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

/* The same of the manual's pages of commands. */
void generate_man_names(void);
int generate_man(const char *root);

/* Opens a file below a source tree that begins with a line, for which `mark` is written. NULL,
 * after saying so, where it cannot be written, or another one is there. */
FILE *generate_file(const char *root, const char *name, const char *mark);

/* A table of Markdown: each value of each rule, where it holds, why, and its tests. */
void generate_fidelity(FILE *out);

#endif
