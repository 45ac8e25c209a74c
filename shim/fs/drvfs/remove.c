/* SPDX-License-Identifier: MIT */
/* unlink and rmdir on a Windows drive: what is open does not go. */
#include <limits.h>
#include <string.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/sharing.h"
#include "fs/holding.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/cwds.h"
#include "store/directory.h"
#include "store/pending.h"
#include "store/sidecar.h"
#include "sys/sys.h"

static int native_unlink(const struct lx_loc *at, int flags)
{
    return sys_unlinkat(at->dfd, at->path, flags);
}

/*
 * Somebody has it open. Returns 1 where the removal may go on as on Linux, 0 where it is pending
 * now, or -errno.
 */
static int held(struct lx_call *c, enum lx_rule rule, const struct store_holders *holders)
{
    const struct lx_loc *at = &c->at[0];
    const bool watches = lx_rule(at->mount, LX_RULE_WATCH_HOLDS) == LX_ON;
    lx_keep_holders(c, holders);
    if (lx_rule(at->mount, rule) == LX_DENY) {
        int r = lx_forbid(c, rule, EACCES);
        return r < 0 ? r : 1;
    }
    if (!lx_alter(c, rule))
        return 1;
    const struct store_object o = drvfs_object(at);
    int r = store_pending_mark(&o, watches);
    if (r == 0)
        lx_announce_removal(c->task->policy->stats);
    /* No room for the mark in so long a name, or nowhere to note whose it is: refusing is the
     * nearest to "it stays until closed". */
    bool unmarked = r == -ENAMETOOLONG || r == -EEXIST || r == -EOPNOTSUPP;
    return unmarked ? lx_forbid(c, rule, EACCES) : r;
}

static int check_readonly(struct lx_call *c)
{
    struct stat st;
    if (lx_rule(c->at[0].mount, LX_RULE_UNLINK_READONLY_FILE) == LX_ALLOW)
        return 0;
    if (native_stat(c, 0, &st) < 0 || !S_ISREG(st.st_mode) || !drvfs_is_readonly(st.st_mode))
        return 0;
    return lx_forbid_by(c, c->at[0].mount, LX_RULE_UNLINK_READONLY_FILE);
}

/*
 * The kernel looks for a name last, behind a mount that is read-only: asked by the name of a
 * directory, which is nothing to unlink, whatever comes there meanwhile.
 */
static long unlink_absent(const struct lx_loc *at)
{
    char name[PATH_MAX];
    size_t n = strlen(at->path);
    if (n + 2 > sizeof(name))
        return -ENOENT;
    memcpy(name, at->path, n);
    memcpy(name + n, "/", 2);
    return sys_unlinkat(at->dfd, name, 0) == -EROFS ? -EROFS : -ENOENT;
}

/* What a listing shows as waiting to be deleted cannot be deleted again. Looked for to explain. */
static long missing(struct lx_call *c, long r)
{
    const struct lx_loc *at = &c->at[0];
    const struct lx_policy *policy = c->task->policy;
    const struct store_object o = drvfs_object(at);
    if (policy->trace == NULL && policy->stats == NULL)
        return r;
    mode_t waiting = r == -ENOENT ? store_pending_blocks(&o) : 0;
    if (waiting != 0)
        c->denied = drvfs_pending_rule(waiting);
    return r;
}

/* A link to a directory that Windows made: a file for WSL. [vendor test DrvFsTestReparse] */
static bool is_directory_link(struct lx_call *c)
{
    struct stat st;
    return native_stat(c, 0, &st) == 0 && S_ISDIR(st.st_mode) && drvfs_is_link(c, 0, &st);
}

/* Deleting needs everybody's consent who has it open in Windows, in every era. */
static int check_sharing(struct lx_call *c)
{
    struct stat st;
    if (native_stat(c, 0, &st) < 0)
        return 0; /* the removal itself says why */
    return drvfs_check_sharing_at(c, 0, &st, STORE_OPEN | STORE_DELETES);
}

/* [WSL#2012] NT deletes nothing that is mapped. */
static int check_mapped(struct lx_call *c)
{
    struct stat st;
    if (lx_rule(c->at[0].mount, LX_RULE_UNLINK_MAPPED_FILE) == LX_NATIVE ||
        native_stat(c, 0, &st) < 0)
        return 0;
    return drvfs_check_mapped(c, 0, &st, LX_RULE_UNLINK_MAPPED_FILE);
}

