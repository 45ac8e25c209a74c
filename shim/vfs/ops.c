/* SPDX-License-Identifier: MIT */
#include "vfs/ops.h"

#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/statfs.h>

#include "fs/madeup.h"
#include "policy/foreign.h"
#include "store/cwds.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/finish.h"
#include "vfs/loader.h"
#include "vfs/mounts.h"
#include "vfs/names.h"
#include "vfs/placement.h"
#include "vfs/room.h"
#include "vfs/run.h"
#include "vfs/shown.h"
#include "vfs/tags.h"
#include "vfs/walk.h"
#include "vfs/walked.h"

static void start(struct lx_call *c, const struct lx_task *t, enum lx_op op, int fd,
                  const char *path, int flags)
{
    vfs_call_init(c, t, op);
    c->fd[0] = fd;
    c->path[0] = path;
    c->flags = flags;
}

/* An absolute path as one from the directory that is its root. */
static const char *in_root(const char *path)
{
    const char *rest = path + strspn(path, "/");
    return rest != path && *rest == '\0' ? "." : rest;
}

static long run_resolving(void *call)
{
    return vfs_run_resolving(call);
}

long lx_openat2(const struct lx_task *t, int dirfd, const char *path,
                const struct sys_open_how *how)
{
    struct lx_call c;
    if (t->seccomp_confined)
        return SYS4(SYS_openat2, dirfd, path, how, sizeof(*how));
    long r = vfs_ask_openat2(how);
    if (r != VFS_GOES_ON)
        return r;
    int flags = (int)how->flags;
    if ((flags & O_PATH) == 0)
        flags |= O_LARGEFILE; /* as a 64-bit kernel's does, whoever calls */
    if (how->resolve == 0)
        return lx_openat(t, dirfd, path, flags, (mode_t)how->mode);
    start(&c, t, LX_OP_OPEN, dirfd, path, flags);
    c.mode = (unsigned)how->mode;
    c.resolve = (unsigned)how->resolve;
    if ((how->resolve & SYS_RESOLVE_IN_ROOT) != 0 && lx_has_text(&c, path))
        c.path[0] = in_root(path);
    return vfs_opened_or(&c, vfs_with_room(t, run_resolving, &c));
}

#define PROC_MAGIC 0x9fa0

/* A native path, of n bytes, as programs see it in a link of /proc's; or -errno. */
static long in_procs_words(const struct lx_policy *policy, char *path, size_t n, size_t room)
{
    static const char deleted[] = " (deleted)";
    const char *name = shown_stands(policy, path, n);
    if (name != NULL && strlen(name) < room) {
        n = strlen(name);
        memcpy(path, name, n + 1);
        return (long)n;
    }
    bool waits = mounts_waits(policy, path, n);
    long length = mounts_to_program(policy, path, n, room);
    /* As its file system has it go: see the evidence of the rule rmdir.open_directory. */
    if (!waits || length < 0 || (size_t)length + sizeof(deleted) > room)
        return length;
    memcpy(path + length, deleted, sizeof(deleted));
    return length + (long)sizeof(deleted) - 1;
}

/*
 * The links of /proc show the backing's spelling: /proc/self/fd/3, cwd, exe. Every other link is
 * opaque bytes, whatever it looks like.
 */
