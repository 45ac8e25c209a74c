/* SPDX-License-Identifier: MIT */
#include "cli/finding.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "supervisor/supervisor.h"

static bool bad_found; /* the exit status to be; the program has one thread */

void doctor_say(enum doctor_level level, const char *what, const char *format, ...)
{
    static const char *const words[] = {"ok", "note", "BAD"};
    char text[2 * PATH_MAX + 512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    printf("%-5s %-16s %s\n", words[level], what, text);
    if (level == DOCTOR_BAD)
        bad_found = true;
}

bool doctor_found_bad(void)
{
    return bad_found;
}

int doctor_supervisor(void)
{
    static int result = 1; /* the program has one thread */
    fflush(stdout);
    if (result > 0)
        result = supervise_try();
    return result;
}
