/* SPDX-License-Identifier: MIT */
/* DrvFs as a table: its operations, and how it spells names. */
#include "fs/drvfs/drvfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "nt/names.h"
#include "nt/utf.h"
#include "store/hidden.h"
#include "store/pending.h"

static long keep(const char *name, size_t n, char *out, size_t room)
{
    if (n >= room)
        return -ENAMETOOLONG;
    memcpy(out, name, n);
    out[n] = '\0';
    return (long)n;
}

/* [vendor test DrvFsTestEscapedNames] */
static long drvfs_spell(struct lx_call *c, const struct lx_mount *m, const char *name, size_t n,
                        char *out, size_t room)
{
    unsigned kind = nt_name_scan(name, n);
    if ((kind & NT_HIGH) != 0 && nt_utf16_length(name, n) < 0) {
        int error = lx_value_errno(lx_rule(m, LX_RULE_NAMES_INVALID_UTF8));
        int r = error == 0 ? 0 : lx_deny(c, LX_RULE_NAMES_INVALID_UTF8, error);
        if (r < 0)
            return r;
    }
    if (lx_rule(m, LX_RULE_NAMES_LENGTH) == LX_UTF16 && nt_utf16_length(name, n) > NT_NAME_UNITS) {
        int r = lx_deny(c, LX_RULE_NAMES_LENGTH, ENAMETOOLONG);
        if (r < 0)
            return r;
    }
    if ((kind & NT_ILLEGAL) == 0)
        return keep(name, n, out, room);
    if (lx_rule(m, LX_RULE_NAMES_ILLEGAL) == LX_REJECT) {
        int r = lx_deny(c, LX_RULE_NAMES_ILLEGAL, EINVAL);
        return r < 0 ? r : keep(name, n, out, room);
    }
    if (!lx_alter(c, LX_RULE_NAMES_ILLEGAL))
        return keep(name, n, out, room);
    long length = nt_name_escape(name, n, out, room);
    /* NTFS counts an escaped character once, the backing file system three bytes. Where they do not
     * fit, the name is kept as it is: no listing can tell the difference. */
    return length == -ENAMETOOLONG ? keep(name, n, out, room) : length;
}

static bool drvfs_conceals(const struct lx_mount *mount, const char *path, bool root)
{
    const struct store_object o = {mount->backing, AT_FDCWD, path};
    const char *leaf = store_leaf(path);
    if (root && store_hidden_is_in(mount->backing, leaf))
        return true;
    return nt_name_pending(leaf, strlen(leaf)) && store_pending_proved(&o);
}

const struct lx_fs lx_drvfs = {
    .spell = drvfs_spell,
    .conceals = drvfs_conceals,
    .search = drvfs_search,
    .link = drvfs_link_target,
    .unique = drvfs_unique,
    .run =
        {
            [LX_OP_OPEN] = drvfs_open,           [LX_OP_STAT] = drvfs_stat,
            [LX_OP_STATX] = drvfs_statx,         [LX_OP_ACCESS] = drvfs_access,
            [LX_OP_READLINK] = drvfs_readlink,   [LX_OP_UNLINK] = drvfs_unlink,
            [LX_OP_RMDIR] = drvfs_rmdir,         [LX_OP_RENAME] = drvfs_rename,
            [LX_OP_LINK] = drvfs_link,           [LX_OP_SYMLINK] = drvfs_symlink,
            [LX_OP_MKDIR] = drvfs_mkdir,         [LX_OP_MKNOD] = drvfs_mknod,
            [LX_OP_BIND] = drvfs_bind,           [LX_OP_CHMOD] = drvfs_chmod,
            [LX_OP_CHOWN] = drvfs_chown,         [LX_OP_UTIMES] = drvfs_utimes,
            [LX_OP_TRUNCATE] = drvfs_truncate,   [LX_OP_FALLOCATE] = drvfs_fallocate,
            [LX_OP_GETXATTR] = drvfs_getxattr,   [LX_OP_SETXATTR] = drvfs_setxattr,
            [LX_OP_LISTXATTR] = drvfs_listxattr, [LX_OP_REMOVEXATTR] = drvfs_removexattr,
            [LX_OP_STATFS] = drvfs_statfs,       [LX_OP_EXEC] = drvfs_exec,
        },
};
