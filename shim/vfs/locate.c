/* SPDX-License-Identifier: MIT */
#include "vfs/locate.h"

#include <limits.h>
#include <string.h>

#include "nt/names.h"
#include "nt/utf.h"
#include "sys/sys.h"
#include "vfs/mounts.h"
#include "vfs/walk.h"

const struct vfs_op vfs_ops[LX_OP_COUNT] = {
#define OP(symbol, word, paths, properties) [LX_OP_##symbol] = {word, paths, properties},
#include "fs/ops.def"
#undef OP
};

const char lx_descriptor[] = "";

bool vfs_follows(const struct lx_call *c, unsigned i)
{
    switch (c->op) {
    case LX_OP_OPEN:
        return (c->flags & O_NOFOLLOW) == 0 &&
               (c->flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    case LX_OP_LINK:
        return i == 0 && (c->flags & AT_SYMLINK_FOLLOW) != 0;
    default:
        return (vfs_ops[c->op].properties & FOLLOWS) != 0 && (c->flags & AT_SYMLINK_NOFOLLOW) == 0;
    }
}

bool vfs_is_entry(const struct lx_call *c)
{
    return (vfs_ops[c->op].properties & (CHANGES | FOLLOWS)) == CHANGES;
}

/* Reads where a descriptor or the cwd is from the kernel. Apart, for its buffer. */
static __attribute__((noinline)) struct verdict resolve_descriptor(const struct lx_task *task,
                                                                   int fd, uint64_t *hash)
{
    char path[PATH_MAX];
    struct verdict v = {0, 0};
    long n = vfs_directory_path(task, fd, path);
    if (n == -ENOENT && fd == AT_FDCWD) {
        /* Removed. /proc still knows from where: "/mnt/c/dir (deleted)". */
        n = sys_readlinkat(AT_FDCWD, "/proc/self/cwd", path, sizeof(path) - 1);
        *hash = 0;
        return n > 0 ? mounts_classify(task->policy, path, (size_t)n) : v;
    }
    if (n < 0) {
        /* Deeper than a path can say: it is still where it was. */
        if (n != -ENAMETOOLONG || !task->caching || !verdict_recall_fd_stale(fd, &v, hash))
            *hash = 0;
        return v;
    }
    *hash = verdict_hash(VERDICT_SEED_ROOT, path, (size_t)n);
    return mounts_classify(task->policy, path, (size_t)n);
}

struct verdict vfs_descriptor(const struct lx_task *task, int fd, uint64_t *hash)
{
    struct verdict v = {0, 0};
    if (task->quiet) {
        *hash = 0;
        verdict_recall_fd_stale(fd, &v, hash);
        return v;
    }
    if (!task->caching)
        return resolve_descriptor(task, fd, hash);
    uint64_t stamp = verdict_stamp();
    if (verdict_recall_fd(fd, stamp, &v, hash)) {
        v.flags &= (uint8_t) ~(VERDICT_ASKED | VERDICT_LINKS); /* of the directory, not below it */
        return v;
    }
    v = resolve_descriptor(task, fd, hash);
    verdict_remember_fd(fd, stamp, v, *hash);
    return v;
}

/*
 * Copies a directory's spelling without doubled slashes, "." and ".."; right if none of its
 * components is a symlink. Returns its length, or -1 where it climbs above where it starts.
 */
static long tidy(const char *path, size_t n, char *out)
{
    size_t length = 0;
    bool absolute = path[0] == '/';
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && path[end] != '/')
            end++;
        size_t name = end - i;
        if (name == 2 && path[i] == '.' && path[i + 1] == '.') {
            const char *slash = memrchr(out, '/', length);
            if (length == 0 && !absolute)
                return -1;
            length = slash == NULL ? 0 : (size_t)(slash - out);
        } else if (name > 0 && !(name == 1 && path[i] == '.')) {
            if (length > 0 || absolute)
                out[length++] = '/';
            memcpy(out + length, path + i, name);
            length += name;
        }
        i = end + 1;
    }
    if (length == 0)
        out[length++] = absolute ? '/' : '.';
    out[length] = '\0';
    return (long)length;
}

/*
 * The verdict on a directory that its spelling (n bytes) gives, if no component is a symlink. False
 * where only the walk can tell. `buf`: PATH_MAX bytes to work in.
 */
