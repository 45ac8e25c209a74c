/* SPDX-License-Identifier: MIT */
/* lxshim doctor COMMAND: follows scripts to their interpreters and looks at what will run. */
#ifndef LXSHIM_CLI_PROGRAM_H
#define LXSHIM_CLI_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* Finds a command as a shell does: a path, which need not be executable, or a name in PATH. */
bool program_find(const char *command, char out[PATH_MAX]);

/* Examines a program by name or path: where it is, what it is, whether the library gets into it. */
void doctor_program(const char *command);

#endif
