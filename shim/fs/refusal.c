/* SPDX-License-Identifier: MIT */
#include "fs/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fs/permitted.h"
#include "sys/capable.h"
#include "sys/dirents.h"
#include "sys/mountid.h"
#include "sys/sys.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#endif

/* What the kernel finds at a path: its directory, and the entry there, if any. */
struct end {
    struct stat dir;
    struct stat st;
    int error; /* of the entry's look-up, other than that it is missing */
    bool exists;
    bool dots;  /* "." or ".." is no entry */
    bool slash; /* the path ends in one */
};

/* Where the last component of a path begins, and how much of it is left without slashes at the end.
 */
static size_t leaf_of(const char *path, size_t *end)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    *end = n;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n;
}

/* Writes the path of the directory that the last component of a location is in. 0 or -errno. */
static int parent_of(const struct lx_loc *at, char out[PATH_MAX])
{
    size_t end;
    size_t n = leaf_of(at->path, &end);
    if (n >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out, n == 0 ? "." : at->path, n == 0 ? 1 : n);
    out[n == 0 ? 1 : n] = '\0';
    return 0;
}

/* Looks the directory of a location up, into e->dir. 0 or -errno. */
static int look_at_directory(const struct lx_loc *at, struct end *e)
{
    char parent[PATH_MAX];
    int r = parent_of(at, parent);
    if (r == 0)
        r = sys_fstatat(at->dfd, parent, &e->dir, 0);
    if (r == 0 && !S_ISDIR(e->dir.st_mode))
        r = -ENOTDIR;
    return r;
}

/* The same of one that an entry is to be found in. */
static __attribute__((noinline)) int look_into_directory(const struct lx_loc *at, struct end *e)
{
    char parent[PATH_MAX];
    int r = look_at_directory(at, e);
    if (r == 0)
        r = parent_of(at, parent);
    return r < 0 ? r : native_permits(at->dfd, parent, X_OK);
}

/* Looks the entry up, without following it. */
static void look_at_entry(const struct lx_loc *at, struct end *e)
{
    char path[PATH_MAX];
    size_t n;
    size_t leaf = leaf_of(at->path, &n);
    e->slash = (at->flags & LX_LOC_SLASH) != 0 || at->path[n] == '/';
    e->dots = sys_is_dots(at->path + leaf, n - leaf);
    int r = -ENAMETOOLONG;
    if (n < sizeof(path)) {
        memcpy(path, at->path, n);
        path[n] = '\0';
        r = sys_fstatat(at->dfd, path, &e->st, AT_SYMLINK_NOFOLLOW);
    }
    e->exists = r == 0;
    e->error = r == -ENOENT ? 0 : r;
}

static int look(const struct lx_loc *at, struct end *e)
{
    e->error = 0;
    e->dots = false;
    int r = look_at_directory(at, e);
    if (r < 0)
        return r;
    look_at_entry(at, e);
    return e->error;
}

/* A device, which not everybody makes. That of an overlay's whiteout is no device. */
static bool needs_capability(const struct lx_call *c)
{
    return c->op == LX_OP_MKNOD &&
           (S_ISBLK(c->mode) || (S_ISCHR(c->mode) && c->dev != makedev(0, 0)));
}

/* A new entry: what filename_create of the kernel looks at. */
static int refuses_name(const struct lx_call *c, const struct lx_loc *at)
{
    struct end e;
    int r = look(at, &e);
    if (r < 0)
        return r;
    if (e.exists || e.dots)
        return c->op == LX_OP_BIND ? -EADDRINUSE : -EEXIST;
    if (e.slash && c->op != LX_OP_MKDIR)
        return -ENOENT;
    return e.dir.st_nlink == 0 ? -ENOENT : 0; /* the directory has been removed */
}

/* To write to the directory that an entry is in. */
static __attribute__((noinline)) int refuses_directory(const struct lx_loc *at)
{
    char parent[PATH_MAX];
    int r = parent_of(at, parent);
    return r < 0 ? r : native_permits_change(at->dfd, parent, W_OK | X_OK);
}

/* The same with what may_create looks at, and the calls behind it. */
static int refuses_new(const struct lx_call *c, const struct lx_loc *at)
{
    int r = refuses_name(c, at);
    if (r == 0)
        r = refuses_directory(at);
    return r == 0 && needs_capability(c) && !sys_is_capable(CAP_MKNOD) ? -EPERM : r;
}

