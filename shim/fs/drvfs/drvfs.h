/* SPDX-License-Identifier: MIT */
/* DrvFs: a Windows drive. Shared between the files that implement its operations. */
#ifndef LXSHIM_FS_DRVFS_H
#define LXSHIM_FS_DRVFS_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/filesystems.h"
#include "fs/holding.h"
#include "nt/access.h"
#include "store/metadata.h"
#include "store/shares.h"
#include "store/sidecar_attr.h"
#include "sys/dirents.h"

/* A directory's st_size and every st_blksize; also where a file stops being "small". */
#define DRVFS_BLOCK 4096

/* The backing modes of what is made without metadata: the write bit is the read-only attribute. */
#define DRVFS_WRITABLE 0755u
#define DRVFS_READONLY 0555u

/* True where a backing mode means the read-only attribute. */
static inline bool drvfs_is_readonly(mode_t native)
{
    return (native & 0222) == 0;
}

/* The mode that a file without metadata shows, from its backing mode. [vendor test DrvFsTestAccess]
 */
static inline mode_t drvfs_mode(const struct lx_mount *mount, mode_t native)
{
    mode_t type = native & S_IFMT;
    if (S_ISLNK(native))
        return type | 0777;
    if (S_ISDIR(native))
        return type | (0777 & ~mount->dir_mask);
    return type | ((drvfs_is_readonly(native) ? 0555u : 0777u) & ~mount->file_mask);
}

/* True where files of a mount may have mode and owner of their own. */
static inline bool drvfs_keeps(const struct lx_mount *mount)
{
    return lx_rule(mount, LX_RULE_METADATA_KEEP) == LX_ON;
}

/* The object of a location, for the facts that are stored of it. */
static inline struct store_object drvfs_object(const struct lx_loc *at)
{
    return (struct store_object){lx_backing(at->mount), at->dfd, at->path};
}

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

/*
 * [WSL#1535] True where somebody watches what `fd`, if it is one, is open on, and by a rule has it
 * open by that: then of location `which`, and `holders` says who.
 */
bool drvfs_held_by_watch(struct lx_call *c, unsigned which, int fd, struct store_holders *holders);

/* The rule by which something of that type still waits to be deleted. */
static inline enum lx_rule drvfs_pending_rule(mode_t type)
{
    return S_ISDIR(type) ? LX_RULE_RMDIR_OPEN_DIRECTORY : LX_RULE_UNLINK_OPEN_FILE;
}

/*
 * Before an entry is made under a new name: refuses names that wait to be deleted, and a directory
 * the caller may not write. 0 or -errno.
 */
int drvfs_check_new_entry(struct lx_call *c, const struct lx_loc *at);

/* Corrects what the umask took from something just made. fd, or at->path where fd is negative. */
void drvfs_restore_mode(const struct lx_loc *at, int fd, mode_t wanted);

/* True where a path ends in "." or "..". */
static inline bool drvfs_last_is_dots(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *leaf = slash == NULL ? path : slash + 1;
    return sys_is_dots(leaf, strlen(leaf));
}

/* The same of path i of a call; its last byte tells where its length is known. */
static inline bool drvfs_is_dots(const struct lx_call *c, unsigned i)
{
    const char *path = c->at[i].path;
    size_t n = path == c->path[i] ? c->path_length[i] : 0;
    return (n == 0 || path[n - 1] == '.') && drvfs_last_is_dots(path);
}

/* After mkdir: gives a new directory the case flag its mount and parent ask for. 0 or -errno. */
int drvfs_inherit_case(struct lx_call *c, const struct lx_loc *at);

/*
 * Refuses a call on a file that has no name any more, and one by a descriptor that has it by
 * another name than it has, by their rules. 0 or -errno.
 */
long drvfs_check_name_of(struct lx_call *c, mode_t mode, nlink_t links);
static inline long drvfs_check_named(struct lx_call *c, mode_t mode, nlink_t links)
{
    bool by_path = (c->at[0].flags & LX_LOC_DESCRIPTOR) == 0;
    return by_path && links != 0 ? 0 : drvfs_check_name_of(c, mode, links);
}

/* A file that would end behind `end` bytes: too large, where the volume says so. 0 or -errno. */
int drvfs_check_size(struct lx_call *c, int64_t end);

/* Refuses to make a file smaller that somebody has mapped; st: its stat. 0 or -errno. */
int drvfs_check_mapped(struct lx_call *c, const struct stat *st, int64_t length);

/* After a call that has set times: for a moment no stat shows any that is ahead of the clock. */
void drvfs_times_were_set(const struct lx_call *c);

/* What is known of times that were set: the run's, or this process's own. Any thread writes it: see
 * clock.c. */
extern SYS_HIDDEN struct lx_stats_times drvfs_own_times;
static inline struct lx_stats_times *drvfs_times(const struct lx_call *c)
{
    struct lx_stats *stats = c->task->policy->stats;
    return stats != NULL ? &stats->times : &drvfs_own_times;
}

/* True where any were. */
static inline bool drvfs_has_set_times(const struct lx_call *c)
{
    return atomic_load_explicit(&drvfs_times(c)->any, memory_order_relaxed) != 0;
}

/*
 * Then, the coarse clock in ns by which times may have to be shown otherwise; 0 where only what was
 * shown before stays.
 */
uint64_t drvfs_held_until(const struct lx_call *c);

