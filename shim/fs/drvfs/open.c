/* SPDX-License-Identifier: MIT */
/* open on a Windows drive: the read-only attribute, creation, O_TMPFILE, open directories. */
#include <stdbool.h>
#include <unistd.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/granted.h"
#include "fs/drvfs/handle.h"
#include "fs/drvfs/link.h"
#include "fs/drvfs/make.h"
#include "fs/drvfs/object.h"
#include "fs/drvfs/owner.h"
#include "fs/drvfs/sharing.h"
#include "fs/native.h"
#include "fs/permitted.h"
#include "fs/refusal.h"
#include "store/pending.h"
#include "sys/fdpath.h"
#include "sys/patience.h"
#include "sys/sys.h"

/* Between "not there" and "created", one step natively, another process may create or remove the
 * file: each time, if it does nothing else. */
#define CREATE_ROUNDS 1000

static bool writes(const struct lx_call *c)
{
    return (c->flags & O_ACCMODE) != O_RDONLY || (c->flags & O_TRUNC) != 0;
}

/* The flags for opening what exists: never through a symlink unless it was walked through. */
static int plain_flags(const struct lx_call *c)
{
    int flags = c->flags & ~(O_CREAT | O_EXCL);
    return (c->at[0].flags & LX_LOC_WALKED) != 0 ? flags : flags | O_NOFOLLOW;
}

/* Refuses a read-only file. The kernel does that for everybody but root. */
static int check_readonly(struct lx_call *c, const struct stat *st)
{
    if (!writes(c) || !S_ISREG(st->st_mode) || !drvfs_is_readonly(st->st_mode))
        return 0;
    return lx_forbid_by(c, c->at[0].mount, LX_RULE_OPEN_READONLY_FILE);
}

/*
 * The call failed with EACCES: by our rule, if the file has the read-only attribute. Its flags were
 * not all tried: of a directory that is to be made, or a mount on which is to be cut, the kernel
 * says something else first.
 */
static int explain_eacces(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    if ((!writes(c) && (c->flags & O_CREAT) == 0) || native_stat(c, 0, &st) < 0)
        return -EACCES;
    if (S_ISDIR(st.st_mode) && (c->flags & O_CREAT) != 0)
        return -EISDIR;
    if ((c->flags & O_TRUNC) != 0 && native_is_readonly(at->dfd, at->path))
        return -EROFS;
    if (writes(c) && S_ISREG(st.st_mode) && drvfs_is_readonly(st.st_mode) &&
        lx_rule(c->at[0].mount, LX_RULE_OPEN_READONLY_FILE) != LX_NATIVE)
        c->denied = LX_RULE_OPEN_READONLY_FILE;
    return -EACCES;
}

/* Truncates as O_TRUNC would have, now that the file may be written. */
static int truncate_open(struct lx_call *c, int fd, const struct stat *st)
{
    /* A mapping keeps what it was made by open. */
    if (lx_rule(c->at[0].mount, LX_RULE_FILE_TRUNCATE_MAPPED) != LX_NATIVE && st->st_size > 0 &&
        !store_is_only_descriptor(fd)) {
        int r = drvfs_check_cut(c, st, 0);
        if (r < 0)
            return r;
    }
    if ((c->flags & O_ACCMODE) != O_RDONLY)
        return sys_ftruncate(fd, 0);
    char path[SYS_FD_PATH]; /* O_RDONLY|O_TRUNC: the descriptor itself cannot truncate */
    sys_fd_path(fd, path);
    int again = sys_openat(AT_FDCWD, path, O_WRONLY | O_TRUNC | O_CLOEXEC, 0);
    return again < 0 ? again : sys_close(again);
}

/* What an open uses a file for. */
static unsigned shares(const struct lx_call *c)
{
    unsigned ours = STORE_OPEN;
    if ((c->flags & O_ACCMODE) != O_WRONLY)
        ours |= STORE_READS;
    return writes(c) ? ours | STORE_WRITES : ours;
}

/* What the mark of a file, or one that is empty, may mean: a link, an alias, an open in Windows. */
static int second_look(struct lx_call *c, int fd, const struct stat *st)
{
    long length;
    enum drvfs_kind kind = drvfs_look_again(c, c->at[0].mount, fd, "", st, &length);
    if (kind == DRVFS_LINK) {
        if ((c->at[0].flags & LX_LOC_DESCRIPTOR) == 0)
            store_note_link(c->at[0].dfd, c->at[0].path);
        if ((c->flags & O_NOFOLLOW) == 0)
            return -LX_EWALK;
        if ((c->flags & O_DIRECTORY) != 0)
            return -ENOTDIR;
        return (c->flags & O_PATH) != 0 ? 0 : -ELOOP;
    }
    if ((c->flags & O_PATH) != 0)
        return 0;
    if (kind == DRVFS_ALIAS && (c->flags & O_TRUNC) == 0)
        return drvfs_fill_alias(fd);
    return store_marked(st) ? drvfs_check_sharing(c, 0, fd, shares(c)) : 0;
}

