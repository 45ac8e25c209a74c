/* SPDX-License-Identifier: MIT */
/*
 * The mount option metadata: mode and owner of a file's own, kept as the inode's, with a note that
 * they count. [RN:17063; vendor test DrvFsTestMetadata]
 */
#include "fs/drvfs/granted.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "sys/sys.h"

/* True where a call leaves files alone but for what was asked for. */
static bool keeps_nothing(const struct lx_call *c, const struct lx_mount *m)
{
    return !drvfs_keeps(m) || lx_observing(c) || c->task->seccomp_confined;
}

/*
 * A file that is made without a write bit, where that gave it no read-only attribute: which is the
 * inode's write bits, so the mode is in Windows' form. [WSL#3411, RN:18252]
 */
static int keep_writable(const struct lx_call *c, const struct lx_mount *m,
                         const struct store_object *o, bool sticky)
{
    struct stat st;
    if (lx_rule(m, LX_RULE_CREATE_NO_WRITE_BIT) != LX_IGNORE || c->op == LX_OP_MKDIR)
        return 0;
    int r = store_object_stat(o, &st);
    if (r < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 0222) != 0)
        return r;
    const struct store_metadata own = {.sticky = sticky};
    const struct nt_lx values = {.mode = store_metadata_mode(&st, &own)};
    r = store_metadata_set(o, &values, NT_LX_MODE);
    return r < 0 ? r : store_object_chmod(o, (st.st_mode & 07777) | S_IWUSR);
}

int drvfs_note_made(const struct lx_call *c, const struct lx_loc *at, int fd, bool sticky)
{
    const struct store_object o = {lx_backing(at->mount), fd < 0 ? at->dfd : fd,
                                   fd < 0 ? at->path : ""};
    if (keeps_nothing(c, at->mount))
        return 0;
    int r = store_metadata_note(&o, NT_LX_OWNED);
    if (r == 0 && sticky)
        r = store_metadata_note_sticky(&o, true);
    if (r == 0)
        r = keep_writable(c, at->mount, &o, sticky);
    /* As on a volume without room for it, where the option says nothing. [WSL#4200] */
    return r == -EOPNOTSUPP ? 0 : r;
}

