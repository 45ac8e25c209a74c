/* SPDX-License-Identifier: MIT */
/* The environment of a session of WSL. */
#ifndef LXSHIM_CLI_WSLENV_H
#define LXSHIM_CLI_WSLENV_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/effective.h"

struct wslenv {
    const struct lx_effective *policy; /* its drives are where Windows' paths lead */
    const char *distribution;          /* NULL: as the era has it */
    bool interop;                      /* programs of Windows' run: WSL2 has a socket for them */
    bool windows_path;                 /* Windows' part is appended to PATH */
};

/* Sets it in this process's own, for what is run. Returns 0 or -ENOMEM. */
int wslenv_set(const struct wslenv *session);

/* True for a profile of WSL2's. */
bool wslenv_is_wsl2(const struct lx_effective *policy);

/* True for a path of Windows' that begins with a drive: C:\x, or C: alone. */
bool wslenv_is_windows(const char *path);

/*
 * A path of Windows' (C:\x) by the drives of a policy, as Linux has it. False where it is relative,
 * or on no drive, or too long.
 */
bool wslenv_translate(const struct lx_effective *policy, const char *windows, char *out,
                      size_t room);

#endif
