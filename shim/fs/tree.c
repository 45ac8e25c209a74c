/* SPDX-License-Identifier: MIT */
#include "fs/tree.h"

#include <string.h>
#include <sys/statfs.h>

#include "fs/native.h"
#include "fs/rules.h"
#include "sys/sys.h"

int tree_permits(void)
{
    return sys_geteuid() == 0 ? 0 : -EACCES;
}

/* What the modes of a file say counts for root as well. [kernfs: KERNFS_ROOT_EXTRA_OPEN_PERM_CHECK]
 */
static int check_mode(int fd, int flags)
{
    struct stat st;
    int way = flags & O_ACCMODE;
    int r = sys_fstat(fd, &st);
    if (r < 0 || !S_ISREG(st.st_mode))
        return r;
    if ((way != O_WRONLY && (st.st_mode & 0444) == 0) ||
        (way != O_RDONLY && (st.st_mode & 0222) == 0))
        return -EACCES;
    return 0;
}

/* A descriptor without O_PATH is open on what is there: nothing is made, and nothing cut short. */
long tree_open(struct lx_call *c)
{
    const int flags = c->flags;
    bool creates = (flags & O_CREAT) != 0;
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    if (lx_observing(c) || c->task->seccomp_confined || (flags & O_PATH) != 0)
        return lx_host_fs.run[LX_OP_OPEN](c);
    if ((flags & O_TMPFILE) == O_TMPFILE)
        return -EOPNOTSUPP;
    c->flags &= ~(O_CREAT | O_EXCL | O_TRUNC);
    long fd = lx_host_fs.run[LX_OP_OPEN](c);
    c->flags = flags;
    if (fd == -ENOENT && creates)
        return -EACCES;
    if (fd < 0)
        return fd;
    int r = creates && (flags & O_EXCL) != 0 ? -EEXIST : writes ? tree_permits() : 0;
    if (r == 0 && writes && (c->at[0].mount->flags & LX_MOUNT_READONLY) != 0)
        r = -EROFS;
    if (r == 0)
        r = check_mode((int)fd, flags);
    if (r < 0)
        sys_close((int)fd);
    return r < 0 ? r : fd;
}

long tree_stat(struct lx_call *c)
{
    struct stat *st = c->buf;
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r != 0 || lx_observing(c))
        return r;
    if (st->st_uid == c->at[0].mount->uid) /* of whom the run is */
        st->st_uid = st->st_gid = 0;
    st->st_size = st->st_blocks = 0;
    st->st_dev = sys_device(0, c->at[0].mount->device);
    return 0;
}

long tree_statx(struct lx_call *c)
{
    struct statx *stx = c->buf;
    long r = lx_host_fs.run[LX_OP_STATX](c);
    if (r != 0 || lx_observing(c))
        return r;
    if (stx->stx_uid == c->at[0].mount->uid)
        stx->stx_uid = stx->stx_gid = 0;
    stx->stx_size = stx->stx_blocks = 0;
    stx->stx_dev_major = 0;
    stx->stx_dev_minor = c->at[0].mount->device;
    return 0;
}

long tree_access(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_ACCESS](c);
    return r == 0 && (c->access & W_OK) != 0 && !lx_observing(c) ? tree_permits() : r;
}

long tree_truncate(struct lx_call *c)
{
    struct stat st;
    int r = native_stat(c, 0, &st);
    return r < 0 ? r : S_ISDIR(st.st_mode) ? -EISDIR : tree_permits();
}

long tree_refuse(struct lx_call *c)
{
    struct stat st;
    bool makes = c->op == LX_OP_MKDIR || c->op == LX_OP_MKNOD || c->op == LX_OP_SYMLINK ||
                 c->op == LX_OP_BIND;
    int r = native_stat(c, 0, &st);
    if (r < 0 && !(makes && r == -ENOENT))
        return r;
    if (r == 0 && makes)
        return -EEXIST;
    return tree_permits() < 0 ? -EACCES : -EPERM;
}

long tree_statfs(struct lx_call *c, long magic)
{
    struct statfs *fs = c->buf;
    long r = lx_host_fs.run[LX_OP_STATFS](c);
    if (r != 0 || lx_observing(c))
        return r;
    /* Of a file system that is in no storage nothing is counted. */
    fs->f_type = (__typeof__(fs->f_type))magic;
    fs->f_blocks = fs->f_bfree = fs->f_bavail = 0;
    fs->f_files = fs->f_ffree = 0;
    return 0;
}
