/* SPDX-License-Identifier: MIT */
/* What a drive asks of who works with a file rather than with a name. */
#ifndef LXSHIM_FS_DRVFS_HANDLE_H
#define LXSHIM_FS_DRVFS_HANDLE_H

#include <stdint.h>
#include <sys/stat.h>

#include "fs/filesystems.h"

/*
 * Refuses a call on a file that has no name any more, and one by a descriptor that has it by
 * another name than it has, by their rules. 0 or -errno.
 */
long drvfs_check_name_of(struct lx_call *c, mode_t mode, nlink_t links);
static inline long drvfs_check_named(struct lx_call *c, mode_t mode, nlink_t links)
{
    bool by_path = (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0;
    return by_path && links != 0 ? 0 : drvfs_check_name_of(c, mode, links);
}

/* A file that would end behind `end` bytes: too large, where the volume says so. 0 or -errno. */
int drvfs_check_size(struct lx_call *c, int64_t end);

/* Refuses to make a file smaller that somebody has mapped; st: its stat. 0 or -errno. */
int drvfs_check_mapped(struct lx_call *c, const struct stat *st, int64_t length);

#endif