/* By how many nanoseconds a time of the file with this inode is shown less than it is. */
uint64_t drvfs_ahead_by(const struct lx_call *c, uint64_t file, const struct timespec *at,
                        uint64_t now);

/* What a reparse buffer makes of a file. */
enum drvfs_kind {
    DRVFS_FILE, /* nothing that WSL knows of: a file or directory as it is */
    DRVFS_LINK,
    DRVFS_ALIAS /* an AppExecLink: two bytes, "MZ" */
};
#define DRVFS_ALIAS_SIZE 2

/*
 * The target of the link at dfd/path, with its facts, in Linux' words, and its length; 0 where it
 * is none, -EIO where Linux has no words for it. An empty path: what dfd is open on.
 */
long drvfs_link_target(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                       const char *path, const struct stat *st, char *out, size_t room);

/* What dfd/path is, where lx_may_be_link; notes the rule. *length: of what stat shows. */
enum drvfs_kind drvfs_look_again(struct lx_call *c, const struct lx_mount *mount, int dfd,
                                 const char *path, const struct stat *st, long *length);

/*
 * The same for path i of a call, whose lstat is given; no more than a look at the mode for nearly
 * all files. Of a descriptor only what is marked: who creates a file asks for its size at once.
 */
static inline enum drvfs_kind drvfs_kind(struct lx_call *c, unsigned i, const struct stat *st,
                                         long *length)
{
    const struct lx_loc *at = &c->at[i];
    if (!lx_may_be_link(st) || c->task->seccomp_confined ||
        ((at->flags & LX_LOC_DESCRIPTOR) != 0 && !store_marked(st)))
        return DRVFS_FILE;
    return drvfs_look_again(c, at->mount, at->dfd, at->path, st, length);
}

/* True for an entry of a directory with a reparse point that is no link, nor one of WSL's own. */
bool drvfs_is_other_reparse(const struct lx_mount *mount, int dir, const char *name);

/* True for an entry of a directory that no list has: what it is nobody knows in its era. */
bool drvfs_hides_reparse(const struct lx_task *t, const struct lx_mount *mount, int dir,
                         const char *name);

/* True where path i is a link that Windows made. */
static inline bool drvfs_is_link(struct lx_call *c, unsigned i, const struct stat *st)
{
    long length;
    return drvfs_kind(c, i, st, &length) == DRVFS_LINK;
}

/*
 * Refuses what a process of Windows that has the file behind fd open does not share with us
 * (`ours`: enum store_share), as `lxshim win hold` does. 0 or -EACCES.
 */
int drvfs_check_sharing(struct lx_call *c, unsigned i, int fd, unsigned ours);

/* The same by the path of a file with the mark, whose facts are given. */
int drvfs_check_sharing_at(struct lx_call *c, unsigned i, const struct stat *st, unsigned ours);

/*
 * Refuses what a scanner of the policy's that has path i open does not share with us, or waits
 * until it has gone. Costs nothing where there is none. 0 or -errno.
 */
int drvfs_check_what_scans(struct lx_call *c, unsigned i, unsigned ours);
static inline int drvfs_check_scanner(struct lx_call *c, unsigned i, unsigned ours)
{
    return c->task->policy->scanner == NULL ? 0 : drvfs_check_what_scans(c, i, ours);
}

/* The same for a rename of the directory at path 0, of what is below. */
int drvfs_check_scanner_below(struct lx_call *c);

/*
 * Gives the file of an AppExecLink, open behind fd, the two bytes that programs see in it. Windows
 * shows it empty all the same. 0 or -EIO.
 */
int drvfs_fill_alias(int fd);

lx_fs_search drvfs_search;
lx_fs_conceals drvfs_conceals;
lx_fs_guards drvfs_guards;
lx_fs_bars drvfs_bars;
lx_fs_barred drvfs_barred;
lx_fs_unique drvfs_unique;
lx_fs_listed drvfs_listed;
lx_fs_shown drvfs_shown;
extern const struct lx_fs_removal drvfs_removal;

lx_fs_op drvfs_open;
lx_fs_op drvfs_stat;
lx_fs_op drvfs_statx;
lx_fs_op drvfs_access;
lx_fs_op drvfs_readlink;
lx_fs_op drvfs_statfs;
lx_fs_op drvfs_unlink;
lx_fs_op drvfs_rmdir;
lx_fs_op drvfs_rename;
lx_fs_op drvfs_link;
lx_fs_op drvfs_symlink;
lx_fs_op drvfs_mkdir;
lx_fs_op drvfs_mknod;
lx_fs_op drvfs_bind;
lx_fs_op drvfs_chmod;
lx_fs_op drvfs_chown;
lx_fs_op drvfs_utimes;
lx_fs_op drvfs_truncate;
lx_fs_op drvfs_fallocate;
lx_fs_op drvfs_getxattr;
lx_fs_op drvfs_setxattr;
lx_fs_op drvfs_listxattr;
lx_fs_op drvfs_removexattr;
lx_fs_op drvfs_exec;
lx_fs_op drvfs_seek;
lx_fs_op drvfs_sync;
lx_fs_op drvfs_ioctl;
lx_fs_op drvfs_control;
lx_fs_op drvfs_write;
lx_fs_op drvfs_copy;
lx_fs_op drvfs_chdir;
lx_fs_op drvfs_watch;

#endif
