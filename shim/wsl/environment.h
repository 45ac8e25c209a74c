/* SPDX-License-Identifier: MIT */
/* Which variables a program of Windows' gets of Linux': those that WSLENV names. */
#ifndef LXSHIM_WSL_ENVIRONMENT_H
#define LXSHIM_WSL_ENVIRONMENT_H

#include "wsl/translate.h"

struct wsl_variable {
    const char *name;
    const char *value; /* as Windows has it */
};

struct wsl_environment {
    char *list; /* WSLENV, cut into the variables' names */
    size_t count;
    struct wsl_variable *variables;
};

/*
 * Reads WSLENV, and of this process's environment what it names. Flags: p a path, l a list of them,
 * both translated, to nothing where that cannot be; w into Windows alone; u into Linux alone, which
 * is left out. A variable with another flag is skipped, one that is not set is empty. Returns 0 or
 * ENOMEM. What it allocates is for as long as the process lives.
 */
int wsl_environment_read(const struct wsl_view *view, struct wsl_environment *out);

/* Sets them in this process's environment. Returns 0 or ENOMEM. */
int wsl_environment_set(const struct wsl_environment *environment);

#endif