static long unlink_entry(struct lx_call *c)
{
    long r = native_unlink(&c->at[0], c->flags);
    return r == -EISDIR && is_directory_link(c) ? native_unlink(&c->at[0], AT_REMOVEDIR) : r;
}

/*
 * A removal takes along what is stored beside the file. So does one that is pending: nobody reaches
 * the file by a name any more.
 */
static long with_facts(struct lx_call *c, lx_fs_op *removal)
{
    const struct store_object o = drvfs_object(&c->at[0]);
    char key[STORE_SIDECAR_KEY];
    long r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP | NT_DELETE);
    if (r < 0)
        return r;
    bool beside = store_sidecar_about(&o, key);
    r = removal(c);
    if (r == 0 && beside)
        store_sidecar_drop(o.root, key);
    return r;
}

static long unlink_file(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct store_holders holders = lx_holders(c);
    int r = check_readonly(c);
    if (r == 0)
        r = drvfs_check_scanner(c, 0, STORE_OPEN | STORE_DELETES);
    if (r < 0)
        return r;
    if (lx_rule(at->mount, LX_RULE_UNLINK_OPEN_FILE) == LX_POSIX) {
        r = check_sharing(c);
        if (r == 0)
            r = check_mapped(c);
        return r < 0 ? r : unlink_entry(c);
    }

    /* While we hold the claim nobody else can open the file: what is free now is free below. */
    int claim = store_claim_file(at->dfd, at->path, &holders);
    if (drvfs_held_by_watch(c, 0, claim, &holders)) {
        sys_close(claim);
        claim = -EBUSY;
    }
    if (claim == -EBUSY) {
        r = check_sharing(c);
        if (r == 0)
            r = check_mapped(c);
        if (r == 0)
            r = held(c, LX_RULE_UNLINK_OPEN_FILE, &holders);
        return r <= 0 ? r : native_unlink(at, c->flags);
    }
    long result = claim == -ENOENT ? unlink_absent(at) : unlink_entry(c);
    if (claim >= 0)
        sys_close(claim);
    return missing(c, result);
}

static long remove_directory(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct store_holders holders = lx_holders(c);
    struct stat st;
    if (drvfs_last_is_dots(at->path))
        return native_unlink(at, c->flags); /* EINVAL, ENOTEMPTY: the kernel's to say */
    int dir = sys_openat(at->dfd, at->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (dir < 0)
        return missing(c, native_unlink(at, c->flags));
    long r = sys_fstat(dir, &st);
    if (r == 0 && drvfs_is_link(c, 0, &st))
        r = -ENOTDIR;
    if (r == 0 && store_marked(&st) &&
        lx_rule(at->mount, LX_RULE_RMDIR_REPARSE_POINT) != LX_NATIVE &&
        drvfs_is_other_reparse(at->mount, at->dfd, at->path))
        r = lx_forbid_by(c, at->mount, LX_RULE_RMDIR_REPARSE_POINT);
    if (r == 0 && store_marked(&st))
        r = drvfs_check_sharing(c, 0, dir, STORE_OPEN | STORE_DELETES);
    if (r < 0) {
        sys_close(dir);
        return r;
    }
    bool posix = lx_rule(at->mount, LX_RULE_RMDIR_OPEN_DIRECTORY) == LX_POSIX;
    /* What is not empty stays, held or not: no reason to read /proc, if it has to be read. */
    bool matters = !posix && (store_cwds_kept() || store_directory_seems_empty(dir));
    if (matters &&
        (store_directory_held(dir, &st, &holders) || drvfs_held_by_watch(c, 0, dir, &holders)) &&
        store_directory_empty(dir)) {
        r = held(c, LX_RULE_RMDIR_OPEN_DIRECTORY, &holders);
        if (r <= 0) {
            sys_close(dir);
            return r;
        }
    }
    r = native_unlink(at, c->flags);
    if (r == -ENOTEMPTY && SYS3(SYS_lseek, dir, 0, SEEK_SET) == 0 &&
        store_pending_sweep(lx_backing(at->mount), dir))
        r = native_unlink(at, c->flags);
    sys_close(dir);
    return r;
}

long drvfs_unlink(struct lx_call *c)
{
    return with_facts(c, unlink_file);
}

long drvfs_rmdir(struct lx_call *c)
{
    return with_facts(c, remove_directory);
}
