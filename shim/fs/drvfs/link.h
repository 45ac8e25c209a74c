/* SPDX-License-Identifier: MIT */
/* What a reparse buffer makes of a file. */
#ifndef LXSHIM_FS_DRVFS_LINK_H
#define LXSHIM_FS_DRVFS_LINK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "store/metadata.h"

/* What a reparse buffer makes of a file. */
enum drvfs_kind {
    DRVFS_FILE, /* nothing that WSL knows of: a file or directory as it is */
    DRVFS_LINK,
    DRVFS_ALIAS /* an AppExecLink: two bytes, "MZ" */
};
#define DRVFS_ALIAS_SIZE 2

/* What dfd/path is, where lx_may_be_link; notes the rule. *length: of what stat shows. */
enum drvfs_kind drvfs_look_again(struct lx_call *c, const struct lx_mount *mount, int dfd,
                                 const char *path, const struct stat *st, long *length);

/*
 * The same for path i of a call, whose lstat is given; no more than a look at the mode for nearly
 * all files. Of a descriptor only what is marked: who creates a file asks for its size at once.
 */
static inline enum drvfs_kind drvfs_kind(struct lx_call *c, unsigned i, const struct stat *st,
                                         long *length)
{
    const struct lx_loc *at = &c->at[i];
    if (!lx_may_be_link(st) || c->task->seccomp_confined ||
        ((at->flags & LX_LOC_DESCRIPTOR) != 0 && !store_marked(st)))
        return DRVFS_FILE;
    return drvfs_look_again(c, at->mount, at->dfd, at->path, st, length);
}

/* True for an entry of a directory with a reparse point that is no link, nor one of WSL's own. */
bool drvfs_is_other_reparse(const struct lx_mount *mount, int dir, const char *name);

/* True for an entry of a directory that no list has: what it is nobody knows in its era. */
bool drvfs_hides_reparse(const struct lx_task *t, const struct lx_mount *mount, int dir,
                         const char *name);

/* True where path i is a link that Windows made. */
static inline bool drvfs_is_link(struct lx_call *c, unsigned i, const struct stat *st)
{
    long length;
    return drvfs_kind(c, i, st, &length) == DRVFS_LINK;
}

/*
 * Gives the file of an AppExecLink, open behind fd, the two bytes that programs see in it. Windows
 * shows it empty all the same. 0 or -EIO.
 */
int drvfs_fill_alias(int fd);

#endif
