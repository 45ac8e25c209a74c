/* SPDX-License-Identifier: MIT */
#include "vfs/locate.h"

#include <limits.h>
#include <string.h>

#include "fs/stray.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/directory.h"
#include "vfs/operation.h"

long vfs_measure_other(const struct lx_task *task, const char *path, uint64_t moment)
{
    bool ours = task->pid == 0 && !task->seccomp_confined;
    return ours           ? sys_string(path, moment >> PLACEMENT_TICK_SHIFT)
           : path == NULL ? -EFAULT
                          : (long)strlen(path);
}

/* Fills c->at[i] by the placement on its directory, or of a descriptor, on itself. */
static inline void set(struct lx_call *c, unsigned i, struct placement v, int dfd, const char *path,
                       unsigned flags)
{
    vfs_set_location(c, i, mounts_of(c->task->policy, v), dfd, path,
                     flags | ((v.flags & PLACEMENT_ROOT) != 0 ? LX_LOC_ROOT_DIR : 0));
}

/* True where a descriptor is open on a directory that cannot be entered: by O_PATH. */
static __attribute__((noinline)) bool is_barred(const struct lx_call *c, unsigned i)
{
    char path[PATH_MAX];
    const struct lx_mount *m = c->at[i].mount;
    return vfs_directory_path(c->task, c->fd[i], path) > 0 &&
           lx_filesystem(m)->ops->bars(m, path) == LX_BAR_HERE;
}

static __attribute__((noinline)) int locate_descriptor(struct lx_call *c, unsigned i,
                                                       struct vfs_found *found)
{
    int fd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    found->self = vfs_descriptor_at(c->task, c->fd[i], c->moment, &found->hash);
    set(c, i, found->self, fd, "", LX_LOC_WALKED | LX_LOC_DESCRIPTOR);
    if (found->self.mount != 0 && (found->self.flags & PLACEMENT_REWRITE) != 0 &&
        lx_guarded(c->at[i].mount) && is_barred(c, i))
        c->at[i].flags |= LX_LOC_BARRED;
    return 0;
}

/* The descriptor itself is meant: no path, or an empty one where the flags allow that. */
static bool is_descriptor(const struct lx_call *c, unsigned i)
{
    return c->path[i] == LX_DESCRIPTOR || (c->path_length[i] == 0 && i == 0 &&
                                           c->op != LX_OP_OPEN && (c->flags & AT_EMPTY_PATH) != 0);
}

bool vfs_has_path(const struct lx_call *c, unsigned i)
{
    return (c->path_length[i] != 0 && c->path_length[i] != LX_BAD_ADDRESS) || is_descriptor(c, i);
}

bool vfs_locate_remembered_descriptor(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    if (c->path_length[i] != 0 || !is_descriptor(c, i) ||
        !placement_recall_place(c->fd[i], c->moment, &found->self, &found->hash) ||
        (found->self.flags & PLACEMENT_REWRITE) != 0)
        return false;
    found->base = 0;
    found->dir_hash = 0;
    set(c, i, found->self, c->fd[i], "", LX_LOC_WALKED | LX_LOC_DESCRIPTOR);
    return true;
}

bool vfs_locate_remembered(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    struct vfs_way w = {.moment = c->moment, .length = c->path_length[i]};
    if (!lx_remembers(c->task))
        return false;
    if (w.length - 1 >= PATH_MAX - 1)
        return vfs_locate_remembered_descriptor(c, i, found);
    const char *slash = memrchr(c->path[i], '/', w.length);
    w.above = slash == NULL ? 0 : (size_t)(slash - c->path[i]) + 1;
    return vfs_recall_way(c->fd[i], c->path[i], &w) && vfs_take_way(c, i, &w, found);
}

/* The last component, in a directory inside a mount: LX_EWALK where it may be spelled otherwise. */
static int locate_inside(struct lx_call *c, unsigned i, struct placement dir, const char *leaf,
                         size_t n)
{
    const struct lx_names *names = lx_filesystem(mounts_of(c->task->policy, dir))->names;
    unsigned kind = mounts_name_kind(c->task->policy, dir, leaf, n);
    if ((kind & LX_NAME_WALKED) != 0)
        return LX_EWALK;
    if (!lx_name_valid(names, kind, leaf, n))
        return LX_EWALK; /* which knows the errno of what is too long, or no text */
    if ((kind & LX_NAME_STORED) != 0 || (dir.flags & PLACEMENT_PRIVATE) != 0)
        c->at[i].flags |= LX_LOC_PRIVATE;
    return 0;
}

/* A path taken apart. */
struct parts {
    size_t n; /* bytes of all of it */
    const char *leaf;
    size_t leaf_length;
    size_t dir_length; /* of the spelling of the directory that it is in, or that it is */
    bool directory; /* it says of a directory, itself and not an entry of it: "/", "d/", "d/.." */
};

