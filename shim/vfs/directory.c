/* SPDX-License-Identifier: MIT */
#include "vfs/directory.h"

#include <limits.h>
#include <string.h>

#include "sys/sys.h"
#include "vfs/debug.h"
#include "vfs/mounts.h"
#include "vfs/unshown.h"
#include "vfs/walk.h"

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
 * The placement on a directory that its spelling (n bytes) gives, if no component is a symlink.
 * False where only the walk can tell. `buf`: PATH_MAX bytes to work in.
 */
static bool placement_of_spelling(const struct lx_policy *policy, const char *path, size_t n,
                                  struct placement base, char *buf, struct placement *v)
{
    long length = tidy(path, n, buf);
    if (length < 0)
        return false;
    if (path[0] == '/') {
        *v = mounts_classify(policy, buf, (size_t)length);
        if (mounts_redirected(policy, buf, (size_t)length) != NULL)
            return false;
        *v = unshown_marked(policy, *v, buf, (size_t)length);
    } else {
        *v = base;
        if (strcmp(buf, ".") == 0)
            return true;
        if ((base.flags & (PLACEMENT_ANCESTOR | PLACEMENT_REWRITE)) != 0)
            return false;
        v->flags &= (uint8_t)~PLACEMENT_ROOT;
    }
    if (v->mount == 0)
        return true;
    unsigned kind = mounts_name_kind(policy, *v, path, n);
    if ((kind & LX_NAME_STORED) != 0)
        v->flags |= PLACEMENT_PRIVATE;
    return (kind & LX_NAME_WALKED) == 0;
}

/*
 * True for a component of /proc that leads elsewhere, or begins as one that does; `end`: the
 * path's. To who acts on behalf of a task so do those that lead to whoever asks.
 */
static bool leads_elsewhere(const struct lx_task *task, const char *name, const char *end)
{
    static const char names[][12] = {"fd", "cwd", "root", "map_files",
                                     "..", "net", "self", "thread-self"};
    const size_t by_asker = 3;
    const size_t count = sizeof(names) / sizeof(names[0]) - (task->on_behalf ? 0 : by_asker);
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(names[i]);
        if ((size_t)(end - name) >= n && name[0] == names[i][0] && memcmp(name, names[i], n) == 0)
            return true;
    }
    return false;
}

/*
 * Below /proc only such components lead elsewhere; everything else there is the kernel's own text,
 * opened too often by too many programs to be walked.
 */
static bool plain_proc(const struct lx_task *task, const char *path, size_t n)
{
    const char *end = path + n;
    if (n < 5 || memcmp(path, "/proc", 5) != 0 || (n > 5 && path[5] != '/'))
        return false;
    for (const char *at = path + 5; at < end; at++)
        if (*at == '/' && leads_elsewhere(task, at + 1, end))
            return false;
    return true;
}

/* The placement on a directory by walking to it. */
static struct placement walk_directory(struct lx_call *c, int dirfd, const char *path)
{
    struct walk w;
    struct placement v = {0, PLACEMENT_REWRITE};
    int r = vfs_walk(c, dirfd, path, WALK_FOLLOW, &w);
    if (debug_wants(c->task->policy, LX_DEBUG_WALK))
        debug_walk(c, path, &w, r);
    if (r < 0)
        return v;
    v = w.self;
    if (w.rewritten || w.asker || w.nameless || w.magic || !w.exists)
        v.flags |= PLACEMENT_REWRITE;
    unsigned kind = mounts_name_kind(c->task->policy, v, path, strlen(path));
    if ((kind & LX_NAME_STORED) != 0)
        v.flags |= PLACEMENT_PRIVATE;
    if ((kind & LX_NAME_WALKED) != 0)
        v.flags |= PLACEMENT_REWRITE; /* or kept, by a rule that wants to be heard every time */
    return unshown_marked(c->task->policy, v, w.path, w.length);
}

/*
 * lstat of a directory, spelled in `dir`: 0, or -errno where it is none. -ELOOP: a symlink, or one
 * that Windows made, which is an empty directory for the kernel, and has the mark.
 */
static int look_at_directory(int dirfd, const char *dir, bool inside)
{
    struct stat st;
    int r = sys_fstatat(dirfd, dir, &st, AT_SYMLINK_NOFOLLOW);
    if (r < 0)
        return r;
    return S_ISDIR(st.st_mode) && !(inside && store_marked(&st)) ? 0 : -ELOOP;
}

/*
 * 0 with the placement on a directory whose parent's is remembered: then a look at the last
 * component is enough. -ENOENT with the same for what is missing, outside; -EAGAIN where more has
 * to be asked.
 */
