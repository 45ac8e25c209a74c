/* SPDX-License-Identifier: MIT */
#include "vfs/walk.h"

#include <string.h>

#include "fs/stray.h"
#include "policy/foreign.h"
#include "store/sidecar_attr.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/magic.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"

#define LINKS_MAX 40 /* as the kernel: MAXSYMLINKS */

/* The text still to be walked: the program's own, until a symlink's target is put before it. */
struct rest {
    const char *text;
    char buf[PATH_MAX];
};

/* Adds a component to the path. Its directory, whose length is kept, is the path before. */
static int append(struct walk *w, const char *name, size_t n)
{
    w->dir_length = w->length;
    if (w->length + 1 + n >= sizeof(w->path))
        return -ENAMETOOLONG;
    w->path[w->length] = '/';
    memcpy(w->path + w->length + 1, name, n);
    w->length += 1 + n;
    w->path[w->length] = '\0';
    return 0;
}

/* Cuts the path to a length. */
static void cut(struct walk *w, size_t length)
{
    w->length = length;
    w->path[length] = '\0';
}

/*
 * The path as whoever walks gets there, from *dfd: below where a relative path started by what was
 * added to that, as the directories above it may be closed to the caller.
 */
static const char *reach(const struct walk *w, int *dfd)
{
    bool below = w->straight && w->length > w->base;
    *dfd = below ? w->from : AT_FDCWD;
    return below ? w->path + w->base + 1 : w->path;
}

/* Looks at what the walk has come to. Returns 0 or -errno. */
static int look(const struct walk *w, struct stat *st)
{
    int dfd;
    const char *path = reach(w, &dfd);
    return sys_fstatat(dfd, path, st, AT_SYMLINK_NOFOLLOW);
}

