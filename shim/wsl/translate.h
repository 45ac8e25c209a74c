/* SPDX-License-Identifier: MIT */
/* What wslpath answers, by text alone. Pure. */
#ifndef LXSHIM_WSL_TRANSLATE_H
#define LXSHIM_WSL_TRANSLATE_H

#include "wsl/drives.h"

struct wsl_view {
    struct wsl_table table;
    const char *cwd;    /* of who asks: absolute, free of symlinks */
    const char *distro; /* the distribution's name, or NULL */
};

/*
 * -u: a Windows path as Linux knows it; what is there is not looked at. A relative one stays
 * relative where it leads below the current directory, unless `absolute`. Returns 0, or an errno:
 * EINVAL for what is on no drive and not the distribution's, ENAMETOOLONG.
 */
int wsl_to_linux(const struct wsl_view *view, const char *path, bool absolute,
                 struct wsl_text *out);

/*
 * -w: a Linux path as Windows knows it. `real`: where it leads, or NULL where nothing is there, and
 * then it goes by its text, and a relative one stays relative unless `absolute`. Returns 0, or an
 * errno: EINVAL for what is on no drive where nobody knows the distribution's name, ENAMETOOLONG.
 */
int wsl_to_windows(const struct wsl_view *view, const char *path, const char *real, bool absolute,
                   struct wsl_text *out);

#endif
