/* SPDX-License-Identifier: MIT */
/* Where a directory is that a path spells and nothing is remembered of. */
#ifndef LXSHIM_VFS_DIRECTORY_H
#define LXSHIM_VFS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/call.h"
#include "vfs/placement.h"

/* The directory part of a path, whose placement is asked for. */
struct vfs_directory {
    int dirfd;
    const char *path;
    size_t n;               /* bytes of it that spell the directory */
    struct placement start; /* on the directory that a relative path starts from */
    uint64_t seed;          /* of that directory, or 0 */
    uint64_t hash;          /* of the spelling */
    bool meant;             /* the call is for it, and not for something in it */
    bool unproven;          /* what was found is right only if the spelling has no symlink */
};

/*
 * Finds out where a directory is: asks the kernel whether its spelling is free of symlinks, in
 * which case it is what it says, and walks there where it is not. Remembers what it found at
 * `stamp`. `provable`: an open of it or of something in it may tell the kernel to follow no
 * symlink, and prove the spelling itself; then nothing is asked, and d->unproven is set.
 * PLACEMENT_REWRITE: only the walk knows the way to what is in it.
 */
struct placement vfs_resolve_directory(struct lx_call *c, struct vfs_directory *d, uint64_t stamp,
                                       bool provable);

/*
 * The same as far as it takes a single buffer of PATH_MAX and neither a walk nor a call: false
 * where more is needed. What it found is remembered.
 */
bool vfs_ask_directory(const struct lx_task *task, const struct vfs_directory *d, uint64_t stamp);

/*
 * 0 where a directory is there and reached from dirfd without a symlink; else -errno. `dir`: n
 * bytes and a NUL, in a buffer of PATH_MAX, which are the same afterwards.
 */
int vfs_reached_plainly(int dirfd, char *dir, size_t n);

#endif
