/* SPDX-License-Identifier: MIT */
/*
 * VolFs: the file system of WSL1's own root, which does as Linux does, above what NTFS can hold. It
 * has two formats, of one behaviour: lxfs, and wslfs from build 17093 on. [seed: VolFs; DS 10]
 *
 * The backing is a file system of Linux', so that modes, owners, times, special files and what is
 * removed while it is open are its own. What is left to do is how names are stored, what stat and
 * statfs say, what Windows did to a file, and what an inode cannot be: see store/volfs.h.
 */
#include <errno.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fs/native.h"
#include "fs/refusal.h"
#include "fs/volfs/volfs.h"
#include "nt/times.h"
#include "sys/sys.h"

/*
 * A symlink is followed by the walk: what its text names is stored by another name. And the kernel
 * does not know that the mount is read-only, though what is no file of it may be written to.
 */
long volfs_access(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    bool proven = (c->at[0].flags & LX_LOC_WALKED) != 0;
    bool follows = (c->flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (follows && !proven && native_stat(c, 0, &st) == 0 && S_ISLNK(st.st_mode))
        return -LX_EWALK;
    int found = volfs_find(c, 0, &st, &file);
    if (found > 0 && S_ISLNK(file.mode) && follows)
        return -LX_EWALK;
    if (found > 0)
        found = volfs_permit(c, &file, c->access, (c->flags & AT_EACCESS) != 0);
    if (found < 0)
        return found;
    bool readonly = (c->at[0].mount->flags & LX_MOUNT_READONLY) != 0;
    long r = lx_host_fs.run[LX_OP_ACCESS](c);
    if (r < 0 || (c->access & W_OK) == 0 || !readonly || native_stat(c, 0, &st) < 0)
        return r;
    return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode) ? -EROFS : 0;
}

/* --- stat ----------------------------------------------------------------------------------- */

/* A directory has a size and links that are not the backing's. */
static bool alters_directory(struct lx_call *c, mode_t mode)
{
    return S_ISDIR(mode) && lx_rule(c->at[0].mount, LX_RULE_VOLFS_DIRECTORY) == LX_ON &&
           lx_alter(c, LX_RULE_VOLFS_DIRECTORY);
}

/* True where times are to be those of NTFS: wslfs keeps no others, and lxfs has its own. */
static bool alters_times(struct lx_call *c, unsigned long nanoseconds)
{
    const struct lx_mount *m = c->at[0].mount;
    return nanoseconds % 100 != 0 && m->type == LX_MOUNT_WSLFS &&
           lx_rule(m, LX_RULE_STAT_TIMES) != LX_NATIVE && lx_alter(c, LX_RULE_STAT_TIMES);
}

static void round_stat(struct lx_call *c, struct timespec *t)
{
    int64_t seconds = t->tv_sec;
    if (!alters_times(c, (unsigned long)t->tv_nsec))
        return;
    nt_time_round(&seconds, &t->tv_nsec);
    t->tv_sec = (time_t)seconds;
}

static void round_statx(struct lx_call *c, struct statx_timestamp *t)
{
    int64_t seconds = t->tv_sec;
    long ns = (long)t->tv_nsec;
    if (!alters_times(c, (unsigned long)ns))
        return;
    nt_time_round(&seconds, &ns);
    t->tv_sec = seconds;
    t->tv_nsec = (uint32_t)ns;
}

/*
 * What an inode does not say of a file with the mark: 1 with its facts and, of a link, its length;
 * 0 where it says all, -LX_EWALK for a link that is followed, or -errno.
 */
static __attribute__((noinline)) int look_again(struct lx_call *c, const struct stat *st,
                                                struct volfs_file *file, long *length)
{
    char target[PATH_MAX];
    const struct lx_loc *at = &c->at[0];
    const struct store_object o = volfs_object(at);
    bool open = (at->flags & LX_LOC_DESCRIPTOR) != 0;
    volfs_look(at->mount, &o, st, file);
    if (file->rule != LX_RULE_NONE)
        lx_alter(c, file->rule);
    if (file->ignored && !open)
        return lx_deny(c, LX_RULE_VOLFS_NO_ATTRIBUTES, ENOENT);
    if (S_ISLNK(file->mode) && (c->flags & AT_SYMLINK_NOFOLLOW) == 0 && !open)
        return -LX_EWALK;
    *length = S_ISLNK(file->mode) ? volfs_link(c->task->policy, at->mount, at->dfd, at->path, st,
                                               target, sizeof(target))
                                  : 0;
    *length = *length < 0 ? 0 : *length;
    return file->rule != LX_RULE_NONE || !file->kernel;
}

