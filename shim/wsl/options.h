/* SPDX-License-Identifier: MIT */
/* What mount.drvfs makes of its options, by era. Pure. */
#ifndef LXSHIM_WSL_OPTIONS_H
#define LXSHIM_WSL_OPTIONS_H

#include "wsl/text.h"

struct wsl_options {
    struct wsl_text drvfs;    /* DrvFs' own, each behind a ';' */
    struct wsl_text standard; /* mount's, "," between them */
    bool drops_fallback;      /* an option that WSL2 does not know was left out, */
    bool drops_force;         /* case=force, which became case=dir */
};

/* Takes "metadata,uid=1000,noatime" apart. False where it is too long. */
bool wsl_options_split(const char *text, struct wsl_options *out);

/*
 * What mount(2) gets of a 9p mount of a source, over a connection that a descriptor is of; root:
 * where WSL mounts drives, "/mnt/". False where it is too long.
 */
bool wsl_options_9p(const struct wsl_options *options, const char *source, int connection,
                    const char *root, struct wsl_text *out);

/* The flags of mount(2) that standard options are, and the rest, "," between. False: too long. */
bool wsl_options_flags(const struct wsl_options *options, unsigned long *flags,
                       struct wsl_text *rest);

/*
 * automount.root of /etc/wsl.conf, by the file's text (n bytes): with a slash at its end, "/mnt/"
 * where it says nothing. Returns false where it is too long.
 */
bool wsl_automount_root(const char *text, size_t n, struct wsl_text *out);

#endif
