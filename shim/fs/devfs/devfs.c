/* SPDX-License-Identifier: MIT */
#include "fs/devfs/devfs.h"

#include <sys/sysmacros.h>

#include "fs/filesystems.h"
#include "fs/permission.h"
#include "sys/sys.h"

/* What one that is not there is like, for all that nobody asks a device's own file about. */
static const char like[] = "/dev/null";

#define INODES 0x64657600u /* theirs begin here, far from where a file system in memory does */

#define TEN(n)                                                                                \
    "ttyS" #n "0", "ttyS" #n "1", "ttyS" #n "2", "ttyS" #n "3", "ttyS" #n "4", "ttyS" #n "5", \
        "ttyS" #n "6", "ttyS" #n "7", "ttyS" #n "8", "ttyS" #n "9"
static const char rows[][8] = {
    "ttyS0", "ttyS1", "ttyS2", "ttyS3", "ttyS4", "ttyS5", "ttyS6", "ttyS7", "ttyS8",   "ttyS9",
    TEN(1),  TEN(2),  TEN(3),  TEN(4),  TEN(5),  TEN(6),  TEN(7),  TEN(8),  TEN(9),    TEN(10),
    TEN(11), TEN(12), TEN(13), TEN(14), TEN(15), TEN(16), TEN(17), TEN(18), "ttyS190", "ttyS191"};
#undef TEN

const char *devfs_row_name(unsigned number)
{
    return number < sizeof(rows) / sizeof(rows[0]) ? rows[number] : NULL;
}

/* Has an answer to stat say what a node is. */
static void say(const struct lx_call *c, const struct devfs_node *node, unsigned number, bool whole)
{
    const unsigned minor_number = node->minor + number;
    const unsigned ino = INODES + (node->major << 8) + minor_number;
    const unsigned mode = S_IFCHR | node->mode;
    if (c->op == LX_OP_STAT) {
        struct stat *st = c->buf;
        st->st_mode = mode;
        st->st_gid = node->gid;
        st->st_rdev = makedev(node->major, minor_number);
        st->st_ino = whole ? ino : st->st_ino;
    } else if (c->op == LX_OP_STATX) {
        struct statx *stx = c->buf;
        stx->stx_mode = (uint16_t)mode;
        stx->stx_gid = node->gid;
        stx->stx_rdev_major = node->major;
        stx->stx_rdev_minor = minor_number;
        stx->stx_ino = whole ? ino : stx->stx_ino;
    }
}

bool devfs_is_one(dev_t number)
{
    static const struct {
        unsigned major, first, last;
    } all[] = {
#define NODE(directory, name, eras, count, major, minor, mode, gid, error) \
    {major, minor, (minor) + (count)-1},
#define ABSENT(directory, name, rule)
#include "fs/devfs/files.def"
#undef NODE
#undef ABSENT
    };
    bool is = false;
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        is |= major(number) == all[i].major && minor(number) >= all[i].first &&
              minor(number) <= all[i].last;
    return is;
}

void devfs_say(const struct lx_call *c, const struct devfs_node *node)
{
    if (c->op == LX_OP_STAT) {
        ((struct stat *)c->buf)->st_mode = S_IFCHR | node->mode;
        ((struct stat *)c->buf)->st_gid = node->gid;
    } else {
        ((struct statx *)c->buf)->stx_mode = (uint16_t)(S_IFCHR | node->mode);
        ((struct statx *)c->buf)->stx_gid = node->gid;
    }
}

/* What opening one comes to that nothing drives: Linux looks at the mode first. */
static long refuse(const struct lx_call *c, const struct devfs_node *node)
{
    const unsigned wanted = (c->flags & O_ACCMODE) == O_RDONLY   ? R_OK
                            : (c->flags & O_ACCMODE) == O_WRONLY ? W_OK
                                                                 : R_OK | W_OK;
    if ((c->flags & O_DIRECTORY) != 0)
        return -ENOTDIR;
    if ((c->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if ((lx_granted(S_IFCHR | node->mode, 0, node->gid, true) & wanted) != wanted)
        return -EACCES;
    return -node->error;
}

static long answer(struct lx_call *c, const struct devfs_node *node, unsigned number)
{
    const bool effective = (c->flags & AT_EACCESS) != 0;
    if (c->op == LX_OP_OPEN)
        return refuse(c, node);
    if (c->op == LX_OP_ACCESS)
        return (lx_granted(S_IFCHR | node->mode, 0, node->gid, effective) & c->access) == c->access
                   ? 0
                   : -EACCES;
    const struct lx_loc before = c->at[0];
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = like, .flags = LX_LOC_WALKED};
    long r = lx_host_fs.run[c->op](c);
    c->at[0] = before;
    if (r == 0)
        say(c, node, number, true);
    return r;
}

bool devfs_instead(struct lx_call *c, const struct devfs_node *node, unsigned number,
                   const char *path, enum lx_rule rule, long *result)
{
    struct stat st;
    const bool asks = c->op == LX_OP_STAT || c->op == LX_OP_STATX;
    int r = sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    if (r == 0 && asks && S_ISCHR(st.st_mode) &&
        st.st_rdev == makedev(node->major, node->minor + number) &&
        (st.st_mode != (S_IFCHR | node->mode) || st.st_gid != node->gid) && lx_alter(c, rule)) {
        *result = lx_host_fs.run[c->op](c);
        if (*result == 0)
            say(c, node, number, false);
        return true;
    }
    const bool shut =
        r == 0 && c->op == LX_OP_OPEN && (c->flags & O_PATH) == 0 && (node->eras & DEVFS_SHUT) != 0;
    if ((r != -ENOENT && !shut) || (node->eras & DEVFS_WSL1) == 0 || !lx_alter(c, rule))
        return false;
    *result = answer(c, node, number);
    return true;
}

const struct lx_fs lx_devfs = {.scanned = false};
