/* SPDX-License-Identifier: MIT */
/* exec on a Windows drive: every file may be executed, since every file shows x. */
#include <unistd.h>

#include "fs/drvfs.h"
#include "fs/native.h"
#include "sys/sys.h"

long drvfs_exec(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    bool rewritten = at->path != c->path[0];

    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return lx_host_fs.run[LX_OP_EXEC](c);
    int r = sys_fstatat(at->dfd, at->path, &st, 0);
    if (r < 0)
        return r;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    r = drvfs_permit(c, at->mount, &st, X_OK);
    if (r == 0)
        r = drvfs_check_sharing_at(c, 0, &st, STORE_OPEN | STORE_READS);
    if (r < 0)
        return r;

    /*
     * The kernel would hand a script's interpreter the backing path instead of the program's, and
     * look for the interpreter where it is not.
     */
    if ((rewritten || !at->mount->in_place) && native_image(at->dfd, at->path) == NATIVE_SCRIPT)
        return -LX_ESCRIPT;
    if ((st.st_mode & 0111) == 0 && !lx_metadata(at->mount) &&
        lx_rule(at->mount, LX_RULE_EXEC_ANY_FILE) == LX_ALLOW) {
        enum native_image image = native_image(at->dfd, at->path);
        if (image != NATIVE_UNKNOWN && !lx_alter(c, LX_RULE_EXEC_ANY_FILE))
            return -EACCES;
        if (image == NATIVE_SCRIPT)
            return -LX_ESCRIPT;
        if (image == NATIVE_UNKNOWN)
            return -ENOEXEC;
        /* Only the kernel can run a binary: let the backing file say what the drive says. */
        sys_fchmodat(at->dfd, at->path, (st.st_mode & 07777) | (st.st_mode & 0444) >> 2);
    }
    return lx_host_fs.run[LX_OP_EXEC](c);
}
