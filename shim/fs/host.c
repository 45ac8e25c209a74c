/* SPDX-License-Identifier: MIT */
/*
 * The host's own file system: every operation is the one system call it always was. DrvFs uses the
 * same functions wherever it has no rule.
 */
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include "fs/filesystems.h"
#include "fs/madeup.h"
#include "fs/native.h"
#include "fs/transfer.h"
#include "fs/unseen.h"
#include "store/sidecar_attr.h"
#include "sys/sys.h"

const char lx_descriptor[] = "";

static bool is_descriptor(const struct lx_call *c)
{
    return (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0;
}

/* True where the last component might be a symlink that the call is to follow. */
static bool unsure(const struct lx_call *c)
{
    return (c->at[0].flags & LX_LOC_WALKED) == 0 && !c->task->seccomp_confined;
}

static long host_open(struct lx_call *c)
{
    struct stat st;
    bool exclusive = (c->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    if ((c->flags & O_CREAT) != 0 || (c->flags & O_TMPFILE) == O_TMPFILE)
        lx_masked(c->task);
    if (!unsure(c) || (c->flags & O_NOFOLLOW) != 0 || exclusive)
        return native_open(c, c->flags);

    /* Not through a symlink: it may lead into a mount. */
    int fd = native_open(c, c->flags | O_NOFOLLOW);
    if (fd == -ELOOP)
        return -LX_EWALK;
    /* A directory is asked for: the kernel says ENOTDIR of a symlink. */
    if (fd == -ENOTDIR && (c->flags & O_DIRECTORY) != 0)
        return -LX_EWALK;
    if (fd >= 0 && (c->flags & O_PATH) != 0 && sys_fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
        sys_close(fd);
        return -LX_EWALK;
    }
    return fd;
}

static long host_stat(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct stat *st = c->buf;
    if (is_descriptor(c) && !c->task->seccomp_confined && at->dfd != AT_FDCWD) {
        int result = sys_fstat(at->dfd, st);
        if (result == 0 && madeup_may_be(st->st_mode, st->st_nlink))
            madeup_stat(at->dfd, st);
        return result;
    }
    if (!unsure(c) || (c->flags & AT_SYMLINK_NOFOLLOW) != 0)
        return sys_fstatat(at->dfd, at->path, st, c->flags);
    int r = sys_fstatat(at->dfd, at->path, st, c->flags | AT_SYMLINK_NOFOLLOW);
    return r == 0 && S_ISLNK(st->st_mode) ? -LX_EWALK : r;
}

static long host_statx(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct statx *stx = c->buf;
    if (!unsure(c) || is_descriptor(c) || (c->flags & AT_SYMLINK_NOFOLLOW) != 0) {
        int result = sys_statx(at->dfd, at->path, c->flags, c->mask, stx);
        if (result == 0 && is_descriptor(c) && madeup_may_be(stx->stx_mode, stx->stx_nlink))
            madeup_statx(at->dfd, c->flags, c->mask, stx);
        return result;
    }
    /* The type comes with every mask, so that asking for less does not hide a symlink. */
    int r = sys_statx(at->dfd, at->path, c->flags | AT_SYMLINK_NOFOLLOW, c->mask | STATX_TYPE, stx);
    return r == 0 && S_ISLNK(stx->stx_mode) ? -LX_EWALK : r;
}

/*
 * Outside, only some answers could differ had a symlink led into a mount: a refusal, a miss, root's
 * permission to write, and every permission where a mount's masks take some away. The others stand,
 * at the price of the one call.
 */
static long host_access(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int r = sys_faccessat(at->dfd, at->path, (int)c->access, c->flags);
    if (!unsure(c) || (c->flags & AT_SYMLINK_NOFOLLOW) != 0)
        return r;
    return native_accessed(c->task->policy, at->dfd, at->path, c->access, r);
}

static long host_readlink(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    return sys_readlinkat(at->dfd, at->path, c->buf, c->size);
}

static long host_unlink(struct lx_call *c)
{
    return sys_unlinkat(c->at[0].dfd, c->at[0].path, c->flags);
}

/* A path with the slash that the program's own had. What it demands is asked of both ends at once.
 */
static const char *with_slash(const struct lx_loc *at, char out[PATH_MAX])
{
    size_t n = strlen(at->path);
    if ((at->flags & LX_LOC_SLASH) == 0 || n + 2 > PATH_MAX || n == 0 || at->path[n - 1] == '/')
        return at->path;
    memcpy(out, at->path, n);
    memcpy(out + n, "/", 2);
    return out;
}

static __attribute__((noinline)) long rename_with_slash(const struct lx_call *c)
{
    char paths[2][PATH_MAX];
    return sys_renameat2(c->at[0].dfd, with_slash(&c->at[0], paths[0]), c->at[1].dfd,
                         with_slash(&c->at[1], paths[1]), c->how);
}

static long host_rename(struct lx_call *c)
{
    if (((c->at[0].flags | c->at[1].flags) & LX_LOC_SLASH) != 0)
        return rename_with_slash(c);
    return sys_renameat2(c->at[0].dfd, c->at[0].path, c->at[1].dfd, c->at[1].path, c->how);
}

static long host_link(struct lx_call *c)
{
    int flags = c->flags;
    if ((c->at[0].flags & LX_LOC_WALKED) != 0 && c->at[0].path != c->path[0])
        flags &= ~AT_SYMLINK_FOLLOW;
    return sys_linkat(c->at[0].dfd, c->at[0].path, c->at[1].dfd, c->at[1].path, flags);
}

static long host_symlink(struct lx_call *c)
{
    return sys_symlinkat(c->name, c->at[0].dfd, c->at[0].path);
}

static long host_mkdir(struct lx_call *c)
{
    lx_masked(c->task);
    return sys_mkdirat(c->at[0].dfd, c->at[0].path, c->mode);
}

static long host_mknod(struct lx_call *c)
{
    lx_masked(c->task);
    return sys_mknodat(c->at[0].dfd, c->at[0].path, c->mode, c->dev);
}

static long host_chmod(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (is_descriptor(c) && c->path[0] == LX_DESCRIPTOR)
        return sys_fchmod(at->dfd, c->mode);
    if (c->flags == 0)
        return sys_fchmodat(at->dfd, at->path, c->mode);
    int r = sys_fchmodat2(at->dfd, at->path, c->mode, c->flags);
    if (r != -ENOSYS)
        return r;
    /* Before Linux 6.6 no call changes the mode of a symlink, and everything else may be followed.
     */
    struct stat st;
    r = sys_fstatat(at->dfd, at->path, &st, c->flags);
    if (r < 0)
        return r;
    return S_ISLNK(st.st_mode) ? -EOPNOTSUPP : sys_fchmodat(at->dfd, at->path, c->mode);
}

static long host_chown(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (is_descriptor(c) && c->path[0] == LX_DESCRIPTOR)
        return sys_fchown(at->dfd, c->uid, c->gid);
    return sys_fchownat(at->dfd, at->path, c->uid, c->gid, c->flags);
}

static long host_utimes(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    const char *path = is_descriptor(c) && c->path[0] == LX_DESCRIPTOR ? NULL : at->path;
    return sys_utimensat(at->dfd, path, c->times, c->flags);
}

/* What ends at the size that a task may write (RLIMIT_FSIZE) ends with a signal to it. */
static long host_truncate(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (lx_task_gets_there(c, 0))
        return -LX_CONTINUE;
    if (is_descriptor(c))
        return sys_ftruncate(at->dfd, c->length);
    return sys_truncate(at->path, c->length);
}

static long host_fallocate(struct lx_call *c)
{
    if (lx_task_gets_there(c, 0))
        return -LX_CONTINUE;
    return sys_fallocate(c->at[0].dfd, (int)c->how, c->offset, c->length);
}

static bool nofollow(const struct lx_call *c)
{
    return (c->flags & AT_SYMLINK_NOFOLLOW) != 0;
}

/*
 * The path of a call about an attribute: the calls of old start from no descriptor but the current
 * directory. 0, or -ENAMETOOLONG where it is too long for that.
 */
static int xattr_path(const struct lx_call *c, char buf[STORE_PLAIN_MAX], const char **path)
{
    const struct lx_loc *at = &c->at[0];
    bool follow;
    *path = at->path;
    if ((at->dfd == AT_FDCWD && !is_descriptor(c)) || at->path == NULL)
        return 0;
    *path = store_plain_path(at->dfd, at->path, buf, &follow);
    return *path == NULL ? -ENAMETOOLONG : 0;
}

/* A descriptor, and not the current directory, which has none. */
static bool of_descriptor(const struct lx_call *c)
{
    return is_descriptor(c) && c->at[0].dfd != AT_FDCWD;
}

static long host_getxattr(struct lx_call *c)
{
    char buf[STORE_PLAIN_MAX];
    const char *path;
    if (of_descriptor(c))
        return SYS4(SYS_fgetxattr, c->at[0].dfd, c->name, c->buf, c->size);
    int r = xattr_path(c, buf, &path);
    if (r < 0)
        return r;
    return SYS4(nofollow(c) ? SYS_lgetxattr : SYS_getxattr, path, c->name, c->buf, c->size);
}

static long host_setxattr(struct lx_call *c)
{
    char buf[STORE_PLAIN_MAX];
    const char *path;
    if (of_descriptor(c))
        return SYS5(SYS_fsetxattr, c->at[0].dfd, c->name, c->value, c->size, c->how);
    int r = xattr_path(c, buf, &path);
    if (r < 0)
        return r;
    return SYS5(nofollow(c) ? SYS_lsetxattr : SYS_setxattr, path, c->name, c->value, c->size,
                c->how);
}

static long host_listxattr(struct lx_call *c)
{
    char buf[STORE_PLAIN_MAX];
    const char *path;
    if (of_descriptor(c))
        return SYS3(SYS_flistxattr, c->at[0].dfd, c->buf, c->size);
    if (c->at[0].dfd != AT_FDCWD) /* only by that call does a path start from elsewhere */
        return SYS5(SYS_listxattrat, c->at[0].dfd, c->at[0].path, c->flags & AT_SYMLINK_NOFOLLOW,
                    c->buf, c->size);
    int r = xattr_path(c, buf, &path);
    if (r < 0)
        return r;
    return SYS3(nofollow(c) ? SYS_llistxattr : SYS_listxattr, path, c->buf, c->size);
}

static long host_removexattr(struct lx_call *c)
{
    char buf[STORE_PLAIN_MAX];
    const char *path;
    if (of_descriptor(c))
        return SYS2(SYS_fremovexattr, c->at[0].dfd, c->name);
    if (c->at[0].dfd != AT_FDCWD)
        return SYS4(SYS_removexattrat, c->at[0].dfd, c->at[0].path, c->flags & AT_SYMLINK_NOFOLLOW,
                    c->name);
    int r = xattr_path(c, buf, &path);
    if (r < 0)
        return r;
    return SYS2(nofollow(c) ? SYS_lremovexattr : SYS_removexattr, path, c->name);
}

static long host_statfs(struct lx_call *c)
{
    if (is_descriptor(c)) {
        int r = sys_fstatfs(c->at[0].dfd, c->buf);
        if (r == 0 && !c->task->seccomp_confined)
            madeup_statfs(c->at[0].dfd, c->buf);
        return r;
    }
    return sys_statfs(c->at[0].path, c->buf);
}

static long host_chdir(struct lx_call *c)
{
    if (lx_caller_does(c->task))
        return c->task->ops->caller_does(c);
    if (is_descriptor(c))
        return sys_fchdir(c->at[0].dfd);
    return sys_chdir(c->at[0].path);
}

static long host_chroot(struct lx_call *c)
{
    return lx_caller_does(c->task) ? c->task->ops->caller_does(c) : SYS1(SYS_chroot, c->at[0].path);
}

static long host_exec(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (lx_caller_does(c->task))
        return c->task->ops->caller_does(c);
    unseen_before_exec(c);
    int r = sys_execveat(at->dfd, at->path, c->argv, c->envp, c->flags);
    /* A script's interpreter may be where only we find it, in a mount whose backing is elsewhere,
     * or by a name that is spelled otherwise on the disk. */
    bool may_be_there = lx_redirects(c->task->policy) || at->mount != NULL;
    if (r == -ENOENT && !c->task->seccomp_confined && may_be_there && c->flags == 0 &&
        c->fd[0] == AT_FDCWD && native_image(at->dfd, at->path) == NATIVE_SCRIPT)
        return -LX_ESCRIPT;
    return r;
}

static long host_watch(struct lx_call *c)
{
    return sys_inotify_add_watch(c->instance, c->at[0].path, c->mask);
}

static long host_handle(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    int flags = (int)c->how;
    if (lx_caller_does(c->task))
        return c->task->ops->caller_does(c);
    if ((at->flags & LX_LOC_WALKED) != 0 && at->path != c->path[0])
        flags &= ~AT_SYMLINK_FOLLOW;
    return SYS5(SYS_name_to_handle_at, at->dfd, at->path, c->buf, c->value, flags);
}

static long host_path(struct lx_call *c)
{
    const char *path = c->at[0].path;
    if (c->buf == NULL)
        return 0; /* only where it is was asked */
    size_t n = strlen(path);
    if (n >= c->size)
        return -ENAMETOOLONG;
    memcpy(c->buf, path, n + 1);
    return (long)n;
}

/*
 * A socket address holds 107 bytes of path, and the native spelling may be longer than the
 * program's: then the directory is reached through a descriptor. What need not be spelled otherwise
 * goes as the program gave it, which may be without a NUL behind.
 */
static long host_socket(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(at->path);
    int dir = -1;
    if (at->path == c->path[0] && at->dfd == AT_FDCWD) {
        if (c->op == LX_OP_BIND)
            lx_masked(c->task);
        return SYS3(c->op == LX_OP_BIND ? SYS_bind : SYS_connect, c->instance, c->value, c->size);
    }
    if (n < sizeof(address.sun_path)) {
        memcpy(address.sun_path, at->path, n + 1);
    } else {
        dir = native_short_path(at->path, address.sun_path, sizeof(address.sun_path));
        if (dir < 0)
            return dir;
        n = strlen(address.sun_path);
    }
    if (c->op == LX_OP_BIND)
        lx_masked(c->task);
    long size = (long)(offsetof(struct sockaddr_un, sun_path) + n + 1);
    long r = SYS3(c->op == LX_OP_BIND ? SYS_bind : SYS_connect, c->instance, &address, size);
    if (dir >= 0)
        sys_close(dir);
    return r;
}

/* What only the rules are asked about: who asked makes the call. */
static long host_move(struct lx_call *c)
{
    return c->transfer->make(c);
}

static long host_pass(struct lx_call *c)
{
    (void)c;
    return 0;
}

/* Names outside are stored as they are shown. */
static long host_encode(struct lx_call *c, const struct lx_mount *mount, const char *name, size_t n,
                        char *out, size_t room)
{
    (void)c;
    (void)mount;
    return lx_name_keep(name, n, out, room);
}

static const uint8_t nothing_to_say[256];

const struct lx_names lx_host_names = {.bytes = nothing_to_say, .encode = host_encode};

const struct lx_fs lx_host_fs = {
    .run =
        {
            [LX_OP_OPEN] = host_open,
            [LX_OP_STAT] = host_stat,
            [LX_OP_STATX] = host_statx,
            [LX_OP_ACCESS] = host_access,
            [LX_OP_READLINK] = host_readlink,
            [LX_OP_UNLINK] = host_unlink,
            [LX_OP_RMDIR] = host_unlink,
            [LX_OP_RENAME] = host_rename,
            [LX_OP_LINK] = host_link,
            [LX_OP_SYMLINK] = host_symlink,
            [LX_OP_MKDIR] = host_mkdir,
            [LX_OP_MKNOD] = host_mknod,
            [LX_OP_CHMOD] = host_chmod,
            [LX_OP_CHOWN] = host_chown,
            [LX_OP_UTIMES] = host_utimes,
            [LX_OP_TRUNCATE] = host_truncate,
            [LX_OP_FALLOCATE] = host_fallocate,
            [LX_OP_GETXATTR] = host_getxattr,
            [LX_OP_SETXATTR] = host_setxattr,
            [LX_OP_LISTXATTR] = host_listxattr,
            [LX_OP_REMOVEXATTR] = host_removexattr,
            [LX_OP_STATFS] = host_statfs,
            [LX_OP_CHDIR] = host_chdir,
            [LX_OP_CHROOT] = host_chroot,
            [LX_OP_EXEC] = host_exec,
            [LX_OP_WATCH] = host_watch,
            [LX_OP_BIND] = host_socket,
            [LX_OP_CONNECT] = host_socket,
            [LX_OP_HANDLE] = host_handle,
            [LX_OP_PATH] = host_path,
            [LX_OP_SEEK] = host_pass,
            [LX_OP_SYNC] = host_pass,
            [LX_OP_IOCTL] = host_pass,
            [LX_OP_CONTROL] = host_pass,
            [LX_OP_READ] = host_move,
            [LX_OP_WRITE] = host_move,
            [LX_OP_COPY] = host_pass,
        },
};
