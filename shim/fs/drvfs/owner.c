/* SPDX-License-Identifier: MIT */
/*
 * Who owns a file and what its mode is: its own, where it has metadata, or what the mount's options
 * and rules say, as of what Windows made.
 */
#include <unistd.h>

#include "fs/drvfs/owner.h"
#include "fs/permission.h"
#include "fs/refusal.h"
#include "sys/sys.h"

/*
 * The mode of an attribute that says none, or that of another type: no permission for anybody,
 * since NTFS works out none where the attribute is. A directory keeps the right to pass, which
 * everybody has. [vendor test DrvFsTestBadMetadata; the directory: openvmm lxutil convert_mode]
 */
static mode_t mode_of_bad(const struct lx_mount *m, mode_t type)
{
    return S_ISDIR(type) ? type | (0111u & ~m->dir_mask) : type;
}

/* What counts before the inode's own. */
static unsigned apart(const struct store_metadata *own)
{
    return own->lx.has & ~own->secret;
}

/* The mode of a file that has one of its own. */
static mode_t own_mode(const struct lx_mount *m, const struct stat *native,
                       const struct store_metadata *own)
{
    mode_t type = native->st_mode & S_IFMT;
    if ((apart(own) & NT_LX_MODE) != 0) {
        bool good = (own->lx.good & NT_LX_MODE) != 0 && (own->lx.mode & S_IFMT) == type;
        return good ? own->lx.mode : mode_of_bad(m, type);
    }
    return S_ISREG(type) || S_ISDIR(type) ? store_metadata_mode(native, own) : native->st_mode;
}

/* An id of a file's own, in either form; the mount's for one that says none. */
static uint32_t own_id(const struct store_metadata *own, unsigned field, uint32_t native,
                       uint32_t other, uint32_t option)
{
    if ((apart(own) & field) == 0)
        return native;
    return (own->lx.good & field) != 0 ? other : option;
}

void drvfs_show_owner(const struct lx_mount *mount, const struct stat *native,
                      const struct store_metadata *own, struct drvfs_owner *out)
{
    drvfs_mounts_owner(mount, native, out);
    out->has = own->has;
    out->kernel = own->has == NT_LX_OWNED && (apart(own) & NT_LX_OWNED) == 0;
    if ((own->has & NT_LX_MODE) != 0)
        out->mode = own_mode(mount, native, own);
    if ((own->has & NT_LX_UID) != 0)
        out->uid = own_id(own, NT_LX_UID, native->st_uid, own->lx.uid, mount->uid);
    if ((own->has & NT_LX_GID) != 0)
        out->gid = own_id(own, NT_LX_GID, native->st_gid, own->lx.gid, mount->gid);
}

void drvfs_kept_owner(const struct lx_call *c, const struct lx_mount *mount,
                      const struct store_object *o, const struct stat *native,
                      struct drvfs_owner *out)
{
    struct store_metadata own = {.has = 0};
    if (c->task->seccomp_confined)
        own.has = NT_LX_OWNED;
    else
        (void)store_metadata_get(o, native, &own);
    drvfs_show_owner(mount, native, &own, out);
}

bool drvfs_is_owner(const struct drvfs_owner *owner)
{
    uid_t uid = sys_geteuid();
    return uid == 0 || uid == owner->uid;
}

int drvfs_permit_shown(struct lx_call *c, const struct lx_mount *mount,
                       const struct store_object *o, const struct stat *native, int want)
{
    struct drvfs_owner owner;
    if (lx_rule(mount, LX_RULE_MODE_ACCESS) != LX_SHOWN)
        return 0;
    drvfs_owner_of(c, mount, o, native, &owner);
    return owner.kernel ||
                   ((unsigned)want & ~lx_granted(owner.mode, owner.uid, owner.gid, true)) == 0
               ? 0
               : lx_forbid(c, LX_RULE_MODE_ACCESS, EACCES);
}
