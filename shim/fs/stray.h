/* SPDX-License-Identifier: MIT */
/*
 * Directories that were renamed while somebody was in them, or had them open, on a client whose
 * server goes by the name: it looks for them where they were, for everybody, as long as somebody is
 * there. What is in them is not found, nor they by their new name, though it is listed. [WSL#7510,
 * WSL#6606] One is removed and renamed all the same, and ".." leads out of it: these go by its
 * parent.
 *
 * Those of a run are in the table that its processes have (mounts/stray.h). While there is one,
 * nothing is remembered of where directories are, and each path is walked.
 */
#ifndef LXSHIM_FS_STRAY_H
#define LXSHIM_FS_STRAY_H

#include "fs/call.h"
#include "mounts/stray.h"

/* A rename of a directory has come from path 0 to path 1: whether it is astray from now on. */
void lx_note_stray(const struct lx_call *c);

/*
 * A call has come to a directory of a mount (NULL: outside) by its name, and is going to look into
 * it, or at it. 0, or -errno where that is astray; it is forgotten once nobody is in it.
 */
int lx_check_stray(struct lx_call *c, const struct lx_mount *mount, const struct stat *st);

/* The same of the directory that a descriptor is open on; AT_FDCWD: of the current one. */
int lx_check_stray_here(struct lx_call *c, const struct lx_mount *mount, int dfd);

/* Forgets those that nobody is in any more: asked now and then, as long as there are any. */
void lx_review_strays(const struct lx_policy *policy);

#endif
