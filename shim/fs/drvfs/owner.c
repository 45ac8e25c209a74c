/* SPDX-License-Identifier: MIT */
/*
 * Who owns a file and what its mode is: its own, where it has metadata, or what the mount's options
 * and rules say, as of what Windows made.
 */
#include "fs/drvfs/drvfs.h"

/*
 * The mode of an attribute that says none, or that of another type: no permission for anybody,
 * since NTFS works out none where the attribute is. A directory keeps the right to pass, which
 * everybody has. [vendor test DrvFsTestBadMetadata; the directory: openvmm lxutil convert_mode]
 */
static mode_t mode_of_bad(const struct lx_mount *m, mode_t type)
{
    return S_ISDIR(type) ? type | (0111u & ~m->dir_mask) : type;
}

static void show_mode(const struct lx_mount *m, const struct stat *native,
                      const struct store_metadata *own, struct drvfs_owner *out)
{
    mode_t type = native->st_mode & S_IFMT;
    if ((own->has & NT_LX_MODE) == 0) {
        if (lx_rule(m, LX_RULE_MODE_FIXED) == LX_ON)
            out->mode = drvfs_mode(m, native->st_mode);
    } else if ((own->lx.has & NT_LX_MODE) != 0) {
        bool good = (own->lx.good & NT_LX_MODE) != 0 && (own->lx.mode & S_IFMT) == type;
        out->mode = good ? own->lx.mode : mode_of_bad(m, type);
    } else if (S_ISREG(type) || S_ISDIR(type)) {
        out->mode = store_metadata_mode(native, own);
    }
}

/* An id: the file's own, in either form, or the mount's. */
static uint32_t show_id(const struct lx_mount *m, const struct store_metadata *own, unsigned field,
                        uint32_t native, uint32_t apart, uint32_t option)
{
    if ((own->has & field) == 0)
        return lx_rule(m, LX_RULE_MODE_OWNER) == LX_OPTIONS ? option : native;
    if ((own->lx.has & field) == 0)
        return native;
    return (own->lx.good & field) != 0 ? apart : option;
}

void drvfs_show_owner(const struct lx_mount *mount, const struct stat *native,
                      const struct store_metadata *own, struct drvfs_owner *out)
{
    *out = (struct drvfs_owner){
        .mode = native->st_mode,
        .has = own->has,
        .kernel = own->has == NT_LX_OWNED && (own->lx.has & NT_LX_OWNED) == 0,
        .uid = show_id(mount, own, NT_LX_UID, native->st_uid, own->lx.uid, mount->uid),
        .gid = show_id(mount, own, NT_LX_GID, native->st_gid, own->lx.gid, mount->gid)};
    show_mode(mount, native, own, out);
}

void drvfs_owner_of(const struct lx_call *c, const struct lx_mount *mount,
                    const struct store_object *o, const struct stat *native,
                    struct drvfs_owner *out)
{
    struct store_metadata own = {.has = 0};
    if (drvfs_keeps(mount) && c->task->seccomp_confined)
        own.has = NT_LX_OWNED;
    else if (drvfs_keeps(mount))
        (void)store_metadata_get(o, native, &own);
    drvfs_show_owner(mount, native, &own, out);
}
