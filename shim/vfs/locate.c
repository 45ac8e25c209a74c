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

/* vfs_descriptor where nothing is remembered, or nothing may be asked. Apart, as it is rare. */
static __attribute__((noinline)) struct verdict
unremembered_descriptor(const struct lx_task *task, int fd, uint64_t stamp, uint64_t *hash)
{
    struct verdict v = {0, 0};
    if (task->quiet) {
        *hash = 0;
        verdict_recall_fd_stale(fd, &v, hash);
        return v;
    }
    v = resolve_descriptor(task, fd, hash);
    if (task->caching)
        verdict_remember_fd(fd, stamp, v, *hash);
    return v;
}

/* The same at a moment that is known already. */
static inline struct verdict descriptor_at(const struct lx_task *task, int fd, uint64_t stamp,
                                           uint64_t *hash)
{
    struct verdict v = {0, 0};
    if (task->caching && !task->quiet && verdict_recall_fd(fd, stamp, &v, hash)) {
        v.flags &= (uint8_t) ~(VERDICT_ASKED | VERDICT_LINKS); /* of the directory, not below it */
        return v;
    }
    return unremembered_descriptor(task, fd, stamp, hash);
}

struct verdict vfs_descriptor(const struct lx_task *task, int fd, uint64_t *hash)
{
    return descriptor_at(task, fd, verdict_stamp(), hash);
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
    if (v->mount == 0)
        return true;
    unsigned kind = nt_name_scan(path, n);
    if ((kind & NT_PRIVATE) != 0)
        v->flags |= VERDICT_PRIVATE;
    return (kind & NT_ILLEGAL) == 0;
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
    unsigned kind = v.mount == 0 ? 0 : nt_name_scan(path, strlen(path));
    if ((kind & NT_PRIVATE) != 0)
        v.flags |= VERDICT_PRIVATE;
    if ((kind & NT_ILLEGAL) != 0)
        v.flags |= VERDICT_REWRITE; /* or kept, by a rule that wants to be heard every time */
    return v;
}

/* The directory part of a path, whose verdict is asked for. */
struct spelling {
    int dirfd;
    const char *path;
    size_t n;
    struct verdict start; /* on the directory that a relative path starts from */
    uint64_t seed;        /* of that directory, or 0 */
    uint64_t hash;        /* of the spelling */
};

/*
 * lstat of a directory, spelled in `dir`: 0, or -errno where it is none. -ELOOP: a symlink, or one
 * that Windows made, which is an empty directory for the kernel, and sticky.
 */
