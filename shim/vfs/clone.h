/* SPDX-License-Identifier: MIT */
/*
 * What open_tree(2) has cloned of a drive, or fsmount(2) has made: a mount that is nowhere yet. Its
 * descriptor is open on the directory itself, so that all that is asked by it finds the drive. That
 * it is a clone, of which mount and with which flags, says its mark (mounts/mark.h).
 */
#ifndef LXSHIM_VFS_CLONE_H
#define LXSHIM_VFS_CLONE_H

#include <limits.h>
#include <stdbool.h>

#include "policy/policy.h"

/*
 * Clones a directory of a mount, by the kernel's name, with flags of mount(2); MS_REC where what is
 * mounted in it is cloned as well. Returns a descriptor or -errno.
 */
long clone_make(const struct lx_policy *policy, const struct lx_mount *mount,
                const char native[PATH_MAX], unsigned long flags, bool closes);

enum clone_state {
    CLONE_NONE,    /* any other descriptor */
    CLONE_NOWHERE, /* it is to be mounted */
    CLONE_ATTACHED /* and was */
};

/* What a descriptor is, with the flags that a clone has. */
enum clone_state clone_of(int fd, unsigned long *flags);

/* A clone has other flags. 0 or -errno. */
int clone_change(int fd, unsigned long flags);

/* A clone is mounted by now: by that mount whoever has its descriptor finds it again. */
void clone_attach(int fd, const struct lx_mount *mount);

/* The mount that it has become; NULL where that was unmounted, or moved by others. */
const struct lx_mount *clone_attached(const struct lx_policy *policy, int fd);

/*
 * The mount that a clone is of, in whichever mount namespace that is; `directory`, of n bytes, is
 * where its descriptor is. NULL where it is not mounted any more.
 */
const struct lx_mount *clone_mount(const struct lx_policy *policy, int fd, const char *directory,
                                   size_t n);

#endif
