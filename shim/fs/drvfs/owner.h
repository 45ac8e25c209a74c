/* SPDX-License-Identifier: MIT */
/* Who owns a file of a drive, what its mode is, and what both permit. */
#ifndef LXSHIM_FS_DRVFS_OWNER_H
#define LXSHIM_FS_DRVFS_OWNER_H

#include "fs/drvfs/object.h"
#include "store/metadata.h"

/* Who owns a file and what its mode is, as the drive shows it. */
struct drvfs_owner {
    mode_t mode;
    uid_t uid;
    gid_t gid;
    unsigned has; /* what of it is the file's own: a set of NT_LX_OWNED */
    bool kernel;  /* all of it is the inode's, and nothing is left for us to check */
};

/* What a mount's options and rules say of who owns a file that has nothing of its own. */
static inline void drvfs_mounts_owner(const struct lx_mount *mount, const struct stat *native,
                                      struct drvfs_owner *out)
{
    bool by_options = lx_rule(mount, LX_RULE_MODE_OWNER) == LX_OPTIONS;
    bool fixed = lx_rule(mount, LX_RULE_MODE_FIXED) == LX_ON;
    out->mode = fixed ? drvfs_mode(mount, native->st_mode) : native->st_mode;
    out->uid = by_options ? mount->uid : native->st_uid;
    out->gid = by_options ? mount->gid : native->st_gid;
    out->has = 0;
    out->kernel = false;
}

/*
 * What an object, whose lstat is given, shows of mode and owner; on a mount that keeps no metadata
 * nothing is asked for that. Notes no rule.
 */
void drvfs_kept_owner(const struct lx_call *c, const struct lx_mount *mount,
                      const struct store_object *o, const struct stat *native,
                      struct drvfs_owner *out);
static inline void drvfs_owner_of(const struct lx_call *c, const struct lx_mount *mount,
                                  const struct store_object *o, const struct stat *native,
                                  struct drvfs_owner *out)
{
    if (drvfs_keeps(mount))
        drvfs_kept_owner(c, mount, o, native, out);
    else
        drvfs_mounts_owner(mount, native, out);
}

/* The same, with what was found of the object. */
void drvfs_show_owner(const struct lx_mount *mount, const struct stat *native,
                      const struct store_metadata *own, struct drvfs_owner *out);

/*
 * After something was made with a mode of its own, by fd or where fd is negative by path: notes
 * that, and whether the sticky bit was asked for. 0 or -errno; what has no room for any
 * metadata is made without.
 */
int drvfs_note_made(const struct lx_call *c, const struct lx_loc *at, int fd, bool sticky);

/* chmod and chown on a mount that keeps metadata. */
lx_fs_op drvfs_metadata_chmod;
lx_fs_op drvfs_metadata_chown;

/* True where the caller may do what only root and the shown owner may. */
bool drvfs_is_owner(const struct drvfs_owner *owner);

/*
 * Checks the shown permissions of an object (R_OK, W_OK, X_OK) for the caller's effective ids,
 * where they are not the inode's and may refuse something. 0 or -EACCES.
 */
int drvfs_permit_shown(struct lx_call *c, const struct lx_mount *mount,
                       const struct store_object *o, const struct stat *native, int want);
static inline int drvfs_permit(struct lx_call *c, const struct lx_mount *mount,
                               const struct store_object *o, const struct stat *native, int want)
{
    return lx_masked_mode(mount) || drvfs_keeps(mount)
               ? drvfs_permit_shown(c, mount, o, native, want)
               : 0;
}

#endif