static __attribute__((noinline)) long proc_link(const struct lx_call *c, const char *path, long n)
{
    const struct lx_task *t = c->task;
    char full[PATH_MAX];
    struct statfs fs;
    int fd = sys_openat(c->fd[0], path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return n;
    long length = -EINVAL;
    if (sys_fstatfs(fd, &fs) == 0 && fs.f_type == PROC_MAGIC)
        length = sys_readlinkat(fd, "", full, sizeof(full) - 1);
    sys_close(fd);
    if (length < 0)
        return n;
    full[length] = '\0';
    if (lx_foreign_root(t->policy) != NULL && loader_program(c->fd[0], path, full))
        length = (long)strlen(full);
    if (madeup_link(full, (size_t)length))
        length = (long)madeup_cut(full, (size_t)length);
    length = in_procs_words(t->policy, full, (size_t)length, sizeof(full));
    if (length < 0)
        return n;
    size_t shown = (size_t)length < c->size ? (size_t)length : c->size;
    int r = lx_give(c->task, c->buf, full, shown);
    /* What the kernel's own answer had more is no end of this one: who cleared the buffer goes by
     * the zeros that were there. */
    if (r == 0 && t->pid == 0 && (long)shown < n)
        memset((char *)c->buf + shown, 0, (size_t)n - shown);
    return r < 0 ? r : (long)shown;
}

/*
 * True for a last name that a link of /proc's may have: "7", "cwd", "exe", "root". Its text here is
 * shorter than the kernel's where it has escaped characters, and behind it the program's buffer is
 * to stay as it is.
 */
static bool is_like_procs(const struct lx_call *c)
{
    const char *path = c->path[0];
    long n = c->task->pid != 0 ? 0 : sys_string(path, lx_tick(c));
    const char *end = path + n;
    if (n <= 0)
        return false;
    return (end[-1] >= '0' && end[-1] <= '9') || (n >= 3 && memcmp(end - 3, "cwd", 3) == 0) ||
           (n >= 3 && memcmp(end - 3, "exe", 3) == 0) ||
           (n >= 4 && memcmp(end - 4, "root", 4) == 0);
}

/* True where a link's text, cut to size or not, is a native path that programs see otherwise. */
static bool needs_translation(const struct lx_policy *policy, const char *text, size_t n)
{
    if (n == 0 || text[0] != '/')
        return false;
    if (madeup_link(text, n) || shown_stands(policy, text, n) != NULL)
        return true;
    if (lx_mounts(policy)->count == 0)
        return false;
    if (vfs_text_suspect(text, n))
        return true;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        size_t common = n < m->backing_length ? n : m->backing_length;
        if (!lx_in_place(m) && memcmp(text, lx_backing(m), common) == 0)
            return true;
    }
    return false;
}

/*
 * True for a link of /proc's that who acts for a task may not read. The task may where it is its
 * own, whoever it has become: the kernel lets each process look into itself.
 */
static bool is_for_the_task(const struct lx_call *c, long r)
{
    return r == -EACCES && c->task->on_behalf && strncmp(c->path[0], "/proc/", 6) == 0;
}

static long read_link(struct lx_call *c, char *buf, size_t size)
{
    const struct lx_task *t = c->task;
    c->at[0].mount = NULL; /* what is refused at once is located nowhere */
    c->buf = buf;
    c->size = size;
    long n = vfs_call(c);
    if (is_for_the_task(c, n) && c->at[0].mount == NULL && !lx_ruleset_any(&c->altered))
        return -LX_CONTINUE;
    if (n <= 0 || c->at[0].mount != NULL || t->seccomp_confined || lx_ruleset_any(&c->altered))
        return n;
    if (needs_translation(t->policy, buf, (size_t)n))
        return proc_link(c, c->path[0], n);
    return t->on_behalf && !tags_is(c->path[0], strlen(c->path[0])) ? -LX_CONTINUE : n;
}

/* The same by a buffer of ours. */
static __attribute__((noinline)) long read_procs(struct lx_call *c, char *buf, size_t size)
{
    char text[PATH_MAX];
    if ((int)size <= 0 || size > sizeof(text))
        return read_link(c, buf, size);
    long n = read_link(c, text, size);
    c->buf = buf;
    int r = n > 0 ? lx_give(c->task, buf, text, (size_t)n) : 0;
    return r < 0 ? r : n;
}

long lx_readlinkat(const struct lx_task *t, int dirfd, const char *path, char *buf, size_t size)
{
    struct lx_call c;
    start(&c, t, LX_OP_READLINK, dirfd, path, AT_EMPTY_PATH);
    if (is_like_procs(&c))
        return read_procs(&c, buf, size);
    return read_link(&c, buf, size);
}

/*
 * What rmdir says to the "/" of a task whose root is not ours: as an entry it is none, while where
 * that root lies in our eyes it would be one. 0 for every other path.
 */
