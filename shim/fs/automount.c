/* SPDX-License-Identifier: MIT */
/*
 * The directory of a session's drives where the system has none, automount.root, with those that it
 * is in. WSL's init makes them, mode 0755 [W:config.cpp UtilMkdirPath]; a run has them in a
 * directory of its own, so that nothing of them is left. They are root's, on the file system of the
 * directory that they are in. Root makes directories there, to mount on, which are there as long as
 * the run; a file would be gone with it, and somebody might miss that, so that nobody makes one.
 */
#include <sys/statfs.h>

#include "fs/native.h"
#include "fs/rules.h"
#include "fs/tree.h"
#include "sys/sys.h"

/* The directory, as the kernel has it, in which the first of them is. */
static const char *outside(const struct lx_call *c)
{
    return lx_mount_text(c->at[0].mount, c->at[0].mount->options);
}

/* True for an answer that is to be as a program of the run expects it. */
static bool is_ours(const struct lx_call *c)
{
    return !lx_observing(c) && !c->task->seccomp_confined;
}

static long automount_stat(struct lx_call *c)
{
    struct stat around;
    struct stat *st = c->buf;
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r != 0 || !is_ours(c))
        return r;
    if (st->st_uid == c->at[0].mount->uid) /* of whom the run is */
        st->st_uid = st->st_gid = 0;
    if (sys_fstatat(AT_FDCWD, outside(c), &around, 0) == 0)
        st->st_dev = around.st_dev;
    return 0;
}

static long automount_statx(struct lx_call *c)
{
    struct statx around;
    struct statx *stx = c->buf;
    long r = lx_host_fs.run[LX_OP_STATX](c);
    if (r != 0 || !is_ours(c))
        return r;
    if (stx->stx_uid == c->at[0].mount->uid)
        stx->stx_uid = stx->stx_gid = 0;
    if (sys_statx(AT_FDCWD, outside(c), 0, STATX_TYPE, &around) == 0) {
        stx->stx_dev_major = around.stx_dev_major;
        stx->stx_dev_minor = around.stx_dev_minor;
    }
    return 0;
}

static long automount_statfs(struct lx_call *c)
{
    struct statfs around;
    long r = lx_host_fs.run[LX_OP_STATFS](c);
    if (r == 0 && is_ours(c) && sys_statfs(outside(c), &around) == 0)
        *(struct statfs *)c->buf = around;
    return r;
}

/* Nobody makes a file, and all that is there are directories. */
static long automount_open(struct lx_call *c)
{
    const int flags = c->flags;
    if ((flags & O_CREAT) == 0 || !is_ours(c))
        return lx_host_fs.run[LX_OP_OPEN](c);
    c->flags &= ~O_CREAT;
    long fd = lx_host_fs.run[LX_OP_OPEN](c);
    c->flags = flags;
    if (fd == -ENOENT)
        return tree_permits() < 0 ? -EACCES : -EPERM;
    if (fd < 0)
        return fd;
    sys_close((int)fd);
    return (flags & O_EXCL) != 0 ? -EEXIST : -EISDIR;
}

static long automount_access(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_ACCESS](c);
    return r == 0 && (c->access & W_OK) != 0 && is_ours(c) ? tree_permits() : r;
}

static long automount_change(struct lx_call *c)
{
    return tree_permits() == 0 || !is_ours(c) ? lx_host_fs.run[c->op](c) : tree_refuse(c);
}

static long automount_make_file(struct lx_call *c)
{
    return is_ours(c) ? tree_refuse(c) : lx_host_fs.run[c->op](c);
}

/* What is the owner's to do. */
static long automount_own(struct lx_call *c)
{
    struct stat st;
    if (tree_permits() == 0 || !is_ours(c))
        return lx_host_fs.run[c->op](c);
    int r = native_stat(c, 0, &st);
    return r < 0 ? r : -EPERM;
}

const struct lx_fs lx_automount = {
    .run =
        {
            [LX_OP_OPEN] = automount_open,
            [LX_OP_STAT] = automount_stat,
            [LX_OP_STATX] = automount_statx,
            [LX_OP_STATFS] = automount_statfs,
            [LX_OP_ACCESS] = automount_access,
            [LX_OP_UNLINK] = automount_change,
            [LX_OP_RMDIR] = automount_change,
            [LX_OP_RENAME] = automount_change,
            [LX_OP_LINK] = automount_make_file,
            [LX_OP_SYMLINK] = automount_make_file,
            [LX_OP_MKDIR] = automount_change,
            [LX_OP_MKNOD] = automount_make_file,
            [LX_OP_BIND] = automount_make_file,
            [LX_OP_CHMOD] = automount_own,
            [LX_OP_CHOWN] = automount_own,
            [LX_OP_UTIMES] = automount_own,
            [LX_OP_SETXATTR] = automount_own,
            [LX_OP_REMOVEXATTR] = automount_own,
        },
};
