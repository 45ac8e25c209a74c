/* SPDX-License-Identifier: MIT */
/* Programs that the preloaded library is not in, for the summary of `lxshim run`. */
#ifndef LXSHIM_FS_UNSEEN_H
#define LXSHIM_FS_UNSEEN_H

#include "fs/call.h"

/*
 * Adds a program to those of the summary, once. `program` is zero behind its name. Two at once may
 * note one program twice, or lose one: it is for a summary.
 */
void unseen_note(struct lx_stats_lane *lane, const struct lx_stats_program *program);

/*
 * True where the first n bytes of a file are those of a program that the library will not get into:
 * one without a loader, with musl's, or of another machine or word size (of 32-bit x86, unless the
 * library is there for that, too). *why is enum lx_outside. (The doctor has a reader that says
 * more; this one neither allocates nor reads on.)
 */
bool unseen_head(const unsigned char *head, size_t n, uint8_t *why);

/*
 * Notes the program that an exec is about to run, where the library will not get into it and no
 * supervisor sees it either (who would note it by its calls). What runs a script is not looked at.
 */
void unseen_before_exec(const struct lx_call *c);

#endif
