/* SPDX-License-Identifier: MIT */
/* Who may do what on a Windows drive: permissions as it shows them, and the read-only attribute. */
#include <unistd.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/native.h"
#include "fs/permission.h"
#include "fs/refusal.h"
#include "sys/sys.h"

/* What the shown mode grants the caller. */
static unsigned granted(const struct drvfs_owner *o, bool effective)
{
    return lx_granted(o->mode, o->uid, o->gid, effective);
}

/* Refuses an access that the descriptor of path 0 does not grant. 0 or -errno. */
static int refuse_ungranted(struct lx_call *c, const struct stat *st)
{
    const struct lx_loc *at = &c->at[0];
    uint32_t rights = DRVFS_ALL_GRANTED;
    int r = store_marked(st) ? drvfs_demand(c, 0, st, DRVFS_LOOK_UP) : 0;
    if (r == 0)
        r = drvfs_rights(c, at->mount, at->dfd, at->path, st, &rights);
    if (r < 0 || (c->access & LX_ANYTHING & ~nt_access_mode(rights, S_ISDIR(st->st_mode))) == 0)
        return r;
    return lx_forbid(c, LX_RULE_ACCESS_GRANTED, EACCES);
}

/* To whoever is going to write: EROFS of a mount of the kernel's, EPERM of an immutable inode. */
static int binds_all(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (c->task->seccomp_confined)
        return 0;
    int r =
        sys_faccessat(at->dfd, at->path, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    return r == -EROFS || r == -EPERM ? r : 0;
}

/* What the kernel says, but for a link that it does not know, and for a descriptor. */
static long native_access(struct lx_call *c)
{
    struct stat st;
    long r = lx_host_fs.run[LX_OP_ACCESS](c);
    bool follows = (c->flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (r < 0 || (!follows && !drvfs_has_descriptors(c, 0)) || native_stat(c, 0, &st) < 0)
        return r;
    return follows && drvfs_is_link(c, 0, &st) ? -LX_EWALK : refuse_ungranted(c, &st);
}

long drvfs_access(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    struct stat st;
    unsigned want = c->access;

    int known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    if (lx_rule(m, LX_RULE_MODE_ACCESS) != LX_SHOWN || (want & ~LX_ANYTHING) != 0 ||
        (c->flags & ~known) != 0)
        return native_access(c);
    int r = native_stat(c, 0, &st);
    if (r < 0)
        return r;
    bool link = S_ISLNK(st.st_mode) || drvfs_is_link(c, 0, &st);
    if (link && (c->flags & AT_SYMLINK_NOFOLLOW) == 0)
        return -LX_EWALK;
    struct drvfs_owner owner;
    const struct store_object o = drvfs_object(&c->at[0]);
    drvfs_owner_of(c, m, &o, &st, &owner);
    if (owner.kernel) {
        long result = lx_host_fs.run[LX_OP_ACCESS](c);
        return result < 0 ? result : refuse_ungranted(c, &st);
    }
    if ((want & W_OK) != 0 && (m->flags & LX_MOUNT_READONLY) != 0)
        return -EROFS;
    unsigned grants = granted(&owner, (c->flags & AT_EACCESS) != 0);
    /* NT looks at the attribute, not at who asks: root is bound as well. */
    if (S_ISREG(st.st_mode) && drvfs_is_readonly(st.st_mode))
        grants &= ~(unsigned)W_OK;
    if ((want & W_OK) != 0 && (r = binds_all(c)) < 0)
        return r;
    if ((want & ~grants) != 0)
        return lx_deny(c, LX_RULE_MODE_ACCESS, EACCES);
    return refuse_ungranted(c, &st);
}

/* Everybody may pass a directory, once it is found. */
long drvfs_chdir(struct lx_call *c)
{
    bool open = (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0;
    int r = open ? 0 : drvfs_demand_at(c, 0, DRVFS_LOOK_UP);
    return r < 0 ? r : lx_host_fs.run[LX_OP_CHDIR](c);
}