const char *vfs_from_root(const struct lx_task *task, const char *path)
{
    size_t n = task->root == NULL ? 0 : strlen(task->root);
    if (n == 0 || strncmp(path, task->root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
        return path;
    return path[n] == '\0' ? "/" : path + n;
}

/* Of the task's own "/", 0 where that is ours. */
static size_t root_length(const struct lx_call *c)
{
    return c->task->root == NULL ? 0 : strlen(c->task->root);
}

/* Into the root of all, where its files are elsewhere and `path` is spelled by its names. */
static int enter_root(struct lx_call *c, struct walk *w, const char *path)
{
    const struct lx_mount *m = mounts_redirected(c->task->policy, path, strlen(path));
    if (m == NULL || lx_foreign_root(c->task->policy) == NULL || c->task->root != NULL)
        return 0;
    m = lx_foreign_root(c->task->policy);
    if (m->backing_length + w->length >= sizeof(w->path))
        return -ENAMETOOLONG;
    memmove(w->path + m->backing_length, w->path, w->length + 1);
    memcpy(w->path, lx_backing(m), m->backing_length);
    w->length += m->backing_length;
    w->rewritten = true;
    w->straight = false;
    return 0;
}

/* Goes up by "..": not above the task's own "/", and out of a mount where programs see it. */
static int parent(struct lx_call *c, struct walk *w)
{
    size_t root = root_length(c);
    if (root > 0 && w->length == root && memcmp(w->path, c->task->root, root) == 0)
        return 0;
    const struct lx_mount *m = mounts_redirected_root(c->task->policy, w->path, w->length);
    if (m != NULL) {
        w->rewritten = true;
        return mounts_out(c->task->policy, m, w->path, &w->length, sizeof(w->path));
    }
    const char *slash = memrchr(w->path, '/', w->length);
    bool outside = mounts_classify(c->task->policy, w->path, w->length).mount == 0;
    cut(w, slash == NULL ? 0 : (size_t)(slash - w->path));
    return outside ? enter_root(c, w, w->path) : 0;
}

/*
 * With RESOLVE_NO_XDEV: 0 where the walk is still on the mount that it began on, or -errno. A drive
 * is a mount, though the kernel may not know it for one.
 */
static int check_mount(struct lx_call *c, struct walk *w, bool begins)
{
    struct statx stx;
    if ((c->resolve & SYS_RESOLVE_NO_XDEV) == 0)
        return 0;
    int r = sys_statx(AT_FDCWD, w->length == 0 ? "/" : w->path,
                      AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID, &stx);
    unsigned drive = mounts_classify(c->task->policy, w->path, w->length).mount;
    if (r < 0 || (stx.stx_mask & STATX_MNT_ID) == 0)
        return r < 0 ? r : -ENOSYS;
    if (begins) {
        w->mount_id = stx.stx_mnt_id;
        w->drive = drive;
    }
    if (w->mount_id != stx.stx_mnt_id)
        return -EXDEV;
    if (w->drive == drive)
        return 0;
    const struct lx_mount *m =
        lx_mounts_had(lx_mounts(c->task->policy), drive != 0 ? drive : w->drive);
    int error = lx_value_errno(lx_rule(m, LX_RULE_MOUNT_BOUNDARY));
    return error == 0 ? 0 : lx_deny(c, LX_RULE_MOUNT_BOUNDARY, error);
}

/* True where the walk is still at the descriptor that it started from, and that is no directory. */
static bool starts_in_file(const struct lx_call *c, const struct walk *w)
{
    struct stat st;
    return w->straight && w->length == w->base && w->from != c->task->cwd &&
           sys_fstat(w->from, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Goes up by "..", as far as the call wants to be let. Returns 0 or -errno. */
static int go_up(struct lx_call *c, struct walk *w)
{
    if (starts_in_file(c, w))
        return -ENOTDIR;
    w->straight = false;
    bool stays = (c->resolve & SYS_RESOLVE_SCOPED) != 0 && w->length == w->base;
    int r = !stays ? parent(c, w) : (c->resolve & SYS_RESOLVE_BENEATH) != 0 ? -EXDEV : 0;
    return r < 0 ? r : check_mount(c, w, false);
}

/* True for a link below /proc, which in another root is wherever somebody has mounted one. */
static bool is_in_proc(const struct lx_task *task, struct walk *w)
{
    if (task->root == NULL)
        return strncmp(w->path, "/proc/", 6) == 0;
    w->path[w->dir_length] = '\0';
    bool in_proc = magic_is_proc(w->path);
    w->path[w->dir_length] = '/';
    return in_proc;
}

/*
 * The target of a link that its file system keeps in a way the kernel does not know: its length, 0
 * where there is none, or -errno.
 */
static long foreign_link(const struct lx_call *c, const struct walk *w, const struct stat *st,
                         char *out, size_t room)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    if (mount == NULL || lx_observing(c))
        return 0;
    return lx_filesystem(mount)->ops->link(c->task->policy, mount, AT_FDCWD, w->path, st, out,
                                           room);
}

__attribute__((noinline)) bool vfs_foreign_link(const struct lx_policy *policy,
                                                const struct lx_mount *mount, int dfd,
                                                const char *path, const struct stat *st)
{
    char target[PATH_MAX];
    const struct lx_fs *fs = lx_filesystem(mount)->ops;
    return fs->link != NULL && fs->link(policy, mount, dfd, path, st, target, sizeof(target)) != 0;
}

/* The same of what the walk has come to; a buffer for it has no room in the walk's own frame. */
static bool is_foreign_link(const struct lx_call *c, const struct walk *w, const struct stat *st)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    return lx_may_be_link(st) && mount != NULL && !lx_observing(c) && !c->task->seccomp_confined &&
           vfs_foreign_link(c->task->policy, mount, AT_FDCWD, w->path, st);
}

/* -errno for a symlink that an openat2 does not want to be led by, or 0. */
static int forbids(const struct lx_call *c, bool by_magic, bool absolute)
{
    if (by_magic && (c->resolve & SYS_RESOLVE_NO_MAGICLINKS) != 0)
        return -ELOOP;
    unsigned jumps = SYS_RESOLVE_BENEATH | (by_magic ? SYS_RESOLVE_IN_ROOT : 0);
    return absolute && (c->resolve & jumps) != 0 ? -EXDEV : 0;
}

/*
 * Follows the symlink at w->path: its target goes before what is still to be walked. One buffer
 * serves, because a signal stack is small: the remainder waits at its end while the target is read
 * into its beginning. Returns 0, or 1 where the link is opaque.
 */
static int follow(struct lx_call *c, struct walk *w, const struct stat *st, struct rest *rest)
{
    size_t left = strlen(rest->text);
    if (left + 2 >= sizeof(rest->buf))
        return -ENAMETOOLONG;
    char *tail = rest->buf + sizeof(rest->buf) - left - 1;
    memmove(tail, rest->text, left + 1);
    size_t room = (size_t)(tail - rest->buf) - 1;
    int dfd;
    const char *path = reach(w, &dfd);
    long n = S_ISLNK(st->st_mode) ? sys_readlinkat(dfd, path, rest->buf, room)
                                  : foreign_link(c, w, st, rest->buf, room);
    if (n < 0)
        return (int)n;
    if (n == 0)
        return -ENOENT;
    if ((size_t)n == room)
        return -ENAMETOOLONG;
    rest->buf[n] = '\0';
    if (c->task->on_behalf && magic_name_caller(c->task, w->path, rest->buf, &n, room))
        w->asker = true;
    bool absolute = rest->buf[0] == '/';
    bool proc = S_ISLNK(st->st_mode) && is_in_proc(c->task, w);
    /* Of those below /proc all that are not relative lead by no text. */
    int forbidden = forbids(c, proc && absolute, absolute);
    if (forbidden < 0)
        return forbidden;
    w->magic |= proc && absolute;
    if (proc && magic_leads_alone(c->task->policy, w->path, rest->buf)) {
        w->self = mounts_classify(c->task->policy, rest->buf, (size_t)n);
        return w->asker && left > 0 && append(w, tail, left) < 0 ? -ENAMETOOLONG : 1;
    }
    if (absolute && (c->resolve & SYS_RESOLVE_IN_ROOT) != 0) {
        cut(w, w->base);
    } else {
        /* What Windows' links lead to, our own names say; what those of /proc do, the kernel's. */
        bool by_text = S_ISLNK(st->st_mode) && !proc;
        cut(w, !absolute ? w->dir_length : by_text ? root_length(c) : 0);
        if (absolute && w->length > 0)
            memcpy(w->path, c->task->root, w->length);
        int r = absolute && by_text ? enter_root(c, w, rest->buf) : 0;
        if (r < 0)
            return r;
    }
    /* `left` begins with its slash, where anything is left. */
    memmove(rest->buf + n, tail, left + 1);
    rest->text = rest->buf;
    return check_mount(c, w, false);
}

/* Crosses into the mount that a component of a directory may be. */
static int cross(struct lx_call *c, struct walk *w, const struct lx_mount *in)
{
    const struct lx_mount *m = mounts_crossed(c->task->policy, in, w->path, w->length);
    if (m != NULL) {
        w->rewritten = true;
        if ((c->resolve & SYS_RESOLVE_SCOPED) != 0)
            return -ENOSYS; /* the kernel, which is to hold the promise, would not be below */
        memcpy(w->path, lx_backing(m), m->backing_length + 1);
        w->length = m->backing_length;
        w->straight = false;
    }
    return 0;
}

/* Spells one component as its directory's file system does and appends it. */
static int enter(struct lx_call *c, struct walk *w, const char *name, size_t n)
{
    w->dir = mounts_classify(c->task->policy, w->path, w->length);
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    long length =
        lx_filesystem(mount)->names->encode(c, mount, name, n, w->given, sizeof(w->given));
    if (length < 0)
        return (int)length;
    if ((size_t)length != n || memcmp(name, w->given, n) != 0)
        w->rewritten = true;
    int r = append(w, w->given, (size_t)length);
    return r < 0 ? r : cross(c, w, mount);
}

/* Looks for the last appended component under another spelling. True where it was found. */
static bool other_spelling(struct lx_call *c, struct walk *w, bool last, struct stat *st)
{
    char name[LX_NAME_BYTES + 1];
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    const struct lx_fs_type *fs = lx_filesystem(mount);
    lx_fs_search *search = fs->ops->search;
    size_t length = strlen(w->given);
    if (search == NULL && fs->names->decode == NULL)
        return false;
    w->path[w->dir_length] = '\0';
    long n = search != NULL
                 ? search(mount, w->path, (w->dir.flags & PLACEMENT_ROOT) != 0, w->given, length,
                          name, sizeof(name), last && vfs_removes(c))
                 : lx_name_find_plain(fs->names, w->path, w->given, length, name, sizeof(name));
    w->path[w->dir_length] = '/';
    if (n <= 0)
        return false;
    cut(w, w->dir_length);
    if (append(w, name, (size_t)n) < 0)
        return false;
    w->rewritten = true;
    return look(w, st) == 0;
}

/* What a trailing slash demands of the last component. */
static int check_slash(const struct lx_call *c, const struct walk *w, const struct stat *st,
                       enum walk_last last)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    bool removes = c->op == LX_OP_UNLINK || c->op == LX_OP_RMDIR;
    if (c->op == LX_OP_RENAME) /* asked of both ends at once, after both directories are found */
        return 0;
    if (removes && mount != NULL && (mount->flags & LX_MOUNT_READONLY) != 0)
        return 0; /* EROFS comes first */
    bool makes = last == WALK_ENTRY && (vfs_ops[c->op].properties & CREATES) != 0;
    if (w->exists) /* of what is to be made: EEXIST, slash or not */
        return S_ISDIR(st->st_mode) || makes ? 0 : -ENOTDIR;
    return c->op == LX_OP_MKDIR ? 0 : -ENOENT;
}

/* Where a descriptor cannot be named, the kernel's own way is all there is. Returns 0. */
static int go_nameless(struct walk *w)
{
    w->dir = (struct placement){0, 0};
    w->self = w->dir;
    w->nameless = true;
    w->opaque = true;
    return 0;
}

/* The same of a name that leads somewhere else, or nowhere, from this process's "/". */
static bool is_misnamed(struct walk *w)
{
    char next = w->path[w->base];
    w->path[w->base] = '\0';
    bool misnamed = vfs_is_misnamed(w->from, w->base == 0 ? "/" : w->path);
    w->path[w->base] = next;
    return misnamed;
}

/* Begins at "/", or at a directory. Returns 0, 1 where that has no path to walk on from, or -errno.
 */
static int start(struct lx_call *c, int dirfd, const char *path, struct walk *w)
{
    w->dir = (struct placement){0, 0};
    w->rewritten = false;
    w->nameless = false;
    w->opaque = false;
    w->asker = false;
    w->magic = false;
    w->from = dirfd == AT_FDCWD ? c->task->cwd : dirfd;
    w->exists = true;
    w->base = 0;
    w->links = 0;
    w->late = 0;
    w->straight = false;
    w->slash = false;
    w->dir_length = 0;
    w->given[0] = '\0';
    cut(w, 0);
    if (path[0] == '/') {
        size_t root = root_length(c);
        if ((c->resolve & SYS_RESOLVE_BENEATH) != 0)
            return -EXDEV;
        memcpy(w->path, root == 0 ? "" : c->task->root, root + 1);
        w->length = root;
        int r = enter_root(c, w, path);
        return r < 0 ? r : check_mount(c, w, true);
    }
    long n = vfs_directory_path(c->task, dirfd, w->path);
    if (n == -ENAMETOOLONG || n == -ENOENT) {
        /* Deeper than a path can say, or removed: the kernel knows. Names stay as they are. */
        uint64_t hash;
        w->dir = vfs_descriptor(c->task, dirfd, &hash);
        w->self = w->dir;
        w->opaque = true;
        return 1;
    }
    if (n == -ENXIO) {
        go_nameless(w);
        return 1;
    }
    if (n < 0)
        return (int)n;
    w->length = n == 1 ? 0 : (size_t)n;
    w->base = w->length;
    w->straight = true;
    return check_mount(c, w, true);
}

static size_t skip_slashes(const char *s)
{
    return strspn(s, "/");
}

/* "." and ".." as the last component of an entry stay in the path: the kernel has errnos for them.
 */
static int keep_dots(struct lx_call *c, struct walk *w, const char *name, size_t n)
{
    w->dir = mounts_classify(c->task->policy, w->path, w->length);
    w->self = w->dir;
    return append(w, name, n);
}

/* One component of what is still to be walked. */
struct component {
    const char *name;
    size_t n;
    bool slash; /* one comes after it */
    bool last;
};

/* Takes the next one off. False where nothing is left. */
static bool take_component(struct rest *rest, struct component *k)
{
    rest->text += skip_slashes(rest->text);
    k->name = rest->text;
    k->n = strcspn(k->name, "/");
    k->slash = k->name[k->n] == '/';
    k->last = k->name[k->n + skip_slashes(k->name + k->n)] == '\0';
    rest->text += k->n;
    return k->n > 0;
}

/* The walk goes on; as the result of a step it is over at 0, or at an -errno. */
#define STEP_ON 1

/* The walk has come to a symlink. `foreign`: the kernel does not know it for one. */
static int step_at_link(struct lx_call *c, struct walk *w, const struct component *k,
                        enum walk_last last, struct stat *st, bool foreign, struct rest *rest)
{
    if (k->last && (last == WALK_ENTRY || (last == WALK_NOFOLLOW && !k->slash))) {
        w->self = w->dir;
        if (foreign)
            st->st_mode = S_IFLNK | 0777;
        return k->slash ? check_slash(c, w, st, last) : 0;
    }
    if ((c->resolve & SYS_RESOLVE_NO_SYMLINKS) != 0)
        return -ELOOP;
    w->rewritten |= foreign; /* the kernel does not get there by the same words */
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    if (w->straight && w->from != AT_FDCWD && is_misnamed(w))
        return go_nameless(w);
    int r = follow(c, w, st, rest);
    w->straight = false;
    w->opaque = r > 0;
    return r < 0 ? r : r > 0 ? 0 : STEP_ON;
}

/* True where the component that the walk has come to is there, and is not to be found. */
static bool is_concealed(const struct lx_call *c, const struct walk *w, const struct component *k)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    lx_fs_conceals *conceals = lx_filesystem(mount)->ops->conceals;
    unsigned kind = mounts_name_kind(c->task->policy, w->dir, k->name, k->n);
    return (kind & LX_NAME_CONCEALED) != 0 && conceals != NULL && !lx_observing(c) &&
           conceals(mount, w->path, (w->dir.flags & PLACEMENT_ROOT) != 0);
}

