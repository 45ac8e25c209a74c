/* SPDX-License-Identifier: MIT */
/* New entries on a Windows drive: directories, links, and what it has no room for. */
#include "fs/drvfs/make.h"
#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/native.h"
#include "fs/refusal.h"
#include "store/pending.h"
#include "sys/sys.h"

/* The umask of this thread; 0 where it cannot be read. Its line is the second one. */
static __attribute__((noinline)) mode_t read_umask(void)
{
    static const char key[] = "\nUmask:\t";
    char text[128];
    int fd = sys_openat(AT_FDCWD, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC, 0);
    long n = fd < 0 ? fd : sys_read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        sys_close(fd);
    text[n < 0 ? 0 : n] = '\0';
    const char *at = strstr(text, key);
    mode_t mask = 0;
    for (at += at == NULL ? 0 : sizeof(key) - 1; at != NULL && *at >= '0' && *at <= '7'; at++)
        mask = mask << 3 | (mode_t)(*at - '0');
    return mask;
}

bool drvfs_hears_umask(const struct lx_call *c, const struct lx_mount *mount)
{
    enum lx_value value = lx_rule(mount, LX_RULE_CREATE_NO_WRITE_BIT);
    const struct lx_task_ops *ops = c->task->ops;
    return (c->mode & 0222) != 0 && !c->task->seccomp_confined && value != LX_IGNORE &&
           (ops == NULL || ops->masks_write == NULL || ops->masks_write(c->task));
}

/*
 * True where the umask left a new file no write bit. That its owner's has gone the file itself
 * tells, which nearly no umask takes; of the others it has none.
 */
static bool is_left_none(struct lx_call *c, const struct lx_loc *at, const struct stat *st)
{
    if ((st->st_mode & S_IWUSR) != 0 || !drvfs_hears_umask(c, at->mount))
        return false;
    return ((c->mode & 0022) == 0 || (c->mode & 0022 & ~read_umask()) == 0) &&
           lx_alter(c, LX_RULE_CREATE_NO_WRITE_BIT);
}

/* The facts of what was just made. */
static int made_stat(const struct lx_loc *at, int fd, struct stat *st)
{
    return fd >= 0 ? sys_fstat(fd, st) : sys_fstatat(at->dfd, at->path, st, AT_SYMLINK_NOFOLLOW);
}

/* umask does not reach a Windows drive. Looked at and not asked for: umask() itself is racy. */
static void correct_mode(const struct lx_loc *at, int fd, const struct stat *st, mode_t wanted)
{
    if ((st->st_mode & 0777) == wanted)
        return;
    if (fd >= 0)
        sys_fchmod(fd, wanted);
    else
        sys_fchmodat(at->dfd, at->path, wanted);
}

mode_t drvfs_settle_mode(struct lx_call *c, const struct lx_loc *at, int fd, mode_t wanted)
{
    struct stat st;
    if (made_stat(at, fd, &st) < 0)
        return wanted;
    if (wanted == DRVFS_WRITABLE && is_left_none(c, at, &st))
        wanted = DRVFS_READONLY;
    correct_mode(at, fd, &st, wanted);
    return wanted;
}

/*
 * Refuses an entry in a directory that the caller may not write, as it shows. A mask on directories
 * is the same for all that have no mode of their own. Apart, for its buffer.
 */
static __attribute__((noinline)) int check_parent(struct lx_call *c, const struct lx_loc *at)
{
    char dir[PATH_MAX];
    struct store_object o = drvfs_object(at);
    struct stat st = {.st_mode = S_IFDIR | 0755};
    if (drvfs_keeps(at->mount)) {
        int r = store_object_parent(&o, dir);
        o.path = dir;
        if (r == 0)
            r = store_object_stat(&o, &st);
        if (r < 0)
            return r;
    }
    return drvfs_permit(c, at->mount, &o, &st, W_OK | X_OK);
}

int drvfs_check_new_entry(struct lx_call *c, const struct lx_loc *at)
{
    int r = 0;
    /* A name, or a whole directory, that is about to go: STATUS_DELETE_PENDING. */
    const struct store_object o = drvfs_object(at);
    mode_t waiting = (at->flags & LX_LOC_FREE) != 0 ? 0 : store_pending_blocks(&o);
    if (waiting != 0)
        r = lx_forbid(c, drvfs_pending_rule(waiting), ENOENT);
    else if (store_pending_directory(&o))
        r = lx_forbid(c, LX_RULE_RMDIR_OPEN_DIRECTORY, ENOENT);
    if (r < 0 || !lx_masked_mode(at->mount) || c->task->seccomp_confined)
        return r < 0 ? r : 0;
    return check_parent(c, at);
}

/* True where what is made has the mode of all files, whatever was asked for. */
static bool fixes_mode(struct lx_call *c, const struct lx_mount *m)
{
    return !drvfs_keeps(m) && lx_rule(m, LX_RULE_MODE_FIXED) == LX_ON &&
           lx_alter(c, LX_RULE_MODE_FIXED);
}

long drvfs_mkdir(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int r = drvfs_check_new_entry(c, at);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 0, NT_APPEND_DATA);
    if (r < 0)
        return r;
    bool fixed = fixes_mode(c, at->mount);
    if (!fixed)
        lx_masked(c->task);
    r = sys_mkdirat(at->dfd, at->path, fixed ? DRVFS_WRITABLE : c->mode);
    if (r < 0)
        return r;
    struct stat st;
    if (fixed && made_stat(at, -1, &st) == 0)
        correct_mode(at, -1, &st, DRVFS_WRITABLE);
    r = drvfs_note_made(c, at, -1, (c->mode & S_ISVTX) != 0);
    if (r < 0) {
        sys_unlinkat(at->dfd, at->path, AT_REMOVEDIR);
        return r;
    }
    r = drvfs_inherit_descriptor(c, at, -1);
    return r < 0 ? r : drvfs_inherit_case(c, at);
}