/* Type and facts of path 0; says "walk" for a symlink that the call follows. */
static int look(const struct lx_call *c, struct stat *st)
{
    int r = native_stat(c, 0, st);
    bool itself =
        (c->flags & AT_SYMLINK_NOFOLLOW) != 0 || (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0;
    return r == 0 && S_ISLNK(st->st_mode) && !itself ? -LX_EWALK : r;
}

static bool has_notes(const struct stat *st)
{
    return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

/*
 * Keeps fields that the inode has by now: where one is in Windows' form it stays in that, with its
 * value; the others are noted, those that are not yet.
 */
static int keep(const struct store_object *o, struct store_metadata *own, struct nt_lx *values,
                unsigned fields)
{
    static const enum nt_lx_field each[] = {NT_LX_UID, NT_LX_GID, NT_LX_MODE};
    int r = 0;
    for (unsigned i = 0; r == 0 && i < sizeof(each) / sizeof(each[0]); i++)
        if ((fields & own->lx.has & each[i]) != 0)
            r = store_metadata_set(o, values, each[i]);
    unsigned missing = fields & ~own->has;
    return r == 0 && missing != 0 ? store_metadata_note(o, missing) : r;
}

/* The sticky bit is a mark of ours where it was not asked for. */
static int keep_sticky(const struct store_object *o, const struct store_metadata *own, mode_t mode)
{
    bool asked = (mode & S_ISVTX) != 0;
    return asked == own->sticky ? 0 : store_metadata_note_sticky(o, asked);
}

/*
 * What is there before a change of mode or owner, which a descriptor has to grant (access bits
 * `want`) and is the shown owner's to make: 1, 0 where the call is the kernel's alone, or -errno.
 */
static int before(struct lx_call *c, uint32_t want, enum lx_rule rule, struct stat *st,
                  struct store_metadata *own)
{
    const struct lx_mount *m = c->at[0].mount;
    const struct store_object o = drvfs_object(&c->at[0]);
    struct drvfs_owner owner;
    *own = (struct store_metadata){.has = 0};
    int r = look(c, st);
    if (r == 0)
        r = drvfs_demand(c, 0, st, DRVFS_LOOK_UP | want);
    if (r < 0 || keeps_nothing(c, m) || !has_notes(st))
        return r;
    r = store_metadata_get(&o, st, own);
    if (r < 0)
        return r;
    drvfs_show_owner(m, st, own, &owner);
    if (!owner.kernel && !drvfs_is_owner(&owner))
        r = lx_forbid_by(c, m, rule);
    return r < 0 ? r : 1;
}

/*
 * A mark stays, as nobody knows here what it is for: of a file the bit means nothing to Linux. In a
 * directory it holds who removes what, so there it goes where it was asked for, and stands for
 * nothing else.
 */
static bool loses_mark(const struct store_object *o, const struct stat *st,
                       const struct store_metadata *own)
{
    return S_ISDIR(st->st_mode) && own->sticky && !store_mark_is_meant(o);
}

long drvfs_metadata_chmod(struct lx_call *c)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    struct store_metadata own;
    struct stat st;
    mode_t asked = c->mode;
    int r = before(c, NT_WRITE_ATTRIBUTES, LX_RULE_CHMOD_NON_OWNER, &st, &own);
    if (r <= 0)
        return r < 0 ? r : lx_host_fs.run[LX_OP_CHMOD](c);
    if (store_marked(&st) && !loses_mark(&o, &st, &own))
        c->mode |= STORE_MARK;
    long result = lx_host_fs.run[LX_OP_CHMOD](c);
    c->mode = asked;
    if (result < 0)
        return result;
    struct nt_lx values = {.mode = (st.st_mode & S_IFMT) | (asked & 07777)};
    r = keep(&o, &own, &values, NT_LX_MODE);
    if (r == 0)
        r = keep_sticky(&o, &own, asked);
    if (r < 0) /* nothing has happened */
        (void)store_object_chmod(&o, st.st_mode & 07777);
    return r;
}

/*
 * True for a descriptor of what has its owner of its own in its inode already, on a drive without
 * descriptors: nobody has to be refused, and nothing is to be noted. Its mark, which chmod would
 * have to know, chown leaves as it is.
 */
static bool is_kernels_alone(const struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    return (at->flags & LX_LOC_DESCRIPTOR) != 0 && at->dfd != AT_FDCWD &&
           !keeps_nothing(c, at->mount) && !drvfs_has_descriptors(c, 0) &&
           store_metadata_is_inodes(at->dfd);
}

long drvfs_metadata_chown(struct lx_call *c)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    struct store_metadata own;
    struct stat st;
    if (is_kernels_alone(c))
        return lx_host_fs.run[LX_OP_CHOWN](c);
    int r = before(c, NT_WRITE_EA, LX_RULE_CHOWN_NON_OWNER, &st, &own);
    if (r <= 0)
        return r < 0 ? r : lx_host_fs.run[LX_OP_CHOWN](c);
    unsigned fields = (c->uid != (uid_t)-1 ? (unsigned)NT_LX_UID : 0) |
                      (c->gid != (gid_t)-1 ? (unsigned)NT_LX_GID : 0);
    struct nt_lx values = {.uid = c->uid, .gid = c->gid};
    long result = lx_host_fs.run[LX_OP_CHOWN](c);
    if (result < 0 || fields == 0)
        return result;
    r = keep(&o, &own, &values, fields);
    if (r < 0)
        (void)sys_fchownat(o.dfd, o.path, st.st_uid, st.st_gid,
                           o.path[0] == '\0' ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW);
    return r;
}
