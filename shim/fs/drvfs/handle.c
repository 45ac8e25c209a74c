/* SPDX-License-Identifier: MIT */
/*
 * Calls on a descriptor of a Windows drive that its client has not, or makes otherwise: 0 where the
 * call is as on Linux, and its caller's to make; LX_DONE; or -errno.
 */
#include <fcntl.h>

#include "fs/drvfs/drvfs.h"
#include "fs/drvfs/handle.h"
#include "fs/refusal.h"
#include "fs/stray.h"
#include "store/renamed.h"
#include "sys/sys.h"

static long refuse(struct lx_call *c, enum lx_rule rule)
{
    return lx_forbid_by(c, c->at[0].mount, rule);
}

/*
 * FUSE gives the server the handle by which a file is made shorter, but none where somebody asks
 * for its facts. [openvmm virtiofs lib.rs get_attr, set_attr]
 */
static bool goes_by_handle(const struct lx_call *c)
{
    return c->op == LX_OP_TRUNCATE && lx_rule(c->at[0].mount, LX_RULE_HANDLE_UNLINKED) == LX_FSTAT;
}

static long refuse_unlinked(struct lx_call *c)
{
    long r = goes_by_handle(c) ? 0 : refuse(c, LX_RULE_HANDLE_UNLINKED);
    return r == 0 && c->op == LX_OP_OPEN ? refuse(c, LX_RULE_HANDLE_REOPENED) : r;
}

/* The server looks a file up by its name, though who has it open reads and writes on. */
long drvfs_check_name_of(struct lx_call *c, mode_t mode, nlink_t links)
{
    const struct lx_loc *at = &c->at[0];
    if (links == 0 && S_ISDIR(mode))
        return refuse(c, LX_RULE_DIRECTORY_REMOVED);
    if (links == 0)
        return refuse_unlinked(c);
    if (S_ISDIR(mode))
        return lx_check_stray_here(c, at->mount, at->dfd);
    if ((at->flags & LX_LOC_DESCRIPTOR) == 0 || at->dfd == AT_FDCWD || !S_ISREG(mode) ||
        lx_rule(at->mount, LX_RULE_HANDLE_RENAMED) == LX_NATIVE || !store_was_renamed(at->dfd))
        return 0;
    return refuse(c, LX_RULE_HANDLE_RENAMED);
}

static bool is_directory(int fd)
{
    struct stat st;
    return sys_fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * True where a directory has entries left behind the position that it is at, which this leaves as
 * it is.
 */
static bool is_half_read(int fd)
{
    char block[512];
    off_t position = sys_lseek(fd, 0, SEEK_CUR);
    if (position <= 0)
        return false;
    long n = sys_getdents64(fd, block, sizeof(block));
    sys_lseek(fd, position, SEEK_SET);
    return n > 0;
}

/*
 * v9fs goes on with what it has of the server's last answer, wherever the directory was rewound to,
 * and asks from there on. [WSL#5074, WSL2-Linux-Kernel#187] How much that answer had is the
 * client's affair: here all that there is.
 */
static long rewound(struct lx_call *c)
{
    int fd = c->at[0].dfd;
    if (lx_rule(c->at[0].mount, LX_RULE_DIRECTORY_REWIND) != LX_LOSES || !is_directory(fd) ||
        !is_half_read(fd) || !lx_alter(c, LX_RULE_DIRECTORY_REWIND))
        return 0;
    return LX_DONE;
}

long drvfs_seek(struct lx_call *c)
{
    return c->how == SEEK_SET ? rewound(c) : refuse(c, LX_RULE_FILE_SEEK_DATA);
}

long drvfs_sync(struct lx_call *c)
{
    if (c->how == LX_SYNC_RANGE)
        return refuse(c, LX_RULE_FILE_SYNC_RANGE);
    return is_directory(c->at[0].dfd) ? refuse(c, LX_RULE_DIRECTORY_SYNC) : 0;
}

long drvfs_ioctl(struct lx_call *c)
{
    return refuse(c, LX_RULE_IOCTL_FLAGS);
}

/* [WSL#40649] The server appends as long as the file is open, whatever the client thinks. */
long drvfs_control(struct lx_call *c)
{
    int fd = c->at[0].dfd;
    if (lx_rule(c->at[0].mount, LX_RULE_HANDLE_APPEND) != LX_KEPT)
        return 0;
    long flags = sys_fcntl(fd, F_GETFL, 0);
    if (flags < 0 || (flags & O_APPEND) == 0 || !lx_alter(c, LX_RULE_HANDLE_APPEND))
        return 0;
    long r = sys_fcntl(fd, F_SETFL, (long)(c->how | O_APPEND));
    return r < 0 ? r : LX_DONE;
}

long drvfs_copy(struct lx_call *c)
{
    return refuse(c, LX_RULE_FILE_COPY_RANGE);
}
