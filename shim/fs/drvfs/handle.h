/* SPDX-License-Identifier: MIT */
/* What a drive asks of who works with a file rather than with a name. */
#ifndef LXSHIM_FS_DRVFS_HANDLE_H
#define LXSHIM_FS_DRVFS_HANDLE_H

#include <stdint.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "store/object.h"

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

/* True for a location that is a descriptor's, or a link to one's in /proc, of what waits to go. */
bool drvfs_waits(const struct lx_loc *at);

/*
 * The names of a file that is open by `fd`, or met by such a location: what waits to go has one
 * less than its inode says. [vendor test DrvFsTestFstat, of SMB]
 */
nlink_t drvfs_links_of_marked(const struct lx_loc *at, int fd, mode_t mode, nlink_t links);
static inline nlink_t drvfs_links_of(const struct lx_loc *at, int fd, const struct stat *st)
{
    return store_marked(st) ? drvfs_links_of_marked(at, fd, st->st_mode, st->st_nlink)
                            : st->st_nlink;
}

/* A file that would end behind `end` bytes: too large, where the volume says so. 0 or -errno. */
int drvfs_check_size(struct lx_call *c, int64_t end);

/*
 * Refuses by a rule what is to be done to a file (location i, whose stat is st) that any process
 * has mapped. Reads /proc where the rule may refuse. 0 or -errno.
 */
int drvfs_check_mapped(struct lx_call *c, unsigned i, const struct stat *st, enum lx_rule rule);

/* The same of making a file smaller. */
int drvfs_check_cut(struct lx_call *c, const struct stat *st, int64_t length);

#endif
