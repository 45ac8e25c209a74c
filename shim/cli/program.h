/* SPDX-License-Identifier: MIT */
/* lxshim doctor COMMAND: follows scripts to their interpreters and looks at what will run. */
#ifndef LXSHIM_CLI_PROGRAM_H
#define LXSHIM_CLI_PROGRAM_H

/* Examines a program by name or path: where it is, what it is, whether the library gets into it. */
void doctor_program(const char *command);

#endif