/* What an open asks for. [openvmm lxutil open_flags_to_access_mask] */
static uint32_t demands(const struct lx_call *c)
{
    int access = c->flags & O_ACCMODE;
    uint32_t want = DRVFS_LOOK_UP;
    if ((c->flags & O_PATH) != 0)
        return want;
    want |= NT_READ_CONTROL;
    if (access == O_RDONLY || access == O_RDWR)
        want |= NT_FILE_READ;
    if (access == O_WRONLY || access == O_RDWR)
        want |= NT_FILE_WRITE;
    if ((c->flags & O_APPEND) != 0)
        want &= ~NT_WRITE_DATA;
    return (c->flags & O_TRUNC) != 0 ? want | NT_WRITE_DATA : want;
}

/* What is left to do once the file is open. Returns fd, or -errno with it closed. */
static int opened(struct lx_call *c, int fd, bool truncate)
{
    struct stat st;
    int access = c->flags & O_ACCMODE;
    int want = access == O_RDONLY ? R_OK : access == O_WRONLY ? W_OK : R_OK | W_OK;
    const struct store_object open = {lx_backing(c->at[0].mount), fd, ""};
    int r = sys_fstat(fd, &st);
    if (r == 0 && S_ISLNK(st.st_mode) && (c->flags & O_NOFOLLOW) == 0)
        r = -LX_EWALK; /* O_PATH opens the link itself */
    if (r == 0 && lx_may_be_link(&st))
        r = second_look(c, fd, &st);
    if (r == 0)
        r = (int)drvfs_check_named(c, st.st_mode, drvfs_links_of(&c->at[0], fd, &st));
    if (r == 0 && store_marked(&st))
        r = drvfs_demand_of_open(c, fd, &st, demands(c));
    if (r == 0 && S_ISDIR(st.st_mode) && (c->flags & (O_CREAT | O_TRUNC)) != 0 &&
        (c->flags & O_PATH) == 0)
        r = -EISDIR;
    if (r == 0 && (c->flags & O_PATH) == 0) {
        r = check_readonly(c, &st);
        if (r == 0)
            r = drvfs_permit(c, c->at[0].mount, &open, &st, want);
        if (r == 0 && truncate && S_ISREG(st.st_mode))
            r = truncate_open(c, fd, &st);
        if (r == 0 && S_ISDIR(st.st_mode))
            store_mark_directory(fd);
    }
    if (r < 0) {
        sys_close(fd);
        return r;
    }
    return fd;
}

static int open_existing(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int flags = plain_flags(c);
    unsigned round = 0;
    /* O_TRUNC would empty a file before we see what it is: read-only, or open in Windows. */
    bool truncate = (flags & O_TRUNC) != 0;
    flags &= ~O_TRUNC;
    int fd = native_open(c, flags);
    /* Somebody probes the file, for a few system calls: a regular one never blocks otherwise. */
    while (fd == -EAGAIN && sys_patience(&round, SYS_LONG_PATIENCE))
        fd = native_open(c, flags);
    if (fd >= 0)
        return opened(c, fd, truncate);
    bool follows = (c->flags & O_NOFOLLOW) == 0 && (at->flags & LX_LOC_WALKED) == 0;
    if (follows && (fd == -ELOOP || (fd == -ENOTDIR && (c->flags & O_DIRECTORY) != 0)))
        return -LX_EWALK;
    return fd == -EACCES ? explain_eacces(c) : fd;
}

/* The backing mode of a new file. */
static mode_t creation_mode(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    if (drvfs_keeps(m) || lx_rule(m, LX_RULE_MODE_FIXED) != LX_ON)
        return c->mode;
    if ((c->mode & 0222) == 0 && lx_rule(m, LX_RULE_CREATE_NO_WRITE_BIT) != LX_IGNORE)
        return lx_alter(c, LX_RULE_CREATE_NO_WRITE_BIT) ? DRVFS_READONLY : c->mode;
    return lx_alter(c, LX_RULE_MODE_FIXED) ? DRVFS_WRITABLE : c->mode;
}

/*
 * [WSL#12051] A server that gets the attribute with the request makes the file, and then finds that
 * it is not to be written.
 */
static int check_created(struct lx_call *c, mode_t made)
{
    const struct lx_mount *m = c->at[0].mount;
    if (((c->mode & 0222) != 0 && made != DRVFS_READONLY) || !writes(c) || drvfs_keeps(m) ||
        lx_rule(m, LX_RULE_CREATE_NO_WRITE_BIT) != LX_EACCES)
        return 0;
    return lx_deny(c, LX_RULE_CREATE_NO_WRITE_BIT, EACCES);
}