enum lx_bar vfs_bar(const struct lx_call *c, const struct walk *w, struct placement v)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, v);
    return mount == NULL || !lx_guarded(mount) ? LX_BAR_NONE
                                               : lx_filesystem(mount)->ops->bars(mount, w->path);
}

/* -errno where the walk has come into a directory that cannot be entered, or 0. */
static int check_bar(struct lx_call *c, const struct walk *w)
{
    const struct lx_mount *mount = mounts_of(c->task->policy, w->dir);
    return vfs_bar(c, w, w->dir) == LX_BAR_BELOW ? lx_filesystem(mount)->ops->barred(c, mount) : 0;
}

/* The last name cannot be. What a rename's other path has wrong with it the kernel says before. */
static int cannot_be(const struct lx_call *c, struct walk *w, int r)
{
    w->late = r;
    w->exists = false;
    w->dir = mounts_classify(c->task->policy, w->path, w->length);
    w->self = w->dir;
    return append(w, "_", 1);
}

/* No open makes a name with a slash behind it, whatever is there: but first it starts somewhere. */
static int makes_directory(const struct walk *w)
{
    struct stat st;
    return look(w, &st) == 0 && !S_ISDIR(st.st_mode) ? -ENOTDIR : -EISDIR;
}

/* -errno where a relative path starts in a directory that its server does not find, or 0. */
static int check_start(struct lx_call *c, const struct walk *w)
{
    if (!w->straight || w->length != w->base || !mounts_any_stray(c->task->policy))
        return 0;
    struct placement v = mounts_classify(c->task->policy, w->path, w->length);
    return lx_check_stray_here(c, mounts_of(c->task->policy, v), w->from);
}

