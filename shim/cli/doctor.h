/* SPDX-License-Identifier: MIT */
/* What lxshim doctor finds, a line each. */
#ifndef LXSHIM_CLI_DOCTOR_H
#define LXSHIM_CLI_DOCTOR_H

#include <stdbool.h>

enum doctor_level {
    DOCTOR_OK,
    DOCTOR_NOTE, /* missing, and here is what that means */
    DOCTOR_BAD   /* essential, or not covered: the doctor's exit status is 1 */
};

/* Prints one finding. */
void doctor_say(enum doctor_level level, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True where `lxshim run` can have its supervisor. Tried once. */
bool doctor_has_supervisor(void);

/* Examines a program by name or path: where it is, what it is, whether the library gets into it. */
void doctor_program(const char *command);

#endif