static __attribute__((noinline)) int root_by(const char *path)
{
    if (path == NULL || path[0] != '/' || path[strspn(path, "/.")] != '\0' ||
        strstr(path, "...") != NULL)
        return 0;
    const char *last = strrchr(path, '/') + 1;
    return last[0] == '\0' ? -EBUSY : last[1] == '\0' ? -EINVAL : -ENOTEMPTY;
}

static inline int own_root(const struct lx_task *t, const char *path)
{
    return t->root == NULL || t->pid == 0 ? 0 : root_by(path);
}

long lx_unlinkat(const struct lx_task *t, int dirfd, const char *path, int flags)
{
    struct lx_call c;
    int r = (flags & ~AT_REMOVEDIR) == 0 ? own_root(t, path) : 0;
    if (r < 0)
        return flags == AT_REMOVEDIR ? r : -EISDIR;
    start(&c, t, flags == AT_REMOVEDIR ? LX_OP_RMDIR : LX_OP_UNLINK, dirfd, path, flags);
    return vfs_call(&c);
}

long lx_renameat2(const struct lx_task *t, int odfd, const char *old, int ndfd, const char *new,
                  unsigned flags)
{
    struct lx_call c;
    /* The kernel refuses both alike, and this one is so by every name. */
    start(&c, t, LX_OP_RENAME, odfd, own_root(t, old) < 0 ? "/." : old, 0);
    c.fd[1] = ndfd;
    c.path[1] = own_root(t, new) < 0 ? "/." : new;
    c.how = flags;
    return vfs_call(&c);
}

long lx_linkat(const struct lx_task *t, int odfd, const char *old, int ndfd, const char *new,
               int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_LINK, odfd, old, flags);
    c.fd[1] = ndfd;
    c.path[1] = new;
    return vfs_call(&c);
}

long lx_symlinkat(const struct lx_task *t, const char *target, int dirfd, const char *path)
{
    struct lx_call c;
    start(&c, t, LX_OP_SYMLINK, dirfd, path, 0);
    c.name = target;
    return vfs_call(&c);
}

long lx_mkdirat(const struct lx_task *t, int dirfd, const char *path, mode_t mode)
{
    struct lx_call c;
    start(&c, t, LX_OP_MKDIR, dirfd, path, 0);
    c.mode = mode;
    return vfs_call(&c);
}

long lx_mknodat(const struct lx_task *t, int dirfd, const char *path, mode_t mode, dev_t dev)
{
    struct lx_call c;
    start(&c, t, LX_OP_MKNOD, dirfd, path, 0);
    c.mode = mode;
    c.dev = dev;
    return vfs_call(&c);
}

long lx_fchmodat(const struct lx_task *t, int dirfd, const char *path, mode_t mode, int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_CHMOD, dirfd, path, flags);
    c.mode = mode;
    return vfs_call(&c);
}

long lx_fchownat(const struct lx_task *t, int dirfd, const char *path, uid_t uid, gid_t gid,
                 int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_CHOWN, dirfd, path, flags);
    c.uid = uid;
    c.gid = gid;
    return vfs_call(&c);
}

long lx_utimensat(const struct lx_task *t, int dirfd, const char *path,
                  const struct timespec *times, int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_UTIMES, dirfd, path, flags);
    c.times = times;
    return vfs_call(&c);
}

long lx_truncate(const struct lx_task *t, int fd, const char *path, off_t length)
{
    struct lx_call c;
    start(&c, t, LX_OP_TRUNCATE, fd, path, 0);
    c.length = length;
    return vfs_call(&c);
}

long lx_fallocate(const struct lx_task *t, int fd, int mode, off_t offset, off_t length)
{
    struct lx_call c;
    start(&c, t, LX_OP_FALLOCATE, fd, LX_DESCRIPTOR, 0);
    c.how = (unsigned)mode;
    c.offset = offset;
    c.length = length;
    return vfs_call(&c);
}

static long xattr(const struct lx_task *t, enum lx_op op, int fd, const char *path,
                  const char *name, void *buf, const void *value, size_t size, int mode, int flags)
{
    struct lx_call c;
    start(&c, t, op, fd, path, flags);
    c.name = name;
    c.buf = buf;
    c.value = value;
    c.size = size;
    c.how = (unsigned)mode;
    return vfs_call(&c);
}

