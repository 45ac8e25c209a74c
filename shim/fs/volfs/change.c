/* SPDX-License-Identifier: MIT */
/* What changes a file of VolFs', or its names, where the kernel cannot or does not know of it. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fs/holding.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "fs/rules.h"
#include "fs/volfs/volfs.h"
#include "nt/reparse.h"
#include "sys/sys.h"

/* What a call needs of a file that is there. */
static unsigned needs(enum lx_op op)
{
    switch (op) {
    case LX_OP_CHDIR:
        return X_OK;
    case LX_OP_WATCH:
        return R_OK;
    case LX_OP_TRUNCATE:
    case LX_OP_CONNECT:
        return W_OK;
    default:
        return 0;
    }
}

/* A descriptor has its rights already; but to go to a directory by one asks again. */
static bool is_open(const struct lx_call *c)
{
    return (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0 && c->op != LX_OP_CHDIR;
}

long volfs_existing(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = is_open(c) ? 0 : volfs_find(c, 0, &st, &file);
    if (r > 0)
        r = volfs_permit(c, &file, needs(c->op), true);
    return r < 0 ? r : lx_host_fs.run[c->op](c);
}

long volfs_new(struct lx_call *c)
{
    return volfs_exists(c, 0, lx_host_fs.run[c->op](c));
}

/* --- names ---------------------------------------------------------------------------------- */

long volfs_unlink(struct lx_call *c)
{
    return volfs_losing(c, 0, volfs_existing);
}

long volfs_rename(struct lx_call *c)
{
    struct volfs_file file;
    struct stat from = {.st_mode = 0};
    struct stat to = {.st_mode = 0};
    if (c->task->seccomp_confined)
        return lx_host_fs.run[LX_OP_RENAME](c);
    int r = volfs_find(c, 0, &from, &file);
    if (r >= 0 && volfs_find(c, 1, &to, &file) < 0)
        r = lx_deny(c, LX_RULE_VOLFS_NO_ATTRIBUTES, EIO);
    if (r >= 0 && native_stat(c, 0, &from) == 0) {
        c->moves_directory = !S_ISREG(from.st_mode);
        r = S_ISDIR(from.st_mode) ? lx_check_slash(c) : 0;
        if (r == 0 && S_ISDIR(from.st_mode))
            r = lx_check_descendants(c);
    }
    if (r < 0)
        return r;
    /* Two names of one file: nothing is renamed. */
    bool replaces = c->how == 0 && (to.st_ino != from.st_ino || to.st_dev != from.st_dev);
    return replaces ? volfs_losing(c, 1, lx_host_fs.run[LX_OP_RENAME])
                    : lx_host_fs.run[LX_OP_RENAME](c);
}

/* What has no name any more cannot be linked: for Linux ENOENT, on WSL1 by another errno. */
static long explain_missing(struct lx_call *c)
{
    if (lx_rule(c->at[1].mount, LX_RULE_LINK_UNLINKED) == LX_NATIVE)
        return -ENOENT;
    int r = lx_deny(c, LX_RULE_LINK_UNLINKED, EACCES);
    return r < 0 ? r : -ENOENT;
}

long volfs_hardlink(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = volfs_find(c, 0, &st, &file);
    if (r < 0)
        return r;
    enum volfs_source source = c->task->seccomp_confined ? VOLFS_NAMED : volfs_source(c);
    long done = source == VOLFS_KEPT ? -ENOENT : lx_host_fs.run[LX_OP_LINK](c);
    return done == -ENOENT && source != VOLFS_NAMED ? explain_missing(c) : volfs_exists(c, 1, done);
}

/* --- attributes ----------------------------------------------------------------------------- */

/* Who is root for himself, in a user namespace, and may not do what root may. */
static bool is_root_of_his_own(long r)
{
    return (r == -EPERM || r == -EINVAL) && sys_geteuid() == 0;
}

static bool may_have_notes(const struct stat *st)
{
    return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

static struct nt_lxattrb as_it_is(const struct volfs_file *file)
{
    return (struct nt_lxattrb){.mode = file->mode,
                               .uid = file->uid,
                               .gid = file->gid,
                               .major = major(file->device),
                               .minor = minor(file->device)};
}

static long put(const struct lx_call *c, const struct nt_lxattrb *want)
{
    const struct store_object o = volfs_object(&c->at[0]);
    return store_volfs_put(&o, volfs_format(c->at[0].mount), want);
}

long volfs_chmod(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = volfs_find(c, 0, &st, &file);
    if (r <= 0)
        return r < 0 ? r : lx_host_fs.run[LX_OP_CHMOD](c);
    if (S_ISLNK(file.mode))
        return -EOPNOTSUPP;
    uid_t uid = sys_geteuid();
    if (uid != 0 && uid != file.uid)
        return -EPERM;
    struct nt_lxattrb want = as_it_is(&file);
    want.mode = (want.mode & S_IFMT) | (c->mode & 07777);
    return put(c, &want);
}

/* Who gives a file away takes from it what it did in its owner's name. [chown(2)] */
static uint32_t without_its_owners(uint32_t mode)
{
    if (!S_ISREG(mode))
        return mode;
    return mode & ~(uint32_t)(S_ISUID | ((mode & S_IXGRP) != 0 ? S_ISGID : 0));
}

long volfs_chown(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = volfs_find(c, 0, &st, &file);
    if (r < 0)
        return r;
    long done = r > 0 ? -EPERM : lx_host_fs.run[LX_OP_CHOWN](c);
    if (r == 0 && (!is_root_of_his_own(done) || c->task->seccomp_confined || lx_observing(c) ||
                   native_stat(c, 0, &st) < 0 || !may_have_notes(&st)))
        return done;
    if (sys_geteuid() != 0)
        return -EPERM;
    if (r == 0) {
        const struct store_object o = volfs_object(&c->at[0]);
        volfs_look(c->at[0].mount, &o, &st, &file);
    }
    struct nt_lxattrb want = as_it_is(&file);
    want.uid = c->uid == (uid_t)-1 ? want.uid : c->uid;
    want.gid = c->gid == (gid_t)-1 ? want.gid : c->gid;
    want.mode = without_its_owners(want.mode);
    return put(c, &want);
}

/* The buffer that stands for a device on wslfs. */
static long put_tag(const struct store_object *o, uint32_t tag)
{
    uint8_t buffer[64];
    const struct nt_reparse r = {.tag = tag};
    long n = nt_reparse_encode(&r, buffer, sizeof(buffer));
    return n < 0 ? n : store_attr_set(o, STORE_REPARSE, buffer, (size_t)n);
}

/* A device that only Windows' form can be: an empty file for Linux, and no node to be opened. */
static long make_device(struct lx_call *c, const struct lx_loc *at)
{
    const struct store_object o = volfs_object(at);
    struct stat st = {.st_mode = 0};
    lx_masked(c->task);
    long r = sys_mknodat(at->dfd, at->path, S_IFREG | (c->mode & 07777), 0);
    if (r == 0)
        r = store_object_stat(&o, &st);
    if (r < 0)
        return r;
    const struct nt_lxattrb want = {.mode = (c->mode & S_IFMT) | (st.st_mode & 07777),
                                    .uid = st.st_uid,
                                    .gid = st.st_gid,
                                    .major = major(c->dev),
                                    .minor = minor(c->dev)};
    if (volfs_format(at->mount) == STORE_WSLFS)
        r = put_tag(&o, S_ISCHR(c->mode) ? NT_TAG_LX_CHR : NT_TAG_LX_BLK);
    if (r == 0)
        r = store_volfs_put(&o, volfs_format(at->mount), &want);
    if (r < 0)
        sys_unlinkat(at->dfd, at->path, 0);
    return r;
}

long volfs_mknod(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_MKNOD](c);
    bool device = S_ISCHR(c->mode) || S_ISBLK(c->mode);
    if (r == -EPERM && device && is_root_of_his_own(r) && !c->task->seccomp_confined &&
        !lx_observing(c))
        return make_device(c, &c->at[0]);
    return volfs_exists(c, 0, r);
}
