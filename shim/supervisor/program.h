/* SPDX-License-Identifier: MIT */
/* Which programs the preloaded library is not in, and why. */
#ifndef LXSHIM_SUPERVISOR_PROGRAM_H
#define LXSHIM_SUPERVISOR_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/image.h"
#include "supervisor/tracee.h"

/*
 * Notes a program whose calls the library does not see, once. `instruction`: where it made one. A
 * process is looked at again where its calls are made elsewhere in memory: it has become another
 * program.
 */
void program_note(struct lx_stats_lane *lane, const struct tracee *t, uint64_t instruction);

/* True where the library is not in a program, nor will it come. Its memory is looked through. */
bool program_lacks_library(const struct tracee *t);

/* Notes a call of the x32 ABI, which is refused, and the program that makes it. */
void program_note_x32(struct lx_stats_lane *lane, pid_t tid);

#endif