long lx_getxattr(const struct lx_task *t, int fd, const char *path, const char *name, void *value,
                 size_t size, int flags)
{
    return xattr(t, LX_OP_GETXATTR, fd, path, name, value, NULL, size, 0, flags);
}

long lx_setxattr(const struct lx_task *t, int fd, const char *path, const char *name,
                 const void *value, size_t size, int mode, int flags)
{
    return xattr(t, LX_OP_SETXATTR, fd, path, name, NULL, value, size, mode, flags);
}

long lx_listxattr(const struct lx_task *t, int fd, const char *path, char *list, size_t size,
                  int flags)
{
    return xattr(t, LX_OP_LISTXATTR, fd, path, NULL, list, NULL, size, 0, flags);
}

long lx_removexattr(const struct lx_task *t, int fd, const char *path, const char *name, int flags)
{
    return xattr(t, LX_OP_REMOVEXATTR, fd, path, name, NULL, NULL, 0, 0, flags);
}

long lx_statfs(const struct lx_task *t, int fd, const char *path, struct statfs *buf)
{
    struct lx_call c;
    start(&c, t, LX_OP_STATFS, fd, path, 0);
    c.buf = buf;
    return vfs_call(&c);
}

/* A directory that waits to be deleted has the mark. */
static bool is_marked_cwd(void)
{
    struct stat st;
    return sys_fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH) == 0 && store_marked(&st);
}

long lx_chdir(const struct lx_task *t, int fd, const char *path)
{
    struct lx_call c;
    start(&c, t, LX_OP_CHDIR, fd, path, 0);
    bool leaves = t->caching && vfs_may_be_pending(t) && is_marked_cwd();
    long r = vfs_run(&c);
    if (r == 0)
        store_cwds_forget();
    if (r == 0 && leaves)
        vfs_settle(t, false);
    return r;
}

long lx_chroot(const struct lx_task *t, const char *path)
{
    struct lx_call c;
    start(&c, t, LX_OP_CHROOT, AT_FDCWD, path, 0);
    long r = vfs_call(&c);
    if (r == 0)
        placement_forget_all(); /* the kernel's names begin at another "/" */
    return r;
}

