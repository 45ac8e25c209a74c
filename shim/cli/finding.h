/* SPDX-License-Identifier: MIT */
/* What lxshim doctor finds, a line each. */
#ifndef LXSHIM_CLI_FINDING_H
#define LXSHIM_CLI_FINDING_H

#include <stdbool.h>

enum doctor_level {
    DOCTOR_OK,
    DOCTOR_NOTE, /* missing, and here is what that means */
    DOCTOR_BAD   /* essential, or not covered: the doctor's exit status is 1 */
};

/* Prints one finding. */
void doctor_say(enum doctor_level level, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True where one of them was bad. */
bool doctor_found_bad(void);

/* Whether `lxshim run` can have its supervisor: 0 or -errno. Tried once. */
int doctor_supervisor(void);

#endif
