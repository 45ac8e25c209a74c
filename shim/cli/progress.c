/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/cli.h"

static bool shown; /* the program has one thread */

void progress_show(const char *format, ...)
{
    va_list arguments;
    if (!cli_terminal(stderr))
        return;
    shown = true;
    fputs("\r\033[Klxshim: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fflush(stderr);
}

void progress_clear(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
