/* SPDX-License-Identifier: MIT */
/* What a file of VolFs' is where its inode does not say it: see store/volfs.h. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fs/native.h"
#include "fs/permission.h"
#include "fs/refusal.h"
#include "fs/volfs/file.h"
#include "store/temp.h"
#include "sys/sys.h"

/* True where what it lacks was taken since the tree was mounted, and is remembered. */
static bool is_cached(const struct lx_mount *mount, const struct store_volfs *v)
{
    struct store_tree tree;
    return lx_rule(mount, LX_RULE_VOLFS_CACHE) == LX_KEPT &&
           store_tree_get(volfs_root(mount), &tree) && tree.mounted == v->since;
}

void volfs_look(const struct lx_mount *mount, const struct store_object *o, const struct stat *st,
                struct volfs_file *out)
{
    struct store_volfs v;
    struct nt_lxattrb a;
    *out = (struct volfs_file){.mode = st->st_mode,
                               .uid = st->st_uid,
                               .gid = st->st_gid,
                               .device = st->st_rdev,
                               .kernel = true,
                               .rule = LX_RULE_NONE};
    if (!store_marked(st))
        return;
    store_volfs_get(o, st, volfs_format(mount), &v);
    if (!v.noted)
        return;
    if (v.lacks != 0 && !v.damaged && is_cached(mount, &v)) {
        v.lacks = 0;
        out->rule = LX_RULE_VOLFS_CACHE;
    }
    if (v.lacks != 0)
        out->rule = LX_RULE_VOLFS_NO_ATTRIBUTES;
    out->ignored =
        v.lacks == NT_LX_OWNED && lx_rule(mount, LX_RULE_VOLFS_NO_ATTRIBUTES) == LX_IGNORE;
    out->damaged = v.damaged;
    out->kernel = v.lacks == 0 && v.lx.has == 0 && v.type == 0;
    out->special = v.type != 0;
    store_volfs_show(st, &v, &a);
    out->mode = S_ISLNK(a.mode) ? a.mode | 0777 : a.mode;
    /* The kernel knows of a sticky bit that nobody has asked for. */
    out->kernel = out->kernel && a.mode == st->st_mode;
    out->uid = a.uid;
    out->gid = a.gid;
    if (S_ISCHR(a.mode) || S_ISBLK(a.mode))
        out->device = makedev(a.major, a.minor);
}

int volfs_find(struct lx_call *c, unsigned i, struct stat *st, struct volfs_file *out)
{
    const struct lx_loc *at = &c->at[i];
    const struct store_object o = volfs_object(at);
    if (c->task->seccomp_confined || native_stat(c, i, st) < 0 || !store_marked(st))
        return 0;
    volfs_look(at->mount, &o, st, out);
    if (lx_observing(c)) {
        if (out->rule != LX_RULE_NONE)
            lx_ruleset_add(&c->observed, out->rule);
        return 0;
    }
    if (out->ignored && (at->flags & LX_LOC_DESCRIPTOR) == 0)
        return lx_deny(c, LX_RULE_VOLFS_NO_ATTRIBUTES, ENOENT);
    return out->rule != LX_RULE_NONE || !out->kernel;
}

int volfs_permit(struct lx_call *c, const struct volfs_file *file, unsigned want, bool effective)
{
    want &= LX_ANYTHING;
    if (file->kernel || (want & ~lx_granted(file->mode, file->uid, file->gid, effective)) == 0)
        return 0;
    return file->rule == LX_RULE_NONE ? -EACCES : lx_deny(c, file->rule, EACCES);
}

long volfs_exists(struct lx_call *c, unsigned i, long error)
{
    struct volfs_file file;
    struct stat st;
    int r = error == -EEXIST || error == -EADDRINUSE ? volfs_find(c, i, &st, &file) : 0;
    if (r < 0)
        return lx_deny(c, LX_RULE_VOLFS_NO_ATTRIBUTES, EIO);
    return error;
}

unsigned char volfs_entry(const struct lx_mount *mount, int dir, const char *name,
                          unsigned char type)
{
    const struct store_object o = {lx_backing(mount), dir, name};
    struct volfs_file file;
    struct stat st;
    if (sys_fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !store_marked(&st))
        return type;
    volfs_look(mount, &o, &st, &file);
    return file.ignored ? LX_UNLISTED : file.special ? (unsigned char)IFTODT(file.mode) : type;
}

void volfs_mounted(const struct lx_mount *mount, const char *backing)
{
    if ((mount->flags & LX_MOUNT_READONLY) != 0)
        return;
    if (backing[0] == '\0') /* the root of all: by the name that is beside `temp`, if it has one */
        backing = volfs_root(mount);
    store_tree_mount(backing, volfs_format(mount),
                     lx_rule(mount, LX_RULE_VOLFS_CAPABILITY_STREAM) == LX_ON);
    /* What a killed run has left there. */
    if (store_temp_belongs(backing) && lx_rule(mount, LX_RULE_VOLFS_TEMP) == LX_ON)
        (void)store_temp_empty(backing, false);
}

void volfs_drop(struct lx_call *c, const struct lx_mount *mount)
{
    if ((mount->flags & LX_MOUNT_READONLY) == 0 && lx_rule(mount, LX_RULE_VOLFS_CACHE) == LX_KEPT &&
        lx_rule(mount, LX_RULE_VOLFS_DROP_CACHES) == LX_ON &&
        lx_alter(c, LX_RULE_VOLFS_DROP_CACHES))
        store_tree_drop(volfs_root(mount));
}
