/* SPDX-License-Identifier: MIT */
/* exec on a Windows drive: every file may be executed, since every file shows x. */
#include <fcntl.h>
#include <unistd.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/drvfs/sharing.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/holders.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

/* True where the kernel lets nobody run a file, since somebody has it open for writing. */
static bool is_written(const struct lx_call *c, int dfd, const char *path)
{
    int flags = (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0 ? 0 : O_NOFOLLOW;
    return store_is_written(dfd, path, flags);
}

/* A file that no x bit lets the kernel run, and the drive says can be. Returns 0, or -errno. */
static int allow(struct lx_call *c, int dfd, const char *path, mode_t mode)
{
    bool by_descriptor = (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0;
    enum native_image image = native_image(dfd, path);
    if (is_written(c, dfd, path))
        return -ETXTBSY; /* which the kernel says before it looks at what is in a file */
    if (image != NATIVE_SCRIPT && image != NATIVE_ELF)
        return -ENOEXEC;
    if (!lx_alter(c, LX_RULE_EXEC_ANY_FILE))
        return -EACCES;
    if (image == NATIVE_SCRIPT && !by_descriptor)
        return -LX_ESCRIPT;
    /* Only the kernel can run it: let the backing file say what the drive says. */
    sys_fchmodat(dfd, path, (mode & 07777) | (mode & 0444) >> 2);
    return 0;
}

/* True for a program of Windows' in a run that has somebody to run it. */
static bool is_windows(const struct lx_call *c, int dfd, const char *path)
{
    const struct lx_policy *policy = c->task->policy;
    return policy->handler != NULL && policy->programs != NULL &&
           native_image(dfd, path) == NATIVE_WINDOWS;
}

/*
 * [WSL#2969] A script that may be run, and is not: of what is open for writing the kernel says so.
 * Only a rule that may refuse looks into a file.
 */
static int check_script(struct lx_call *c, int dfd, const char *path)
{
    const struct lx_mount *m = c->at[0].mount;
    if (lx_rule(m, LX_RULE_EXEC_SCRIPT) == LX_NATIVE || native_image(dfd, path) != NATIVE_SCRIPT ||
        is_written(c, dfd, path))
        return 0;
    return lx_forbid_by(c, m, LX_RULE_EXEC_SCRIPT);
}

long drvfs_exec(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    char link[SYS_FD_PATH];
    bool by_descriptor = (at->flags & LX_LOC_DESCRIPTOR) != 0;
    int dfd = by_descriptor ? AT_FDCWD : at->dfd;
    const char *path = by_descriptor ? link : at->path;

    if (by_descriptor)
        sys_fd_path(at->dfd, link);
    int nofollow = c->flags & AT_SYMLINK_NOFOLLOW;
    int r = by_descriptor ? sys_fstat(at->dfd, &st) : sys_fstatat(dfd, path, &st, nofollow);
    if (r < 0)
        return r;
    if (S_ISLNK(st.st_mode) || (nofollow != 0 && drvfs_is_link(c, 0, &st)))
        return -ELOOP;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    const struct store_object o = drvfs_object(at);
    r = drvfs_demand(c, 0, &st, DRVFS_LOOK_UP | NT_READ_DATA | NT_EXECUTE);
    if (r == 0)
        r = drvfs_permit(c, at->mount, &o, &st, X_OK);
    if (r == 0 && !by_descriptor)
        r = drvfs_check_sharing_at(c, 0, &st, STORE_OPEN | STORE_READS);
    if (r == 0)
        r = drvfs_check_scanner(c, 0, STORE_OPEN | STORE_READS);
    if (r == 0)
        r = check_script(c, dfd, path);
    if (r < 0)
        return r;

    struct drvfs_owner owner;
    drvfs_owner_of(c, at->mount, &o, &st, &owner);
    bool any_file =
        (owner.has & NT_LX_MODE) == 0 && lx_rule(at->mount, LX_RULE_EXEC_ANY_FILE) == LX_ALLOW;
    bool is_script = native_misnames_script(c);
    if (is_script || is_windows(c, dfd, path)) {
        r = any_file ? 0 : sys_faccessat(dfd, path, X_OK, AT_EACCESS);
        if (r == 0 && is_written(c, dfd, path))
            r = -ETXTBSY;
        return r < 0 ? r : is_script ? -LX_ESCRIPT : -LX_EWINDOWS;
    }
    if ((st.st_mode & 0111) == 0 && any_file) {
        r = allow(c, dfd, path, st.st_mode);
        if (r < 0)
            return r;
    }
    return lx_host_fs.run[LX_OP_EXEC](c);
}