static int below_known(const struct lx_policy *policy, const struct vfs_directory *d,
                       const char *dir, uint64_t stamp, struct placement *v)
{
    const char *slash = memrchr(dir, '/', d->n);
    const char *name = slash == NULL ? dir : slash + 1;
    *v = d->start;
    if (d->seed == 0 || slash == dir || name[0] == '\0' || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return -EAGAIN;
    if (slash != NULL &&
        !placement_recall(placement_hash(d->seed, dir, (size_t)(slash - dir)), stamp, v))
        return -EAGAIN;
    if ((v->flags & (PLACEMENT_ANCESTOR | PLACEMENT_REWRITE)) != 0)
        return -EAGAIN;
    unsigned kind = mounts_name_kind(policy, *v, name, strlen(name));
    v->flags &= (uint8_t)~PLACEMENT_ROOT;
    if ((kind & LX_NAME_STORED) != 0)
        v->flags |= PLACEMENT_PRIVATE;
    if ((kind & LX_NAME_WALKED) != 0)
        return -EAGAIN;
    int r = look_at_directory(d->dirfd, dir, v->mount != 0);
    return r == 0 || (r == -ENOENT && v->mount == 0) ? r : -EAGAIN;
}

/*
 * A new file cannot be made in the place of ".": the kernel goes there and answers EEXIST, on a
 * file system that is read-only or not the caller's to write as well (measured on Linux 6.18), so
 * that no descriptor has to be closed again. Older kernels (5.6, by their source) look at what is
 * there first: EISDIR.
 */
int vfs_reached_plainly(int dirfd, char *dir, size_t n)
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
static bool leads_out(const struct lx_policy *policy, const struct vfs_directory *d)
{
    return lx_redirects(policy) && memmem(d->path, d->n, "..", 2) != NULL;
}

/*
 * True where the call is an open that can tell the kernel to follow no symlink, and so finds out
 * itself. Inside a mount only for what exists, since making an entry takes other calls before, and
 * not for a directory, which may be a link of Windows'.
 */
static bool proves(const struct lx_call *c, const struct vfs_directory *d, struct placement v)
{
    return c->op == LX_OP_OPEN && !c->asks && !c->task->on_behalf && (c->flags & O_PATH) == 0 &&
           (v.mount == 0 ? !leads_out(c->task->policy, d) : !d->meant && (c->flags & O_CREAT) == 0);
}

/*
 * True with the placement on a directory where a look at it is enough. `spelled`: *v is what its
 * spelling gives. `dir`: PATH_MAX bytes, which have the spelling afterwards.
 */
static bool is_asked(const struct lx_policy *policy, const struct vfs_directory *d, uint64_t stamp,
                     bool spelled, char *dir, struct placement *v)
{
    struct placement child;
    memcpy(dir, d->path, d->n);
    dir[d->n] = '\0';
    int r = below_known(policy, d, dir, stamp, &child);
    if (r == 0)
        placement_remember(d->hash, stamp, child);
    if (r != -EAGAIN) {
        *v = child;
        return true;
    }
    if (!spelled)
        return false;
    r = vfs_reached_plainly(d->dirfd, dir, d->n);
    /* In the middle, a link of Windows' is a name that the kernel does not find. */
    if (r == 0 && (v->mount == 0 || look_at_directory(d->dirfd, dir, true) == 0)) {
        placement_remember(d->hash, stamp, *v);
        return true;
    }
    /* The kernel will say so, and nothing inside a mount is meant. */
    return r == -ENOENT && v->mount == 0 && !leads_out(policy, d);
}

bool vfs_ask_directory(const struct lx_task *task, const struct vfs_directory *d, uint64_t stamp)
{
    char dir[PATH_MAX];
    struct placement v = {0, 0};
    if (plain_proc(task, d->path, d->n))
        return false;
    bool spelled = placement_of_spelling(task->policy, d->path, d->n, d->start, dir, &v);
    return is_asked(task->policy, d, stamp, spelled, dir, &v);
}

struct placement vfs_resolve_directory(struct lx_call *c, struct vfs_directory *d, uint64_t stamp,
                                       bool provable)
{
    char dir[PATH_MAX];
    struct placement v = {0, 0};

    if (plain_proc(c->task, d->path, d->n))
        return v;
    bool spelled = placement_of_spelling(c->task->policy, d->path, d->n, d->start, dir, &v);
    if (spelled && c->task->seccomp_confined)
        return v;
    d->unproven = spelled && provable && proves(c, d, v);
    if (d->unproven)
        return v;
    if (is_asked(c->task->policy, d, stamp, spelled, dir, &v))
        return v;
    /* What is shown goes by the spelling here, by the kernel's name there. */
    const unsigned kernels = spelled ? v.flags & (unsigned)PLACEMENT_KERNELS : 0;
    v = walk_directory(c, d->dirfd, dir);
    v.flags &= (uint8_t)(kernels | ~(unsigned)PLACEMENT_KERNELS);
    if ((v.flags & PLACEMENT_REWRITE) == 0)
        placement_remember(d->hash, stamp, v);
    return v;
}