/* What may_delete looks at in an entry that is there. */
static __attribute__((noinline)) int refuses_removal(const struct lx_loc *at, const struct stat *st)
{
    char parent[PATH_MAX];
    int r = parent_of(at, parent);
    return r < 0 ? r : native_permits_removal(at->dfd, parent, at->path, st);
}

/* The kernel's mount that an entry is in. */
static __attribute__((noinline)) uint64_t mount_of(const struct lx_loc *at)
{
    char parent[PATH_MAX];
    return parent_of(at, parent) < 0 ? 0 : sys_mount_id(at->dfd, parent, 0);
}

/* True where directory `above` is the one at dfd/path, or above it. */
static bool leads_up_to(int dfd, const char *path, const struct stat *above)
{
    struct stat st;
    struct stat last = {.st_ino = 0};
    bool found = false;
    int fd = sys_openat(dfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    while (fd >= 0 && !found && sys_fstat(fd, &st) == 0 &&
           (st.st_ino != last.st_ino || st.st_dev != last.st_dev)) {
        found = st.st_ino == above->st_ino && st.st_dev == above->st_dev;
        last = st;
        int up = sys_openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        sys_close(fd);
        fd = up;
    }
    if (fd >= 0)
        sys_close(fd);
    return found;
}

/* True where an object is a directory that a path leads through. */
static bool is_above(const struct stat *st, const struct lx_loc *at)
{
    char parent[PATH_MAX];
    return S_ISDIR(st->st_mode) && parent_of(at, parent) == 0 && leads_up_to(at->dfd, parent, st);
}

/* What do_renameat2 looks at once both directories are found, in its order. */
static int refuses_renamed_names(const struct lx_call *c, const struct end *from,
                                 const struct end *to)
{
    bool exchange = (c->how & RENAME_EXCHANGE) != 0;
    bool keeps = (c->how & RENAME_NOREPLACE) != 0;
    if (from->dots)
        return -EBUSY;
    if (to->dots)
        return keeps ? -EEXIST : -EBUSY;
    if (from->error < 0)
        return from->error;
    if (!from->exists || to->dir.st_nlink == 0)
        return -ENOENT; /* nothing is found in a directory that has been removed */
    if (to->error < 0)
        return to->error;
    if (keeps && to->exists)
        return -EEXIST;
    if (exchange && !to->exists)
        return -ENOENT;
    if (exchange && to->slash && !S_ISDIR(to->st.st_mode))
        return -ENOTDIR;
    if (!S_ISDIR(from->st.st_mode) && (from->slash || (to->slash && !exchange)))
        return -ENOTDIR;
    if (is_above(&from->st, &c->at[1]))
        return -EINVAL;
    if (to->exists && is_above(&to->st, &c->at[0]))
        return exchange ? -EINVAL : -ENOTEMPTY;
    return 0;
}

/* And whether what is there is of a kind with what is to replace it. */
static int refuses_kinds(const struct lx_call *c, const struct end *from, const struct end *to)
{
    bool exchange = (c->how & RENAME_EXCHANGE) != 0;
    if (!to->exists || exchange || S_ISDIR(from->st.st_mode) == S_ISDIR(to->st.st_mode))
        return 0;
    return S_ISDIR(from->st.st_mode) ? -ENOTDIR : -EISDIR;
}

static bool is_mounted_on(const struct lx_loc *at)
{
    return sys_is_mount_root(at->dfd, at->path, AT_SYMLINK_NOFOLLOW);
}

/* What vfs_rename looks at before the file system. */
static int refuses_renaming(const struct lx_call *c, const struct end *from, const struct end *to)
{
    const struct lx_loc *new = &c->at[1];
    bool elsewhere = from->dir.st_ino != to->dir.st_ino || from->dir.st_dev != to->dir.st_dev;
    if (to->exists && from->st.st_ino == to->st.st_ino && from->st.st_dev == to->st.st_dev)
        return 0;
    int r = refuses_removal(&c->at[0], &from->st);
    if (r == 0)
        r = to->exists ? refuses_removal(new, &to->st) : refuses_directory(new);
    if (r == 0)
        r = refuses_kinds(c, from, to);
    if (r == 0 && elsewhere && S_ISDIR(from->st.st_mode)) /* its ".." is written */
        r = native_permits(c->at[0].dfd, c->at[0].path, W_OK);
    if (r == 0 && elsewhere && (c->how & RENAME_EXCHANGE) != 0 && S_ISDIR(to->st.st_mode))
        r = native_permits(new->dfd, new->path, W_OK);
    return r == 0 && (is_mounted_on(&c->at[0]) || is_mounted_on(new)) ? -EBUSY : r;
}

/* Both directories are looked up before either entry. */
static int look_at_both(const struct lx_call *c, struct end e[2])
{
    int r = 0;
    for (unsigned i = 0; i < 2 && r == 0; i++)
        r = look_into_directory(&c->at[i], &e[i]);
    for (unsigned i = 0; i < 2 && r == 0; i++)
        look_at_entry(&c->at[i], &e[i]);
    return r;
}

/* True for a time that is none: seen after the path, but before what it leads to is changed. */
static bool is_bad_time(const struct timespec *t)
{
    return t->tv_nsec != UTIME_NOW && t->tv_nsec != UTIME_OMIT &&
           (t->tv_nsec < 0 || t->tv_nsec > 999999999);
}

/* What the kernel looks at in the object that a call is to change. */
static int refuses_change(const struct lx_call *c, const struct stat *st)
{
    bool follows = S_ISLNK(st->st_mode) && (c->at[0].flags & LX_LOC_WALKED) == 0;
    switch (c->op) {
    case LX_OP_OPEN: /* O_TMPFILE */
        return S_ISDIR(st->st_mode) ? 0 : follows ? -LX_EWALK : -ENOTDIR;
    case LX_OP_TRUNCATE:
        return S_ISDIR(st->st_mode) ? -EISDIR : S_ISREG(st->st_mode) ? 0 : -EINVAL;
    case LX_OP_UTIMES:
        if (c->times == NULL || !lx_has_bytes(c, c->times, 2 * sizeof(*c->times)))
            return 0;
        return is_bad_time(&c->times[0]) || is_bad_time(&c->times[1]) ? -EINVAL : 0;
    default:
        return 0;
    }
}

/* What who asks may not do to it, whatever it is. */
static int refuses_asker(const struct lx_call *c, const struct stat *st)
{
    const struct lx_loc *at = &c->at[0];
    switch (c->op) {
    case LX_OP_OPEN:
        return native_permits(at->dfd, at->path, W_OK | X_OK);
    case LX_OP_TRUNCATE:
        return native_permits_cutting(at->dfd, at->path);
    case LX_OP_UTIMES:
        return c->times == NULL ? 0 : native_permits_times(at->dfd, at->path, st);
    case LX_OP_WATCH:
        return native_permits(at->dfd, at->path, R_OK);
    case LX_OP_UNLINK:
    case LX_OP_RMDIR:
        return refuses_removal(at, st);
    default:
        return native_permits_xattr(c);
    }
}

/* Calls on an object that has to be there; `names`: no matter who asks. */
static int refuses_object(const struct lx_call *c, bool names)
{
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    if ((at->flags & LX_LOC_DESCRIPTOR) != 0)
        return native_permits_descriptor(c, at->dfd, names);
    int r = sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
    if (r == 0)
        r = refuses_change(c, &st);
    return r < 0 || names ? r : refuses_asker(c, &st);
}

static int refuses_open(const struct lx_call *c, bool names)
{
    struct end e;
    if ((c->flags & O_TMPFILE) == O_TMPFILE)
        return refuses_object(c, names);
    if ((c->flags & O_CREAT) == 0)
        return 0; /* it has been opened by now */
    int r = look(&c->at[0], &e);
    if (r < 0)
        return r;
    if (e.exists)
        return (c->flags & O_EXCL) != 0 ? -EEXIST : 0;
    if (e.dir.st_nlink == 0)
        return -ENOENT;
    return names ? 0 : refuses_directory(&c->at[0]);
}

static int refuses_link(const struct lx_call *c, bool names)
{
    const struct lx_loc *at = &c->at[0];
    /* What is a symlink even now, and followed, is a link of /proc's: to whatever is open. */
    const int follow = (c->flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW;
    struct stat st;
    int r = sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW | (c->flags & AT_EMPTY_PATH));
    if (r == 0)
        r = refuses_name(c, &c->at[1]);
    if (r < 0 || names)
        return r;
    r = refuses_directory(&c->at[1]);
    if (r != -EROFS && (at->flags & LX_LOC_DESCRIPTOR) == 0 &&
        sys_mount_id(at->dfd, at->path, follow) != mount_of(&c->at[1]))
        return -EXDEV;
    return r == 0 && S_ISDIR(st.st_mode) ? -EPERM : r; /* nobody links a directory */
}

static int refuses_rename(const struct lx_call *c, bool names)
{
    struct end e[2] = {{.dots = false}};
    int r = look_at_both(c, e);
    if (r < 0)
        return r;
    if (!names && mount_of(&c->at[0]) != mount_of(&c->at[1]))
        return -EXDEV;
    if (!names && !e[0].dots && !e[1].dots && refuses_directory(&c->at[0]) == -EROFS)
        return -EROFS;
    r = refuses_renamed_names(c, &e[0], &e[1]);
    if (r < 0)
        return r;
    return names ? refuses_kinds(c, &e[0], &e[1]) : refuses_renaming(c, &e[0], &e[1]);
}

static int refusal(const struct lx_call *c, bool names)
{
    switch (c->op) {
    case LX_OP_MKDIR:
    case LX_OP_MKNOD:
    case LX_OP_SYMLINK:
    case LX_OP_BIND:
        return names ? refuses_name(c, &c->at[0]) : refuses_new(c, &c->at[0]);
    case LX_OP_LINK:
        return refuses_link(c, names);
    case LX_OP_RENAME:
        return refuses_rename(c, names);
    case LX_OP_OPEN:
        return refuses_open(c, names);
    default:
        return refuses_object(c, names);
    }
}

int native_refusal(const struct lx_call *c)
{
    return refusal(c, false);
}

int native_refusal_of_names(const struct lx_call *c)
{
    return refusal(c, true);
}

int native_refuses_ends(const struct lx_call *c)
{
    int r = native_refusal_of_names(c);
    bool met = r == -EEXIST || r == -EISDIR || r == -ENOTEMPTY;
    return met && c->op == LX_OP_RENAME ? 0 : r;
}

int native_refuses_readonly(const struct lx_call *c)
{
    struct end e[2] = {{.dots = false}};
    int r;
    switch (c->op) {
    case LX_OP_UNLINK:
    case LX_OP_RMDIR:
        r = look(&c->at[0], &e[0]);
        if (e[0].dots) /* no name to remove: the kernel has errnos for each */
            r = sys_unlinkat(c->at[0].dfd, c->at[0].path, c->flags);
        else if (r < 0 && r == e[0].error)
            r = 0; /* and the name is looked up last */
        break;
    case LX_OP_RENAME:
        r = look_at_both(c, e);
        if (r == 0 && (e[0].dots || e[1].dots))
            r = refuses_renamed_names(c, &e[0], &e[1]);
        break;
    default:
        r = native_refusal_of_names(c);
        break;
    }
    return r < 0 ? r : -EROFS;
}

int native_refuses_readonly_open(struct lx_call *c, bool (*is_link)(struct lx_call *c, unsigned i,
                                                                    const struct stat *st))
{
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    bool creates = (c->flags & O_CREAT) != 0;
    bool writes = (c->flags & O_ACCMODE) != O_RDONLY || (c->flags & O_TRUNC) != 0;
    if ((c->flags & O_PATH) != 0 || (!creates && !writes))
        return 0;
    if ((c->flags & O_TMPFILE) == O_TMPFILE)
        return native_refuses_readonly(c);
    int r = sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW);
    if (r == -ENOENT && creates)
        return native_refuses_readonly(c);
    if (r < 0 || (creates && (c->flags & O_EXCL) != 0))
        return r < 0 ? r : -EEXIST;
    bool follows = (c->flags & O_NOFOLLOW) == 0 && (at->flags & LX_LOC_WALKED) == 0;
    if (S_ISLNK(st.st_mode) || (is_link != NULL && is_link(c, 0, &st)))
        return follows ? -LX_EWALK : -ELOOP;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    return writes && S_ISREG(st.st_mode) ? -EROFS : 0;
}

int lx_forbid(struct lx_call *c, enum lx_rule rule, int error)
{
    int r = lx_is_silent(c, rule) ? 0 : native_refusal(c);
    return r < 0 ? r : lx_deny(c, rule, error);
}

int lx_forbid_by(struct lx_call *c, const struct lx_mount *mount, enum lx_rule rule)
{
    int error = lx_value_errno(lx_rule(mount, rule));
    return error == 0 ? 0 : lx_forbid(c, rule, error);
}

bool lx_has_slash(const struct lx_call *c)
{
    return ((c->at[0].flags | c->at[1].flags) & LX_LOC_SLASH) != 0;
}

int lx_check_slash(struct lx_call *c)
{
    return lx_has_slash(c) ? lx_forbid_by(c, c->at[1].mount, LX_RULE_RENAME_SLASH) : 0;
}
