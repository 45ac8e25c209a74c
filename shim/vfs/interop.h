/* SPDX-License-Identifier: MIT */
/*
 * Programs of Windows': one of a drive's is run by way of ours, as WSL's binfmt_misc runs it by way
 * of /init; and a few that every Windows has are there where the policy wants them to be.
 */
#ifndef LXSHIM_VFS_INTEROP_H
#define LXSHIM_VFS_INTEROP_H

#include "fs/call.h"

/*
 * The answer to a call of one path that has come to nothing, where the policy has stubs: ours for a
 * program that stands there, -LX_ESTUB for who would run it; -ENOENT for all else.
 */
long interop_instead(struct lx_call *c);

/* What is put before the arguments of a program of Windows', in their order, ending with NULL. */
#define INTEROP_WORDS 6
struct interop_words {
    const char *words[INTEROP_WORDS]; /* our program's path is the first */
    char program[PATH_MAX];
    char name[PATH_MAX]; /* of what is to be run, where the path alone does not say it */
};

/*
 * Fills it in for what an exec by dirfd and path answered that way, `r`. Returns 0, or -errno where
 * a name is too long or not to be had.
 */
int interop_words(const struct lx_task *t, int dirfd, const char *path, long r,
                  struct interop_words *out);

#endif
