/* SPDX-License-Identifier: MIT */
/* A session on its way: the run that it comes to, and the drives that it mounts besides. */
#ifndef LXSHIM_CLI_WSLSESSION_H
#define LXSHIM_CLI_WSLSESSION_H

#include <limits.h>

#include "cli/cli.h"
#include "cli/wslconf.h"

struct session {
    struct cli_arguments run; /* what it comes to */
    struct lx_effective policy;
    struct wslconf conf;
    struct wslconf windows;  /* of .wslconfig */
    const char *etc;         /* where wsl.conf and fstab are */
    char file[PATH_MAX * 2]; /* wsl.conf */
    char root[258];          /* automount.root, from "/" on, with a slash at its end */
    char options[512];       /* automount.options, without empty ones */
    struct session_mount {   /* their texts are its own */
        char *source;
        char *target;
        char *options;
        char *said;
        char *options_said; /* the same, or of another line */
        char *fstab;        /* what a line of fstab is called, or NULL */
    } mounts[LX_MOUNT_MAX];
    struct lx_added added[LX_MOUNT_MAX]; /* the same for the loader */
    char *inner; /* commands that mount what fstab has in a drive, or NULL */
};

/* Loads the policy anew, with what is mounted besides. Returns 0 or -EINVAL with its problem set.
 */
int session_load(struct session *s);

/* Says what a line of wsl.conf comes to, if a key has one there: "FILE:LINE: ...". */
void session_say(const struct session *s, enum wslconf_key key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says where automount.root is, which everything else that is mounted goes by. */
void session_find_root(struct session *s);

/* Mounts the drives of a file's lines, which come first. [RN:17093] What cannot be is said. */
void session_mount_fstab(struct session *s, const char *file);

/* Every volume of the policy's that has a letter and is mounted nowhere. */
void session_mount_volumes(struct session *s);

#endif