long lx_inotify_add_watch(const struct lx_task *t, int fd, const char *path, uint32_t mask)
{
    struct lx_call c;
    start(&c, t, LX_OP_WATCH, AT_FDCWD, path,
          (mask & IN_DONT_FOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
    c.instance = fd;
    c.mask = mask;
    long r = vfs_run(&c);
    if (r >= 0 || t->seccomp_confined)
        return r;
    /* Of a watch that fails the kernel looks at mask and descriptor first. */
    long first = vfs_ask_first(&c);
    return first == VFS_GOES_ON ? r : first;
}

long lx_name_to_handle_at(const struct lx_task *t, int dirfd, const char *path, void *handle,
                          int *mount_id, int flags)
{
    struct lx_call c;
    /* Alone among its kind it follows only when asked to. */
    start(&c, t, LX_OP_HANDLE, dirfd, path,
          (flags & AT_EMPTY_PATH) | ((flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW));
    c.how = (unsigned)flags;
    c.buf = handle;
    c.value = mount_id;
    return vfs_call(&c);
}

long lx_unix_socket(const struct lx_task *t, enum lx_op op, int fd, const char *path,
                    const struct sockaddr *address, size_t size)
{
    struct lx_call c;
    start(&c, t, op, AT_FDCWD, path, 0);
    c.instance = fd;
    c.value = address;
    c.size = size;
    return vfs_call(&c);
}

long lx_native_path(const struct lx_task *t, int dirfd, const char *path, char *buf, size_t size,
                    int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_PATH, dirfd, path, flags);
    c.buf = buf;
    c.size = size;
    return vfs_call(&c);
}

long lx_where(const struct lx_task *t, int dirfd, const char *path, int flags)
{
    struct lx_call c;
    start(&c, t, LX_OP_PATH, dirfd, path, flags);
    long r = vfs_run(&c);
    if (r < 0)
        return r;
    return c.at[0].mount == NULL ? 0 : c.at[0].mount->place;
}

#define UNREACHABLE "(unreachable)" /* before where one is, of who is outside of his own "/" */

/* What a path is asked for: lx_getcwd, lx_realpath. */
struct asked {
    const struct lx_task *task;
    const char *path;
    char *buf;
    size_t size;
    bool trusted; /* buf is ours, and no address of the program's */
};

/* Gives n bytes of what was asked for. 0 or -EFAULT. */
static int give(const struct asked *a, char *to, const char *from, size_t n)
{
    if (!a->trusted)
        return lx_give(a->task, to, from, n);
    memcpy(to, from, n);
    return 0;
}

static long getcwd_there(void *asked)
{
    const struct asked *a = asked;
    const struct lx_task *t = a->task;
    char *buf = a->buf;
    size_t size = a->size;
    char path[PATH_MAX] = "";
    char kernels[PATH_MAX];
    size_t before = 0;
    long n = vfs_directory_path(t, AT_FDCWD, path);
    if (n == -ENOENT && strncmp(path, UNREACHABLE, sizeof(UNREACHABLE) - 1) == 0) {
        before = sizeof(UNREACHABLE) - 1;
        n = (long)strlen(path + before);
    }
    if (n < 0)
        return n;
    const char *name = shown_stands(t->policy, path + before, (size_t)n);
    if (name != NULL) { /* which is shorter */
        n = (long)strlen(name);
        memcpy(path + before, name, (size_t)n + 1);
    }
    if (mounts_waits(t->policy, path + before, (size_t)n))
        return -ENOENT;
    if (t->root != NULL)
        memcpy(kernels, path + before, (size_t)n + 1);
    n = mounts_to_program(t->policy, path + before, (size_t)n, sizeof(path) - before);
    if (n < 0)
        return n;
    const char *from = vfs_from_root(t, path + before);
    if (t->root != NULL && from == path + before) {
        /* It begins at the "/" of the namespace, which is above ours where we are in a chroot. */
        if (t->on_behalf && strcmp(from, kernels) == 0)
            return -LX_CONTINUE;
        before = sizeof(UNREACHABLE) - 1;
    }
    size_t length = before + strlen(from);
    if (length >= size)
        return -ERANGE;
    int r = give(a, buf, UNREACHABLE, before);
    if (r == 0)
        r = give(a, buf + before, from, length - before + 1);
    return r < 0 ? r : (long)length + 1;
}

long lx_getcwd(const struct lx_task *t, char *buf, size_t size)
{
    struct asked asked = {t, NULL, buf, size, false};
    return vfs_with_room(t, getcwd_there, &asked);
}

long lx_getcwd_here(const struct lx_task *t, char *buf)
{
    struct asked asked = {t, NULL, buf, PATH_MAX, true};
    return vfs_with_room(t, getcwd_there, &asked);
}

static long realpath_there(void *asked)
{
    const struct asked *a = asked;
    const struct lx_task *t = a->task;
    char *buf = a->buf;
    struct lx_call c;
    struct walk w;
    start(&c, t, LX_OP_PATH, AT_FDCWD, a->path, 0);
    int r = vfs_walk(&c, AT_FDCWD, a->path, WALK_FOLLOW, &w);
    if (r == 0 && (!w.exists || w.opaque))
        r = -ENOENT;
    buf[0] = '\0';
    if (r < 0 && r != -ENOENT && r != -EACCES)
        return r;
    memcpy(buf, w.path, w.length); /* of a start that has no path nothing */
    buf[w.length] = '\0';
    long n = w.length == 0 ? -ENOENT : mounts_to_program(t->policy, buf, w.length, PATH_MAX);
    return r < 0 ? r : n;
}

long lx_realpath(const struct lx_task *t, const char *path, char *buf)
{
    struct asked asked = {t, path, buf, PATH_MAX, true};
    return vfs_with_room(t, realpath_there, &asked);
}
