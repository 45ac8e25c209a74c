/* SPDX-License-Identifier: MIT */
/* What security descriptors grant to the token of the run. */
#ifndef LXSHIM_FS_DRVFS_GRANTED_H
#define LXSHIM_FS_DRVFS_GRANTED_H

#include <stdint.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "nt/access.h"
#include "store/metadata.h"

/* In place of access bits: there is no descriptor, and all of them are granted. */
#define DRVFS_ALL_GRANTED UINT32_MAX

/*
 * What the security descriptor at dfd/path ("": dfd itself) grants to the run's token, access bits;
 * `st`: its facts. DRVFS_ALL_GRANTED where it has none, which costs no more than a look at the
 * mode. 0, or -errno for one that is damaged.
 */
int drvfs_rights(struct lx_call *c, const struct lx_mount *mount, int dfd, const char *path,
                 const struct stat *st, uint32_t *granted);

/* True for a link of Windows' that is not read, by the rule symlink.denied. */
bool drvfs_denies_link(const struct lx_policy *policy, const struct lx_mount *mount,
                       const struct store_object *link);

/* What somebody has to be granted to find a file at all. [openvmm lxutil open_flags_...] */
#define DRVFS_LOOK_UP (NT_READ_ATTRIBUTES | NT_READ_EA)

/* [MicrosoftDocs/WSL case-sensitivity] The rights that the case flag takes, on its directory. */
#define DRVFS_FLAG_RIGHTS (NT_WRITE_ATTRIBUTES | NT_WRITE_DATA | NT_APPEND_DATA | NT_DELETE_CHILD)

/*
 * Refuses a call for what is not granted of access bits `want` on its path i, with the facts of
 * that. Some the directory may grant as well, as on Windows: to delete, by delete child, and to
 * read attributes, by list. 0 or -errno.
 */
int drvfs_demand_of_marked(struct lx_call *c, unsigned i, const struct stat *st, uint32_t want);
static inline int drvfs_demand(struct lx_call *c, unsigned i, const struct stat *st, uint32_t want)
{
    return store_marked(st) ? drvfs_demand_of_marked(c, i, st, want) : 0;
}

/* The same of path 0, which is open behind fd. */
int drvfs_demand_of_open(struct lx_call *c, int fd, const struct stat *st, uint32_t want);

/* The same for who has no facts: they are asked for where the drive has any descriptors. */
int drvfs_demand_at(struct lx_call *c, unsigned i, uint32_t want);

/* True where path i is on a drive of which something has a descriptor, as far as is known. */
bool drvfs_has_descriptors(const struct lx_call *c, unsigned i);

/* The same of the directory that path i makes an entry in. */
int drvfs_demand_of_parent(struct lx_call *c, unsigned i, uint32_t want);

/*
 * Gives what was made at a location the descriptor that it inherits: open behind fd, or by its path
 * where fd is negative. On failure it is removed again. 0 or -errno.
 */
int drvfs_inherit_descriptor(struct lx_call *c, const struct lx_loc *at, int fd);

#endif