long volfs_stat(struct lx_call *c)
{
    struct volfs_file file;
    struct stat *st = c->buf;
    long length;
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r != 0 || lx_observing(c))
        return r;
    int again = volfs_is_plain(c, st) ? 0 : look_again(c, st, &file, &length);
    if (again < 0)
        return again;
    if (again > 0) {
        st->st_mode = file.mode;
        st->st_uid = file.uid;
        st->st_gid = file.gid;
        st->st_rdev = file.device;
        st->st_size = S_ISLNK(file.mode) ? length : file.special ? 0 : st->st_size;
    }
    if (alters_directory(c, st->st_mode)) {
        st->st_size = st->st_blksize;
        st->st_nlink = 1;
    }
    if (volfs_is_removed(c, st->st_mode, st->st_nlink))
        st->st_nlink = 0;
    round_stat(c, &st->st_atim);
    round_stat(c, &st->st_mtim);
    round_stat(c, &st->st_ctim);
    st->st_dev = sys_device(0, c->at[0].mount->device);
    return 0;
}

#define KNOWN (STATX_TYPE | STATX_NLINK | STATX_MODE | STATX_UID | STATX_GID | STATX_SIZE)

static struct stat as_stat_of(const struct statx *stx)
{
    return (struct stat){.st_mode = stx->stx_mode,
                         .st_uid = stx->stx_uid,
                         .st_gid = stx->stx_gid,
                         .st_rdev = sys_device(stx->stx_rdev_major, stx->stx_rdev_minor),
                         .st_size = (off_t)stx->stx_size};
}

static void give(struct statx *stx, const struct volfs_file *file, long length)
{
    stx->stx_mode = (uint16_t)file->mode;
    stx->stx_uid = file->uid;
    stx->stx_gid = file->gid;
    stx->stx_rdev_major = major(file->device);
    stx->stx_rdev_minor = minor(file->device);
    if (S_ISLNK(file->mode) || file->special)
        stx->stx_size = (uint64_t)length;
}

long volfs_statx(struct lx_call *c)
{
    struct volfs_file file;
    struct statx *stx = c->buf;
    unsigned mask = c->mask;
    long length;
    c->mask |= KNOWN; /* type and mode decide the other fields, asked for or not */
    long r = lx_host_fs.run[LX_OP_STATX](c);
    c->mask = mask;
    if (r != 0 || lx_observing(c))
        return r;
    const struct stat st = as_stat_of(stx);
    int again = volfs_is_plain(c, &st) ? 0 : look_again(c, &st, &file, &length);
    if (again < 0)
        return again;
    if (again > 0)
        give(stx, &file, length);
    if (alters_directory(c, stx->stx_mode)) {
        stx->stx_size = stx->stx_blksize;
        stx->stx_nlink = 1;
    }
    if (volfs_is_removed(c, stx->stx_mode, stx->stx_nlink))
        stx->stx_nlink = 0;
    round_statx(c, &stx->stx_atime);
    round_statx(c, &stx->stx_btime);
    round_statx(c, &stx->stx_ctime);
    round_statx(c, &stx->stx_mtime);
    stx->stx_dev_major = 0;
    stx->stx_dev_minor = c->at[0].mount->device;
    return 0;
}

static long volfs_statfs(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_STATFS](c);
    if (r == 0 && !lx_observing(c))
        ((struct statfs *)c->buf)->f_type = LX_WSL1_MAGIC;
    return r;
}

const struct lx_fs lx_volfs = {
    .link = volfs_link,
    .entry = volfs_entry,
    .mounted = volfs_mounted,
    .drop = volfs_drop,
    .removal = &volfs_removal,
    .run =
        {
            [LX_OP_OPEN] = volfs_open,
            [LX_OP_STAT] = volfs_stat,
            [LX_OP_STATX] = volfs_statx,
            [LX_OP_ACCESS] = volfs_access,
            [LX_OP_READLINK] = volfs_readlink,
            [LX_OP_UNLINK] = volfs_unlink,
            [LX_OP_RMDIR] = volfs_existing,
            [LX_OP_RENAME] = volfs_rename,
            [LX_OP_LINK] = volfs_hardlink,
            [LX_OP_SYMLINK] = volfs_new,
            [LX_OP_MKDIR] = volfs_new,
            [LX_OP_MKNOD] = volfs_mknod,
            [LX_OP_BIND] = volfs_new,
            [LX_OP_CHMOD] = volfs_chmod,
            [LX_OP_CHOWN] = volfs_chown,
            [LX_OP_UTIMES] = volfs_existing,
            [LX_OP_TRUNCATE] = volfs_existing,
            [LX_OP_GETXATTR] = volfs_getxattr,
            [LX_OP_SETXATTR] = volfs_setxattr,
            [LX_OP_LISTXATTR] = volfs_listxattr,
            [LX_OP_REMOVEXATTR] = volfs_removexattr,
            [LX_OP_STATFS] = volfs_statfs,
            [LX_OP_EXEC] = volfs_exec,
            [LX_OP_CHDIR] = volfs_existing,
            [LX_OP_WATCH] = volfs_existing,
            [LX_OP_CONNECT] = volfs_existing,
        },
};