/*
 * The length of the spelling of the directory that a path names; 0 for a path to a leaf, or
 * LX_EWALK.
 */
static long names_directory(const struct lx_call *c, const char *path, const struct parts *p)
{
    size_t n = p->n;
    bool dots = sys_is_dots(p->leaf, p->leaf_length);
    if (p->leaf_length != 0 && !dots)
        return 0;
    if (vfs_is_entry(c))
        return LX_EWALK; /* an errno, by the directory it is said in */
    if (dots || n == 1)
        return (long)n;
    /* A slash at the end. What is missing, or is no directory, gets its errno from the kernel; but
     * whether text is a name at all is for its file system to say. */
    if ((c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0) || !lx_name_is_ascii(path, n))
        return LX_EWALK;
    while (n > 1 && path[n - 1] == '/')
        n--;
    return (long)n;
}

/* Takes a path of n bytes apart. 0, or LX_EWALK where only the walk can say what its end means. */
static int take_apart(const struct lx_call *c, const char *path, size_t n, struct parts *p)
{
    const char *slash = memrchr(path, '/', n);
    p->n = n;
    p->leaf = slash == NULL ? path : slash + 1;
    p->leaf_length = (size_t)(path + n - p->leaf);
    p->dir_length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    p->directory = false;
    if (p->leaf_length != 0 && p->leaf[0] != '.')
        return 0;
    long length = names_directory(c, path, p);
    if (length == LX_EWALK)
        return LX_EWALK;
    p->directory = length > 0;
    if (p->directory)
        p->dir_length = (size_t)length;
    return 0;
}

/* The path leads to an entry of a directory; v is on that, and d says how it is spelled. */
static int locate_entry(struct lx_call *c, unsigned i, const struct parts *p, struct placement v,
                        const struct vfs_directory *d, struct vfs_found *found)
{
    int dirfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    if ((v.flags & PLACEMENT_PARENT) != 0 &&
        mounts_root_name(c->task->policy, p->leaf, p->leaf_length))
        return LX_EWALK;
    set(c, i, v, dirfd, c->path[i],
        (d->unproven ? LX_LOC_UNPROVEN : 0u) | (v.flags & (unsigned)LX_LOC_KERNELS));
    if (d->unproven) {
        found->dir = v;
        found->dir_hash = d->hash;
    }
    if (v.mount != 0) {
        int r = locate_inside(c, i, v, p->leaf, p->leaf_length);
        if (r != 0)
            return r;
        if ((c->at[i].flags & LX_LOC_PRIVATE) != 0)
            v.flags |= PLACEMENT_PRIVATE;
    }
    found->self = v;
    found->self.flags &= (uint8_t)~PLACEMENT_ROOT;
    return 0;
}

int vfs_locate(struct lx_call *c, unsigned i, struct vfs_found *found)
{
    const char *path = c->path[i];
    int dirfd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    struct placement v = {0, 0};
    struct parts p;

    found->hash = 0;
    found->base = 0;
    found->dir_hash = 0;
    size_t n = c->path_length[i];
    if (n == 0)
        return locate_descriptor(c, i, found);
    if (c->task->root != NULL)
        return LX_EWALK; /* what is remembered is said of our own root */
    if (n >= PATH_MAX) {
        set(c, i, v, dirfd, path, LX_LOC_WALKED); /* ENAMETOOLONG, before anything is looked up */
        return 0;
    }
    if (placement_unsure() && !c->task->seccomp_confined) {
        lx_review_strays(c->task->policy);
        return LX_EWALK; /* which looks at each directory on its way */
    }
    if (take_apart(c, path, n, &p) == LX_EWALK)
        return LX_EWALK;

    uint64_t hash = PLACEMENT_SEED_ROOT;
    if (path[0] != '/')
        v = vfs_descriptor_at(c->task, c->fd[i], c->moment, &hash);
    uint64_t base = hash;
    struct vfs_directory d = {dirfd, path, p.dir_length, v, base, hash, p.directory, false};
    if (p.dir_length > 0 && !(n == 1 && path[0] == '.')) {
        d.hash = placement_hash(base, path, p.dir_length);
        if (base == 0 || !placement_recall(d.hash, c->moment, &v))
            v = vfs_resolve_directory(c, &d, c->moment, base != 0);
    }
    if ((v.flags & PLACEMENT_REWRITE) != 0)
        return LX_EWALK;
    if (p.directory) {
        found->self = v;
        found->hash = base == 0 ? 0 : d.hash;
        set(c, i, v, dirfd, path, LX_LOC_WALKED | (d.unproven ? LX_LOC_UNPROVEN : 0u));
        if (d.unproven) {
            found->dir = v;
            found->dir_hash = d.hash;
        }
        return 0;
    }
    int r = locate_entry(c, i, &p, v, &d, found);
    if (r == 0 && (v.flags & PLACEMENT_ANCESTOR) == 0)
        found->base = base;
    return r;
}