/* Notes that what was made has metadata; the descriptor, or -errno, when it is closed. */
static int note_open(const struct lx_call *c, int fd)
{
    int r = fd < 0 ? fd : drvfs_note_made(c, &c->at[0], fd, (c->mode & S_ISVTX) != 0);
    if (fd >= 0 && r < 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

static int create(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int r = drvfs_check_new_entry(c, at);
    if (r == 0)
        r = drvfs_demand_of_parent(c, 0, NT_WRITE_DATA);
    if (r < 0)
        return r;
    mode_t mode = creation_mode(c);
    if (mode == c->mode || drvfs_hears_umask(c, at->mount))
        lx_masked(c->task);
    int flags = c->flags | O_CREAT | O_EXCL;
    unsigned resolve = native_resolve(c);
    int fd = lx_open_for(c->task, at->dfd, at->path, flags, mode, resolve);
    if (fd >= 0 && mode != c->mode)
        mode = drvfs_settle_mode(c, at, fd, mode);
    r = note_open(c, fd);
    if (r < 0 && fd >= 0)
        sys_unlinkat(at->dfd, at->path, 0);
    if (r < 0)
        return r;
    r = drvfs_inherit_descriptor(c, at, fd);
    if (r == 0)
        r = check_created(c, mode);
    c->made = true;
    if (r < 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

/* What has no name yet is made with metadata as well. */
static int create_unnamed(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int r = lx_forbid_by(c, at->mount, LX_RULE_OPEN_TMPFILE);
    if (r < 0 || !drvfs_keeps(at->mount))
        return r < 0 ? r : (int)lx_host_fs.run[LX_OP_OPEN](c);
    lx_masked(c->task);
    return note_open(c,
                     lx_open_for(c->task, at->dfd, at->path, c->flags, c->mode, native_resolve(c)));
}

/* True where a file has a mode of its own that is not the inode's: one that is no mode. */
static bool shows_other_mode(const struct lx_call *c, const struct stat *st)
{
    struct drvfs_owner owner;
    const struct store_object o = drvfs_object(&c->at[0]);
    if (!drvfs_keeps(c->at[0].mount))
        return false;
    drvfs_owner_of(c, c->at[0].mount, &o, st, &owner);
    return !owner.kernel && owner.has != 0;
}

/*
 * True where an open is the same whoever makes it: of a file with something in it and no mark, not
 * made or emptied by it, that the drive lets everybody open. Who acts on behalf of a task then
 * leaves it to that, which costs less than to hand a descriptor over.
 */
static bool is_same_to_anybody(const struct lx_call *c)
{
    const int other = O_CREAT | O_TRUNC | O_PATH | O_DIRECTORY;
    const struct lx_loc *at = &c->at[0];
    struct stat st;
    return lx_task_gets_there(c, 0) && (c->flags & other) == 0 && !lx_masked_mode(at->mount) &&
           !c->task->policy->trace_all &&
           sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           !lx_may_be_link(&st) && !(writes(c) && drvfs_is_readonly(st.st_mode)) &&
           !shows_other_mode(c, &st);
}

long drvfs_open(struct lx_call *c)
{
    const struct lx_mount *m = c->at[0].mount;
    bool creates = (c->flags & (O_CREAT | O_PATH)) == O_CREAT;
    int fd = -ENOENT;
    int asked = c->flags;

    if ((asked & O_DIRECT) != 0 && lx_rule(m, LX_RULE_OPEN_DIRECT) == LX_IGNORE &&
        lx_alter(c, LX_RULE_OPEN_DIRECT))
        c->flags &= ~O_DIRECT;

    if ((m->flags & LX_MOUNT_READONLY) != 0) {
        int r = native_refuses_readonly_open(c, drvfs_is_link);
        if (r < 0)
            return r;
        creates = false;
    }
    if ((c->flags & O_TMPFILE) == O_TMPFILE)
        return create_unnamed(c);
    if ((c->flags & O_PATH) == 0) {
        int r = drvfs_check_scanner(c, 0, shares(c));
        if (r < 0)
            return r;
    }
    if (c->flags == asked && is_same_to_anybody(c))
        return -LX_CONTINUE;
    for (int i = 0; i < CREATE_ROUNDS; i++) {
        bool exclusive = creates && (c->flags & O_EXCL) != 0;
        bool missing = creates && (c->at[0].flags & LX_LOC_MISSING) != 0;
        if (!exclusive && !missing)
            fd = open_existing(c);
        if (!creates || fd != -ENOENT)
            return fd;
        fd = create(c);
        if (fd != -EEXIST || exclusive)
            return fd;
        /* Somebody was faster: what was read of the directory is of the past. */
        c->at[0].flags &= ~(unsigned)(LX_LOC_FREE | LX_LOC_MISSING);
        fd = -ENOENT;
    }
    return -EEXIST;
}
