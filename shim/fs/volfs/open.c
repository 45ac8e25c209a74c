/* SPDX-License-Identifier: MIT */
/* open and exec on VolFs: what the kernel does not know of a file. */
#include <errno.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fs/native.h"
#include "fs/refusal.h"
#include "fs/volfs/volfs.h"
#include "sys/sys.h"

static bool is_link(struct lx_call *c, unsigned i, const struct stat *st)
{
    char target[PATH_MAX];
    const struct lx_loc *at = &c->at[i];
    return !volfs_is_plain(c, st) && volfs_link(c->task->policy, at->mount, at->dfd, at->path, st,
                                                target, sizeof(target)) != 0;
}

/* What a file with the mark refuses to who opens it. 0, -LX_EWALK for a link, or -errno. */
static int refuse(struct lx_call *c, const struct store_object *o, const struct stat *st)
{
    struct volfs_file file;
    int access = c->flags & O_ACCMODE;
    bool names = (c->flags & O_PATH) != 0;
    unsigned want = access == O_RDONLY ? R_OK : access == O_WRONLY ? W_OK : R_OK | W_OK;
    volfs_look(c->at[0].mount, o, st, &file);
    if (file.ignored)
        return lx_deny(c, LX_RULE_VOLFS_NO_ATTRIBUTES, names ? ENOENT : EIO);
    if (S_ISLNK(file.mode) && (c->flags & O_NOFOLLOW) == 0)
        return -LX_EWALK;
    if (S_ISLNK(file.mode) && (c->flags & O_DIRECTORY) != 0)
        return -ENOTDIR;
    if (names)
        return 0;
    if (file.damaged)
        return -EIO;
    if (file.special) /* a node that nobody has made for Linux */
        return S_ISLNK(file.mode) ? -ELOOP : -ENXIO;
    return volfs_permit(c, &file, want | ((c->flags & O_TRUNC) != 0 ? (unsigned)W_OK : 0), true);
}

/* Before an open that empties what is there. */
static int before(struct lx_call *c)
{
    const struct store_object o = volfs_object(&c->at[0]);
    struct stat st;
    if (native_stat(c, 0, &st) < 0 || volfs_is_plain(c, &st))
        return 0;
    return refuse(c, &o, &st);
}

static long after(struct lx_call *c, int fd)
{
    const struct store_object o = {lx_backing(c->at[0].mount), fd, ""};
    struct stat st;
    int r = sys_fstat(fd, &st);
    if (r == 0 && !volfs_is_plain(c, &st))
        r = refuse(c, &o, &st);
    if (r < 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

long volfs_open(struct lx_call *c)
{
    bool readonly = (c->at[0].mount->flags & LX_MOUNT_READONLY) != 0;
    bool unnamed = (c->flags & O_TMPFILE) == O_TMPFILE;
    bool exclusive = (c->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    int r = readonly ? native_refuses_readonly_open(c, is_link) : 0;
    if (r == 0 && (c->flags & O_TRUNC) != 0 && !exclusive && !c->task->seccomp_confined)
        r = before(c);
    if (r < 0)
        return r;
    long fd = lx_host_fs.run[LX_OP_OPEN](c);
    if (exclusive)
        return volfs_exists(c, 0, fd);
    return fd < 0 || unnamed || c->task->seccomp_confined ? fd : after(c, (int)fd);
}

long volfs_exec(struct lx_call *c)
{
    struct volfs_file file;
    struct stat st;
    int r = volfs_find(c, 0, &st, &file);
    if (r > 0)
        r = file.special ? -EACCES : file.damaged ? -EIO : volfs_permit(c, &file, X_OK, true);
    if (r < 0)
        return r;
    if (!native_misnames_script(c))
        return lx_host_fs.run[LX_OP_EXEC](c);
    r = sys_faccessat(c->at[0].dfd, c->at[0].path, X_OK, AT_EACCESS);
    return r < 0 ? r : -LX_ESCRIPT;
}