/* Goes on by one component that is no "." or "..". */
static int step(struct lx_call *c, struct walk *w, const struct component *k, enum walk_last last,
                struct rest *rest)
{
    struct stat st;
    int r = check_start(c, w);
    if (r < 0)
        return r;
    if (c->op == LX_OP_OPEN && (c->flags & O_CREAT) != 0 && k->slash && k->last)
        return makes_directory(w);
    r = enter(c, w, k->name, k->n);
    if (r < 0 && starts_in_file(c, w)) /* before a name that cannot be */
        return -ENOTDIR;
    if (r < 0 && k->last && last == WALK_ENTRY && c->op == LX_OP_RENAME)
        return cannot_be(c, w, r);
    if (r == 0 && is_concealed(c, w, k))
        r = -ENOENT;
    if (r == 0)
        r = check_bar(c, w);
    if (r < 0)
        return r;
    r = look(w, &st);
    if (r == -ENOENT && other_spelling(c, w, k->last, &st))
        r = 0;
    if (r == -ENOENT && k->last) {
        w->exists = false;
        w->self = w->dir;
        return k->slash ? check_slash(c, w, &st, last) : 0;
    }
    if (r == 0)
        r = check_mount(c, w, false);
    if (r == 0 && S_ISDIR(st.st_mode) && !(k->last && last == WALK_ENTRY))
        r = lx_check_stray(c, mounts_of(c->task->policy, w->dir), &st);
    if (r < 0)
        return r;
    bool foreign = is_foreign_link(c, w, &st);
    if (foreign)
        store_note_link(AT_FDCWD, w->path);
    if (S_ISLNK(st.st_mode) || foreign)
        return step_at_link(c, w, k, last, &st, foreign, rest);
    if (!k->last)
        return S_ISDIR(st.st_mode) ? STEP_ON : -ENOTDIR;
    w->self = mounts_classify(c->task->policy, w->path, w->length);
    return k->slash ? check_slash(c, w, &st, last) : 0;
}

/* The path ended in a directory: "/", "." or "..". */
static void end_in_directory(const struct lx_call *c, struct walk *w)
{
    w->self = mounts_classify(c->task->policy, w->path, w->length);
    w->dir = w->self;
    w->dir_length = w->length;
    if (w->length == 0) {
        memcpy(w->path, "/", 2);
        w->length = 1;
    }
}

int vfs_walk(struct lx_call *c, int dirfd, const char *path, enum walk_last last, struct walk *w)
{
    struct rest rest;
    struct component k;
    int r = start(c, dirfd, path, w);
    if (r != 0)
        return r < 0 ? r : 0;
    rest.text = path;
    while (take_component(&rest, &k)) {
        w->slash = k.last && k.slash;
        if (!sys_is_dots(k.name, k.n)) {
            r = step(c, w, &k, last, &rest);
            if (r != STEP_ON)
                return r;
        } else if (k.last && last == WALK_ENTRY) {
            return keep_dots(c, w, k.name, k.n);
        } else if (k.n == 2) {
            r = go_up(c, w);
            if (r < 0)
                return r;
        }
    }
    r = check_start(c, w);
    end_in_directory(c, w);
    return r;
}
