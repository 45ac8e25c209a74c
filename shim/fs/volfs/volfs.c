/* SPDX-License-Identifier: MIT */
/*
 * VolFs: the file system of WSL1's own root, which does as Linux does, above what NTFS can hold. It
 * has two formats, of one behaviour: lxfs, and wslfs from build 17093 on. [seed: VolFs; DS 10]
 *
 * The backing is a file system of Linux', so that modes, owners, times, special files and what is
 * removed while it is open are its own. What is left to do is how names are stored, on which device
 * files are, what statfs says, and that a mount may be read-only.
 */
#include <errno.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "fs/filesystems.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "sys/sys.h"

static bool is_readonly(const struct lx_call *c)
{
    return (c->at[0].mount->flags & LX_MOUNT_READONLY) != 0;
}

static long volfs_open(struct lx_call *c)
{
    int r = is_readonly(c) ? native_refuses_readonly_open(c, NULL) : 0;
    return r < 0 ? r : lx_host_fs.run[LX_OP_OPEN](c);
}

/*
 * A symlink is followed by the walk: what its text names is stored by another name. And the kernel
 * does not know that the mount is read-only, though what is no file of it may be written to.
 */
static long volfs_access(struct lx_call *c)
{
    struct stat st;
    bool proven = (c->at[0].flags & LX_LOC_WALKED) != 0;
    bool follows = (c->flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (follows && !proven && native_stat(c, 0, &st) == 0 && S_ISLNK(st.st_mode))
        return -LX_EWALK;
    long r = lx_host_fs.run[LX_OP_ACCESS](c);
    if (r < 0 || (c->access & W_OK) == 0 || !is_readonly(c) || native_stat(c, 0, &st) < 0)
        return r;
    return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode) ? -EROFS : 0;
}

static long volfs_stat(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_STAT](c);
    if (r == 0 && !lx_observing(c))
        ((struct stat *)c->buf)->st_dev = sys_device(0, c->at[0].mount->device);
    return r;
}

static long volfs_statx(struct lx_call *c)
{
    struct statx *stx = c->buf;
    long r = lx_host_fs.run[LX_OP_STATX](c);
    if (r == 0 && !lx_observing(c)) {
        stx->stx_dev_major = 0;
        stx->stx_dev_minor = c->at[0].mount->device;
    }
    return r;
}

static long volfs_statfs(struct lx_call *c)
{
    long r = lx_host_fs.run[LX_OP_STATFS](c);
    if (r == 0 && !lx_observing(c))
        ((struct statfs *)c->buf)->f_type = LX_WSL1_MAGIC;
    return r;
}

static long volfs_exec(struct lx_call *c)
{
    if (!native_misnames_script(c))
        return lx_host_fs.run[LX_OP_EXEC](c);
    int r = sys_faccessat(c->at[0].dfd, c->at[0].path, X_OK, AT_EACCESS);
    return r < 0 ? r : -LX_ESCRIPT;
}

const struct lx_fs lx_volfs = {
    .run =
        {
            [LX_OP_OPEN] = volfs_open,
            [LX_OP_ACCESS] = volfs_access,
            [LX_OP_STAT] = volfs_stat,
            [LX_OP_STATX] = volfs_statx,
            [LX_OP_STATFS] = volfs_statfs,
            [LX_OP_EXEC] = volfs_exec,
        },
};