static bool verdict_of_spelling(const struct lx_policy *policy, const char *path, size_t n,
                                struct verdict base, char *buf, struct verdict *v)
{
    long length = tidy(path, n, buf);
    if (length < 0)
        return false;
    if (path[0] == '/') {
        *v = mounts_classify(policy, buf, (size_t)length);
        if (mounts_redirected(policy, buf, (size_t)length) != NULL)
            return false;
    } else {
        *v = base;
        if (strcmp(buf, ".") == 0)
            return true;
        if ((base.flags & (VERDICT_ANCESTOR | VERDICT_REWRITE)) != 0)
            return false;
        v->flags &= (uint8_t)~VERDICT_ROOT;
    }
    return v->mount == 0 || (nt_name_scan(path, n) & NT_ILLEGAL) == 0;
}

/*
 * Below /proc only these components lead elsewhere; everything else there is the kernel's own text,
 * opened too often by too many programs to be walked.
 */
static bool plain_proc(const char *path, size_t n)
{
    if (n < 5 || memcmp(path, "/proc", 5) != 0 || (n > 5 && path[5] != '/'))
        return false;
    return memmem(path, n, "/fd", 3) == NULL && memmem(path, n, "/cwd", 4) == NULL &&
           memmem(path, n, "/root", 5) == NULL && memmem(path, n, "/map_files", 10) == NULL &&
           memmem(path, n, "/..", 3) == NULL;
}

/* The verdict on a directory by walking to it. */
static struct verdict walk_directory(struct lx_call *c, int dirfd, const char *path)
{
    struct walk w;
    struct verdict v = {0, VERDICT_REWRITE};
    if (vfs_walk(c, dirfd, path, WALK_FOLLOW, &w) < 0)
        return v;
    v = w.self;
    if (w.rewritten || !w.exists)
        v.flags |= VERDICT_REWRITE;
    return v;
}

/*
 * A link to a directory that Windows made is an empty directory for the kernel, and sticky. One
 * that is not the last is a name that the kernel does not find.
 */
static bool may_be_link(int fd)
{
    struct stat st;
    return sys_fstat(fd, &st) == 0 && (st.st_mode & S_ISVTX) != 0;
}

/*
 * Finds out where a directory is whose spelling (n bytes of path) no verdict is remembered for:
 * asks the kernel whether the spelling is free of symlinks, in which case it is what it says.
 */
static __attribute__((noinline)) struct verdict resolve_directory(struct lx_call *c, unsigned i,
                                                                  size_t n, struct verdict base,
                                                                  uint64_t hash, uint64_t stamp)
{
    char dir[PATH_MAX];
    const char *path = c->path[i];
    int dirfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    struct verdict v = {0, 0};

    if (plain_proc(path, n))
        return v;
    bool spelled = verdict_of_spelling(c->task->policy, path, n, base, dir, &v);
    if (spelled && c->task->quiet)
        return v;
    memcpy(dir, path, n);
    dir[n] = '\0';
    if (spelled) {
        struct sys_open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                                   .resolve = SYS_RESOLVE_NO_SYMLINKS};
        int fd = sys_openat2(dirfd, dir, &how);
        bool linked = fd >= 0 && v.mount != 0 && may_be_link(fd);
        if (fd >= 0)
            sys_close(fd);
        if (fd >= 0 && !linked) {
            verdict_remember(hash, stamp, v);
            return v;
        }
        /*
         * The kernel will say so, and nothing inside a mount is meant, unless the way there was
         * through one that the host lacks, and out again.
         */
        bool climbs = memmem(path, n, "..", 2) != NULL;
        if (fd == -ENOENT && v.mount == 0 && !(climbs && c->task->policy->redirects))
            return v;
    }
    v = walk_directory(c, dirfd, dir);
    if ((v.flags & VERDICT_REWRITE) == 0)
        verdict_remember(hash, stamp, v);
    return v;
}

static void set(struct lx_call *c, unsigned i, struct verdict v, int dfd, const char *path,
                unsigned flags)
{
    struct lx_loc *at = &c->at[i];
    at->mount = v.mount == 0 ? NULL : &c->task->policy->mounts[v.mount - 1];
    at->dfd = dfd;
    at->path = path;
    at->given = NULL;
    at->flags = flags;
    if ((v.flags & VERDICT_ROOT) != 0)
        at->flags |= LX_LOC_ROOT_DIR;
}

