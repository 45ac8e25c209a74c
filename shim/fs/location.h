/* SPDX-License-Identifier: MIT */
/* Where a path of a call leads. vfs finds it, a file system goes by it. */
#ifndef LXSHIM_FS_LOCATION_H
#define LXSHIM_FS_LOCATION_H

#include "policy/mount.h"

enum lx_loc_flag {
    LX_LOC_ROOT_DIR = 1,        /* the parent directory is the mount's root */
    LX_LOC_WALKED = 2,          /* the walk found it: not a symlink that would be followed */
    LX_LOC_PRIVATE = 4,         /* the path spells an escaped character */
    LX_LOC_SLASH = 16,          /* the path ended in a slash: a directory is meant */
    LX_LOC_DESCRIPTOR = 8,      /* the object behind dfd itself; path is "" */
    LX_LOC_CALLER_PATH_OK = 64, /* the kernel would bring the task there by the path it gave */
    LX_LOC_UNPROVEN = 32,       /* only the spelling says so: open it through no symlink, or walk */
    LX_LOC_KERNELS = 128,       /* outside: nothing of the run's own is shown by that spelling */
    /* Its directory was read for this call just before: */
    LX_LOC_FREE = 8192,      /* no entry of its name waits there to be deleted */
    LX_LOC_MISSING = 256,    /* nor is there one of its name */
    LX_LOC_CASE_ASKED = 512, /* the directory has the case flag: */
    LX_LOC_CASE_FLAGGED = 1024,
    /* Found by the walk: it may be looked at, and not entered. */
    LX_LOC_BARRED = 2048,
    /* It ends in a link of /proc that only the kernel can follow, to what may have no name. */
    LX_LOC_OPAQUE = 4096
};

/* Where a path leads, in the kernel's terms. */
struct lx_loc {
    const struct lx_mount *mount; /* NULL outside every mount */
    int dfd;
    const char *path;  /* native spelling, relative to dfd */
    const char *given; /* last component as the program spelled it, encoded, or NULL */
    unsigned flags;
};

#endif
