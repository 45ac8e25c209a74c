/* SPDX-License-Identifier: MIT */
/*
 * Programs in a root that is translated. The kernel would load each by the host's ld.so, at the
 * path that its ELF header says: so the root's own is run, with the program for its argument. It
 * gets the program's name on the disk, by which that is found whether somebody sees what ld.so
 * opens or not.
 */
#ifndef LXSHIM_VFS_PROGRAM_H
#define LXSHIM_VFS_PROGRAM_H

#include <limits.h>

#include "fs/call.h"

#define PROGRAM_LOADER 256 /* bytes of the path of an ld.so */

struct program {
    const char *words[7]; /* before the arguments, in their order, ending with NULL */
    char loader[PROGRAM_LOADER];
    char name[PATH_MAX]; /* of the file, on the disk */
};

enum program_kind {
    PROGRAM_ANY,    /* as everywhere */
    PROGRAM_SCRIPT, /* whose interpreter is the root's */
    PROGRAM_LOADED  /* by the words */
};

/*
 * What an exec by dirfd and path comes to in such a root; `name`: what the program is to be called,
 * its argv[0]. Returns enum program_kind, or -errno: EPERM for a static program that nobody would
 * see, since for such a one "/" is the host's.
 */
long vfs_program(const struct lx_task *t, const struct lx_mount *root, int dirfd, const char *path,
                 const char *name, struct program *out);

#endif