static int look_at_directory(int dirfd, const char *dir, bool inside)
{
    struct stat st;
    int r = sys_fstatat(dirfd, dir, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    return S_ISDIR(st.st_mode) && !(inside && (st.st_mode & S_ISVTX) != 0) ? 0 : -ELOOP;
}

/*
 * 0 with the verdict on a directory whose parent's is remembered: then a look at the last component
 * is enough. -ENOENT with the same for what is missing, outside; -EAGAIN where more has to be
 * asked.
 */
static int below_known(const struct spelling *s, const char *dir, uint64_t stamp, struct verdict *v)
{
    const char *slash = memrchr(dir, '/', s->n);
    const char *name = slash == NULL ? dir : slash + 1;
    unsigned kind = 0;
    *v = s->start;
    if (s->seed == 0 || slash == dir || name[0] == '\0' || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return -EAGAIN;
    if (slash != NULL &&
        !verdict_recall(verdict_hash(s->seed, dir, (size_t)(slash - dir)), stamp, v))
        return -EAGAIN;
    if ((v->flags & (VERDICT_ANCESTOR | VERDICT_REWRITE)) != 0)
        return -EAGAIN;
    if (v->mount != 0)
        kind = nt_name_scan(name, strlen(name));
    v->flags &= (uint8_t)~VERDICT_ROOT;
    if ((kind & NT_PRIVATE) != 0)
        v->flags |= VERDICT_PRIVATE;
    if ((kind & NT_ILLEGAL) != 0)
        return -EAGAIN;
    int r = look_at_directory(s->dirfd, dir, v->mount != 0);
    return r == 0 || (r == -ENOENT && v->mount == 0) ? r : -EAGAIN;
}

/*
 * 0 where a directory (n bytes, in a buffer of PATH_MAX) is there, and reached without a symlink;
 * else -errno. A new file cannot be made in the place of ".": the kernel goes there and answers
 * EEXIST, on a file system that is read-only or not the caller's to write as well (measured on
 * Linux 6.18), so that no descriptor has to be closed again. Older kernels (5.6, by their source)
 * look at what is there first: EISDIR.
 */
static int reached_plainly(int dirfd, char *dir, size_t n)
{
    struct sys_open_how how = {.flags = O_CREAT | O_EXCL | O_CLOEXEC,
                               .resolve = SYS_RESOLVE_NO_SYMLINKS};
    if (n + 2 >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(dir + n, "/.", 3);
    int r = sys_openat2(dirfd, dir, &how);
    dir[n] = '\0';
    if (r >= 0)
        sys_close(r);
    return r == -EEXIST || r == -EISDIR || r >= 0 ? 0 : r;
}

/* The way may be through a mount that the host lacks, and out again. */
static bool leads_out(const struct lx_call *c, const struct spelling *s)
{
    return c->task->policy->redirects && memmem(s->path, s->n, "..", 2) != NULL;
}

/*
 * True where the call is an open that can tell the kernel to follow no symlink, and so finds out
 * itself. Inside a mount only for what exists, since making an entry takes other calls before.
 */
static bool proves(const struct lx_call *c, const struct spelling *s, struct verdict v)
{
    return c->op == LX_OP_OPEN && !c->asks && !c->task->deputy && (c->flags & O_PATH) == 0 &&
           (v.mount == 0 ? !leads_out(c, s) : (c->flags & O_CREAT) == 0);
}

/*
 * Finds out where a directory is whose spelling no verdict is remembered for: asks the kernel
 * whether the spelling is free of symlinks, in which case it is what it says.
 */
static __attribute__((noinline)) struct verdict
resolve_directory(struct lx_call *c, const struct spelling *s, uint64_t stamp, bool provable)
{
    char dir[PATH_MAX];
    struct verdict v = {0, 0};

    if (plain_proc(s->path, s->n))
        return v;
    bool spelled = verdict_of_spelling(c->task->policy, s->path, s->n, s->start, dir, &v);
    if (spelled && c->task->quiet)
        return v;
    if (spelled && provable && proves(c, s, v)) {
        v.flags |= VERDICT_UNPROVEN;
        return v;
    }
    memcpy(dir, s->path, s->n);
    dir[s->n] = '\0';
    struct verdict child;
    int r = below_known(s, dir, stamp, &child);
    if (r == 0)
        verdict_remember(s->hash, stamp, child);
    if (r != -EAGAIN)
        return child;
    if (spelled) {
        r = reached_plainly(s->dirfd, dir, s->n);
        /* In the middle, a link of Windows' is a name that the kernel does not find. */
        if (r == 0 && (v.mount == 0 || look_at_directory(s->dirfd, dir, true) == 0)) {
            verdict_remember(s->hash, stamp, v);
            return v;
        }
        /* The kernel will say so, and nothing inside a mount is meant. */
        if (r == -ENOENT && v.mount == 0 && !leads_out(c, s))
            return v;
    }
    v = walk_directory(c, s->dirfd, dir);
    if ((v.flags & VERDICT_REWRITE) == 0)
        verdict_remember(s->hash, stamp, v);
    return v;
}

static inline void set(struct lx_call *c, unsigned i, struct verdict v, int dfd, const char *path,
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

static __attribute__((noinline)) int locate_descriptor(struct lx_call *c, unsigned i,
                                                       struct vfs_found *found)
{
    int fd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    found->self = descriptor_at(c->task, c->fd[i], found->stamp, &found->hash);
    set(c, i, found->self, fd, "", LX_LOC_WALKED | LX_LOC_DESCRIPTOR);
    return 0;
}

static inline bool is_dots(const char *name, size_t n)
{
    return name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.'));
}

/* A pointer the kernel would answer EFAULT for must not be read here. */
static inline bool readable(const char *path)
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
    return (readable(path) && path[0] != '\0') || is_descriptor(c, i);
}

/* locate_descriptor without asking the kernel. */
static bool descriptor_remembered(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    found->stamp = verdict_stamp();
    if (!verdict_recall_fd(c->fd[i], found->stamp, &found->self, &found->hash))
        return false;
    found->self.flags &= (uint8_t) ~(VERDICT_ASKED | VERDICT_LINKS);
    found->base = 0;
    found->dir_hash = 0;
    set(c, i, found->self, c->fd[i], "", LX_LOC_WALKED | LX_LOC_DESCRIPTOR);
    return true;
}

bool vfs_locate_remembered(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    const char *path = c->path[i];
    struct verdict v = {0, 0};
    uint64_t base = VERDICT_SEED_ROOT;

    if (!c->task->caching || c->task->quiet || !readable(path))
        return false;
    if (path[0] == '\0')
        return is_descriptor(c, i) && descriptor_remembered(c, i, found);
    size_t n = strlen(path);
    const char *slash = memrchr(path, '/', n);
    const char *leaf = slash == NULL ? path : slash + 1;
    size_t leaf_length = (size_t)(path + n - leaf);
    if (leaf_length == 0 || n >= PATH_MAX || is_dots(leaf, leaf_length))
        return false;
    uint64_t stamp = verdict_stamp();
    if (path[0] != '/') {
        if (!verdict_recall_fd(c->fd[i], stamp, &v, &base))
            return false;
        v.flags &= (uint8_t) ~(VERDICT_ASKED | VERDICT_LINKS);
    }
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (slash != NULL && !verdict_recall(verdict_hash(base, path, length), stamp, &v))
        return false;
    if (v.flags != 0 || (v.mount != 0 && nt_name_scan(leaf, leaf_length) != 0))
        return false;
    set(c, i, v, c->fd[i], path, 0);
    found->self = v;
    found->stamp = stamp;
    found->hash = 0;
    found->base = base;
    found->length = n;
    found->dir_hash = 0;
    return true;
}

static int locate_inside(struct lx_call *c, unsigned i, struct verdict dir, const char *leaf,
                         size_t n)
{
    unsigned kind = nt_name_scan(leaf, n);
    if ((kind & NT_ILLEGAL) != 0)
        return LX_EWALK;
    if ((kind & NT_HIGH) != 0 && nt_name_check(leaf, n, 1, 1) < 0)
        return LX_EWALK; /* for the errno */
    if ((kind & NT_PRIVATE) != 0 || (dir.flags & VERDICT_PRIVATE) != 0)
        c->at[i].flags |= LX_LOC_PRIVATE;
    return 0;
}

/*
 * What a path of n bytes says of a directory, itself and not an entry of it: "/", "d/", "d/..".
 * Returns the length of its spelling, 0 for a path to a leaf, or LX_EWALK.
 */
static long names_directory(const struct lx_call *c, const char *path, size_t n, const char *leaf,
                            size_t leaf_length)
{
    bool dots = is_dots(leaf, leaf_length);
    if (leaf_length != 0 && !dots)
        return 0;
    if (vfs_is_entry(c))
        return LX_EWALK; /* an errno, by the directory it is said in */
    if (dots || n == 1)
        return (long)n;
    /* A slash at the end. What is missing, or is no directory, gets its errno from the kernel. */
    if ((c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0) ||
        (nt_name_scan(path, n) & NT_HIGH) != 0)
        return LX_EWALK;
    while (n > 1 && path[n - 1] == '/')
        n--;
    return (long)n;
}

int vfs_locate(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    const char *path = c->path[i];
    int dirfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    struct verdict v = {0, 0};

    found->hash = 0;
    found->base = 0;
    found->dir_hash = 0;
    found->stamp = verdict_stamp();
    if (!readable(path) || path[0] == '\0')
        return locate_descriptor(c, i, found);

    if (c->task->root != NULL)
        return LX_EWALK; /* what is remembered is said of our own root */
    size_t n = strlen(path);
    if (n >= PATH_MAX) {
        set(c, i, v, dirfd, path, LX_LOC_WALKED); /* ENAMETOOLONG, before anything is looked up */
        return 0;
    }
    const char *slash = memrchr(path, '/', n);
    const char *leaf = slash == NULL ? path : slash + 1;
    size_t leaf_length = (size_t)(path + n - leaf);
    size_t dir_length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    bool directory = false;
    if (leaf_length == 0 || leaf[0] == '.') {
        long length = names_directory(c, path, n, leaf, leaf_length);
        if (length == LX_EWALK)
            return LX_EWALK;
        directory = length > 0;
        if (directory)
            dir_length = (size_t)length;
    }

    uint64_t hash = VERDICT_SEED_ROOT;
    if (path[0] != '/')
        v = descriptor_at(c->task, c->fd[i], found->stamp, &hash);
    uint64_t base = hash;
    if (dir_length > 0 && !(n == 1 && path[0] == '.')) {
        hash = verdict_hash(base, path, dir_length);
        struct spelling s = {dirfd, path, dir_length, v, base, hash};
        if (base == 0 || !verdict_recall(hash, found->stamp, &v))
            v = resolve_directory(c, &s, found->stamp, base != 0 && !directory);
    }
    if ((v.flags & VERDICT_REWRITE) != 0)
        return LX_EWALK;

    if (directory) {
        found->self = v;
        found->hash = base == 0 ? 0 : hash;
        set(c, i, v, dirfd, path, LX_LOC_WALKED);
        return 0;
    }
    if ((v.flags & VERDICT_PARENT) != 0 && mounts_root_name(c->task->policy, leaf, leaf_length))
        return LX_EWALK;
    bool unproven = (v.flags & VERDICT_UNPROVEN) != 0;
    set(c, i, v, dirfd, path, unproven ? LX_LOC_UNPROVEN : 0);
    if (unproven) {
        v.flags &= (uint8_t)~VERDICT_UNPROVEN;
        found->dir = v;
        found->dir_hash = hash;
    }
    if (v.mount != 0) {
        int r = locate_inside(c, i, v, leaf, leaf_length);
        if (r != 0)
            return r;
        if ((c->at[i].flags & LX_LOC_PRIVATE) != 0)
            v.flags |= VERDICT_PRIVATE;
    }
    found->self = v;
    found->self.flags &= (uint8_t)~VERDICT_ROOT;
    found->length = n;
    if ((v.flags & VERDICT_ANCESTOR) == 0)
        found->base = base;
    return 0;
}
