/* SPDX-License-Identifier: MIT */
/* What a file of VolFs is: its inode, or what stands in an attribute for it. */
#ifndef LXSHIM_FS_VOLFS_FILE_H
#define LXSHIM_FS_VOLFS_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "store/volfs.h"

/* What a file is, and whose, as VolFs shows it. */
struct volfs_file {
    mode_t mode;
    uid_t uid;
    gid_t gid;
    dev_t device;
    bool kernel;       /* all of it is the inode's, and nothing is left for us to check */
    bool ignored;      /* WSL does not know it: it is not there */
    bool damaged;      /* its attributes are none: it cannot be opened */
    bool special;      /* neither file nor directory, and a file for Linux */
    enum lx_rule rule; /* by which it is not the inode's, or LX_RULE_NONE */
};

static inline enum store_format volfs_format(const struct lx_mount *mount)
{
    return mount->type == LX_MOUNT_LXFS ? STORE_LXFS : STORE_WSLFS;
}

/* The root by the name that is beside `temp`, wherever it is bound. */
static inline const char *volfs_root(const struct lx_mount *mount)
{
    const char *alias = lx_bind_alias(mount);
    return alias != NULL ? alias : mount->backing_length == 0 ? "/" : lx_backing(mount);
}

static inline struct store_object volfs_object(const struct lx_loc *at)
{
    return (struct store_object){lx_backing(at->mount), at->dfd, at->path};
}

/* True where nothing more is to be asked of an inode than what a stat of it says. */
static inline bool volfs_is_plain(const struct lx_call *c, const struct stat *st)
{
    return !store_marked(st) || c->task->seccomp_confined || lx_observing(c);
}

/* Tells that of an object of a mount, whose lstat is given. Notes no rule. */
void volfs_look(const struct lx_mount *mount, const struct store_object *o, const struct stat *st,
                struct volfs_file *out);

/* The same of path i of a call: 1, 0 where it is the kernel's alone or missing, -ENOENT by its rule
 * where it is ignored. */
int volfs_find(struct lx_call *c, unsigned i, struct stat *st, struct volfs_file *out);

/* Refuses who would need rights (R_OK and so on) that a file does not show for him: 0 or -EACCES.
 */
int volfs_permit(struct lx_call *c, const struct volfs_file *file, unsigned want, bool effective);

/* After the kernel found something by the name that a call is to make: -EIO where that is ignored,
 * else `error`. */
long volfs_exists(struct lx_call *c, unsigned i, long error);

lx_fs_entry volfs_entry;
lx_fs_mounted volfs_mounted;
lx_fs_drop volfs_drop;

#endif