#define NTFS_LINK_MAX 1024

/* What its volume or client does not link. Only a rule that may refuse has it looked at. */
static int check_linked(struct lx_call *c)
{
    const struct lx_mount *m = c->at[1].mount;
    bool counts = lx_rule(m, LX_RULE_LINK_LIMIT) != LX_NATIVE;
    bool follows = lx_rule(m, LX_RULE_LINK_DIRECTORY_SYMLINK) == LX_ALLOW;
    struct stat st;
    if ((!counts && follows) || native_stat(c, 0, &st) < 0)
        return 0;
    if (counts && !S_ISDIR(st.st_mode) && st.st_nlink >= NTFS_LINK_MAX)
        return lx_forbid_by(c, m, LX_RULE_LINK_LIMIT);
    if (follows || !S_ISLNK(st.st_mode) || sys_fstatat(c->at[0].dfd, c->at[0].path, &st, 0) < 0 ||
        !S_ISDIR(st.st_mode))
        return 0;
    return lx_forbid_by(c, m, LX_RULE_LINK_DIRECTORY_SYMLINK);
}

/*
 * True for the descriptor of a file that has a name which waits to be deleted, or by a rule of
 * Windows' none any more: natively what O_TMPFILE has made can be linked.
 */
static bool is_nameless(const struct lx_call *c, bool native)
{
    struct stat st;
    const struct lx_loc *at = &c->at[0];
    bool opaque = (at->flags & LX_LOC_OPAQUE) != 0;
    int r = opaque ? sys_fstatat(at->dfd, at->path, &st, 0) : native_stat(c, 0, &st);
    if (r < 0 || S_ISDIR(st.st_mode)) /* which no call links: the kernel has errnos for it */
        return false;
    return (st.st_nlink == 0 && !native) || drvfs_waits(at);
}

/*
 * [MS-FSA FileLinkInformation] A link that is deleted cannot be linked again. A name that waits is
 * one for the kernel, so that what it would say of none is said here.
 */
static int check_unlinked(struct lx_call *c)
{
    bool open = (c->at[0].flags & (LX_LOC_DESCRIPTOR | LX_LOC_OPAQUE)) != 0;
    bool native = lx_rule(c->at[1].mount, LX_RULE_LINK_UNLINKED) == LX_NATIVE;
    if (!open || !is_nameless(c, native))
        return 0;
    return lx_forbid(c, LX_RULE_LINK_UNLINKED, native ? ENOENT : EACCES);
}

long drvfs_link(struct lx_call *c)
{
    int r = lx_forbid_by(c, c->at[1].mount, LX_RULE_LINK_CREATE);
    if (r == 0)
        r = check_linked(c);
    if (r == 0)
        r = drvfs_check_new_entry(c, &c->at[1]);
    if (r == 0)
        r = drvfs_demand_at(c, 0, DRVFS_LOOK_UP | NT_WRITE_ATTRIBUTES);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 1, NT_WRITE_DATA);
    if (r == 0)
        r = check_unlinked(c);
    return r < 0 ? r : lx_host_fs.run[LX_OP_LINK](c);
}

/* The rule for a type of node; LX_RULE_NONE for a type that does not exist. */
static enum lx_rule node_rule(mode_t mode)
{
    switch (mode & S_IFMT) {
    case 0:
    case S_IFREG:
        return LX_RULE_MKNOD_REGULAR;
    case S_IFIFO:
        return LX_RULE_SPECIAL_FIFO;
    case S_IFSOCK:
        return LX_RULE_SPECIAL_SOCKET;
    case S_IFCHR:
    case S_IFBLK:
        return LX_RULE_SPECIAL_DEVICE;
    default:
        return LX_RULE_NONE;
    }
}

static int check_node(struct lx_call *c, const struct lx_mount *m, enum lx_rule rule)
{
    return rule == LX_RULE_NONE ? 0 : lx_forbid_by(c, m, rule);
}

long drvfs_mknod(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    enum lx_rule rule = node_rule(c->mode);
    int r = check_node(c, at->mount, rule);
    if (r == 0)
        r = drvfs_check_new_entry(c, at);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 0, NT_WRITE_DATA);
    if (r < 0)
        return r;
    bool fixed = rule == LX_RULE_MKNOD_REGULAR && fixes_mode(c, at->mount);
    mode_t mode = (c->mode & 0222) != 0 ? DRVFS_WRITABLE : DRVFS_READONLY;
    if (!fixed || drvfs_hears_umask(c, at->mount))
        lx_masked(c->task);
    r = sys_mknodat(at->dfd, at->path, fixed ? S_IFREG | mode : c->mode, c->dev);
    if (r == 0 && fixed)
        (void)drvfs_settle_mode(c, at, -1, mode);
    if (r < 0 || rule != LX_RULE_MKNOD_REGULAR)
        return r;
    r = drvfs_note_made(c, at, -1, (c->mode & S_ISVTX) != 0);
    if (r < 0) {
        sys_unlinkat(at->dfd, at->path, 0);
        return r;
    }
    return drvfs_inherit_descriptor(c, at, -1);
}

long drvfs_bind(struct lx_call *c)
{
    int r = check_node(c, c->at[0].mount, LX_RULE_SPECIAL_SOCKET);
    if (r == 0)
        r = drvfs_check_new_entry(c, &c->at[0]);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 0, NT_WRITE_DATA);
    return r < 0 ? r : lx_host_fs.run[LX_OP_BIND](c);
}
