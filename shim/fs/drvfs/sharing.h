/* SPDX-License-Identifier: MIT */
/* Who else has a file of a drive open, and does not share it. */
#ifndef LXSHIM_FS_DRVFS_SHARING_H
#define LXSHIM_FS_DRVFS_SHARING_H

#include <sys/stat.h>

#include "fs/filesystems.h"
#include "store/holder.h"
#include "store/shares.h"

/*
 * Refuses what a process of Windows that has the file behind fd open does not share with us
 * (`ours`: enum store_share), as `lxshim win hold` does. 0 or -EACCES.
 */
int drvfs_check_sharing(struct lx_call *c, unsigned i, int fd, unsigned ours);

/* The same by the path of a file with the mark, whose facts are given. */
int drvfs_check_sharing_at(struct lx_call *c, unsigned i, const struct stat *st, unsigned ours);

/*
 * Refuses what a scanner of the policy's that has path i open does not share with us, or waits
 * until it has gone. Costs nothing where there is none. 0 or -errno.
 */
int drvfs_check_what_scans(struct lx_call *c, unsigned i, unsigned ours);
static inline int drvfs_check_scanner(struct lx_call *c, unsigned i, unsigned ours)
{
    return c->task->policy->scanner == NULL ? 0 : drvfs_check_what_scans(c, i, ours);
}

/* The same for a rename of the directory at path 0, of what is below. */
int drvfs_check_scanner_below(struct lx_call *c);

/*
 * [WSL#1535] True where somebody watches what `fd`, if it is one, is open on, and by a rule has it
 * open by that: then of location `which`, and `holders` says who.
 */
bool drvfs_held_by_watch(struct lx_call *c, unsigned which, int fd, struct store_holders *holders);

#endif