static int locate_descriptor(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    int fd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    found->self = vfs_descriptor(c->task, c->fd[i], &found->hash);
    set(c, i, found->self, fd, "", LX_LOC_WALKED | LX_LOC_DESCRIPTOR);
    return 0;
}

/* A pointer the kernel would answer EFAULT for must not be read here. */
static bool readable(const char *path)
{
    return (uintptr_t)path >= 4096 && (intptr_t)path > 0;
}

/* The descriptor itself is meant: no path, or an empty one where the flags allow that. */
static bool is_descriptor(const struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    return path == LX_DESCRIPTOR || (readable(path) && path[0] == '\0' && i == 0 &&
                                     c->op != LX_OP_OPEN && (c->flags & AT_EMPTY_PATH) != 0);
}

bool vfs_has_path(const struct lx_call *c, unsigned i)
{
    const char *path = c->path[i];
    return is_descriptor(c, i) || (readable(path) && path[0] != '\0');
}

static int locate_inside(struct lx_call *c, unsigned i, struct verdict dir, const char *leaf,
                         size_t n)
{
    const struct lx_mount *m = &c->task->policy->mounts[dir.mount - 1];
    unsigned kind = nt_name_scan(c->path[i], n);
    if ((kind & NT_ILLEGAL) != 0)
        return LX_EWALK;
    if ((kind & NT_HIGH) != 0 && nt_name_check(leaf, strlen(leaf), 1, 1) < 0)
        return LX_EWALK; /* for the errno */
    if (m->folds && i + 1u == vfs_ops[c->op].paths &&
        ((vfs_ops[c->op].properties & CREATES) != 0 ||
         (c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0)))
        return LX_EWALK; /* an entry of another case may stand in the way */
    if ((kind & NT_PRIVATE) != 0)
        c->at[i].flags |= LX_LOC_PRIVATE;
    return 0;
}

int vfs_locate(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    const char *path = c->path[i];
    int dirfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    struct verdict v = {0, 0};

    found->hash = 0;
    if (is_descriptor(c, i))
        return locate_descriptor(c, i, found);
    if (!readable(path) || path[0] == '\0') {
        set(c, i, v, dirfd, path, LX_LOC_WALKED);
        return 0;
    }

    size_t n = strlen(path);
    if (n >= PATH_MAX) {
        set(c, i, v, dirfd, path, LX_LOC_WALKED); /* ENAMETOOLONG, before anything is looked up */
        return 0;
    }
    const char *slash = memrchr(path, '/', n);
    const char *leaf = slash == NULL ? path : slash + 1;
    size_t leaf_length = (size_t)(path + n - leaf);
    size_t dir_length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (leaf_length == 0 && n > 1)
        return LX_EWALK; /* a trailing slash */
    bool dots = leaf_length == 0 || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0;
    if (dots && vfs_is_entry(c))
        return LX_EWALK; /* an errno, by the directory it is said in */
    if (dots)
        dir_length = n;

    uint64_t stamp = 0;
    uint64_t hash = VERDICT_SEED_ROOT;
    if (path[0] != '/')
        v = vfs_descriptor(c->task, c->fd[i], &hash);
    if (dir_length > 0 && !(n == 1 && path[0] == '.')) {
        stamp = verdict_stamp();
        struct verdict base = v;
        bool known = hash != 0;
        hash = verdict_hash(hash, path, dir_length);
        if (!known || !verdict_recall(hash, stamp, &v))
            v = resolve_directory(c, i, dir_length, base, hash, stamp);
    }
    if ((v.flags & VERDICT_REWRITE) != 0)
        return LX_EWALK;

    if (dots) {
        found->self = v;
        found->hash = hash;
        set(c, i, v, dirfd, path, LX_LOC_WALKED);
        return 0;
    }
    if ((v.flags & VERDICT_PARENT) != 0 && mounts_root_name(c->task->policy, leaf, leaf_length))
        return LX_EWALK;
    set(c, i, v, dirfd, path, 0);
    if (v.mount != 0) {
        int r = locate_inside(c, i, v, leaf, n);
        if (r != 0)
            return r;
    }
    found->self = v;
    found->self.flags &= (uint8_t)~VERDICT_ROOT;
    if (hash != 0 && (v.flags & VERDICT_ANCESTOR) == 0)
        found->hash = verdict_hash(hash, leaf, leaf_length);
    return 0;
}
