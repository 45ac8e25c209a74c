/* SPDX-License-Identifier: MIT */
#include "vfs/names.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "store/sidecar_attr.h"
#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/shown.h"
#include "vfs/walk.h"

bool vfs_name_suspect(const char *name)
{
    for (unsigned i = 0; i < LX_MOUNT_HOST; i++)
        if (lx_name_suspect(lx_filesystems[i].names, name))
            return true;
    return false;
}

bool vfs_text_suspect(const char *text, size_t n)
{
    for (unsigned i = 0; i < LX_MOUNT_HOST; i++)
        if (memchr(text, lx_filesystems[i].names->lead, n) != NULL)
            return true;
    return false;
}

/* True for a name outside every mount that a run must not show. Apart, for its buffer. */
static __attribute__((noinline)) bool is_hidden(const struct lx_task *t, int fd, const char *name)
{
    char dir[PATH_MAX];
    size_t n;
    return shown_lists(t, fd, dir, &n) && !shown_listed(t->policy, dir, n, name);
}

/* `sure`: it is shown otherwise only where its name says so. */
static bool show_name(const struct lx_task *t, int fd, char *name, bool sure)
{
    uint64_t hash;
    if (t->policy->shows && shown_named(t->policy, name, strlen(name)) && is_hidden(t, fd, name))
        return false;
    if (sure && !vfs_name_suspect(name))
        return true;
    struct placement v = vfs_descriptor(t, fd, &hash);
    const struct lx_mount *m = mounts_of(t->policy, v);
    const struct lx_fs_type *fs = lx_filesystem(m);
    if (fs->ops->listed != NULL)
        return fs->ops->listed(t, m, fd, (v.flags & PLACEMENT_ROOT) != 0, name);
    (void)lx_name_decode(fs->names, name, strlen(name));
    return true;
}

/*
 * The mount of a directory that was noted to have links of Windows' among its entries, NULL for
 * every other. The note is asked for once in a tick, not for each entry.
 */
static const struct lx_mount *mount_with_links(const struct lx_task *t, int fd)
{
    struct placement v;
    uint64_t hash;
    uint64_t stamp = placement_stamp();
    if (t->seccomp_confined || t->policy->observe)
        return NULL;
    if (!t->caching || !placement_recall_fd(fd, stamp, &v, &hash) ||
        (v.flags & PLACEMENT_ASKED) == 0) {
        v = vfs_descriptor(t, fd, &hash);
        v.flags |= PLACEMENT_ASKED;
        const struct lx_mount *m = mounts_of(t->policy, v);
        if (m != NULL && lx_filesystem(m)->ops->link != NULL &&
            lx_rule(m, LX_RULE_LISTING_LINKS) != LX_OFF && store_links_noted(lx_backing(m), fd))
            v.flags |= PLACEMENT_LINKS;
        if (t->caching)
            placement_remember_fd(fd, stamp, v, hash);
    }
    return (v.flags & PLACEMENT_LINKS) != 0 ? mounts_of(t->policy, v) : NULL;
}

/*
 * The type of an entry: a link of Windows' is a file or directory for the kernel. LX_UNLISTED where
 * it is not to be seen.
 */
static unsigned char listed_type(const struct lx_task *t, const struct lx_mount *mount, int fd,
                                 const char *name, unsigned char type)
{
    struct stat st;
    lx_fs_entry *entry = lx_filesystem(mount)->ops->entry;
    if (entry != NULL)
        return entry(mount, fd, name, type);
    if ((type != DT_REG && type != DT_DIR) || sys_fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !lx_may_be_link(&st) || !vfs_foreign_link(t->policy, mount, fd, name, &st))
        return type;
    return DT_LNK;
}

bool vfs_listed_name(const struct lx_task *t, int fd, char *name, unsigned char *type)
{
    /* Beyond what is remembered of descriptors, the note would be asked for at each entry. */
    bool files = type != NULL && (*type == DT_REG || *type == DT_DIR);
    const struct lx_mount *links = files && placement_keeps_fd(fd) ? mount_with_links(t, fd) : NULL;
    if (links != NULL)
        *type = listed_type(t, links, fd, name, *type);
    return (type == NULL || *type != LX_UNLISTED) && show_name(t, fd, name, links == NULL);
}

/* Apart, for its buffer. */
static __attribute__((noinline)) bool shows_listing(const struct lx_task *t, int fd)
{
    char dir[PATH_MAX];
    size_t n;
    return shown_lists(t, fd, dir, &n);
}

enum vfs_listing vfs_listing(const struct lx_task *t, int fd)
{
    uint64_t hash;
    if (!placement_keeps_fd(fd) || mount_with_links(t, fd) != NULL)
        return VFS_LIST_ALL;
    struct placement v = vfs_descriptor(t, fd, &hash);
    const bool systems = lx_is_systems(mounts_of(t->policy, v));
    if ((v.flags & PLACEMENT_PARENT) != 0 || (systems && t->policy->shows && shows_listing(t, fd)))
        return VFS_LIST_ALL;
    return v.mount != 0 ? VFS_LIST_NAMES : VFS_LIST_AS_THEY_ARE;
}

/*
 * The name of a mount's target, if it belongs into a directory (as programs call it) and is missing
 * there.
 */
static const char *missing_target(const struct lx_mount *m, int fd, const char *dir, size_t n)
{
    struct stat st;
    if (lx_in_place(m))
        return NULL;
    const char *slash = strrchr(lx_target(m), '/');
    size_t parent = slash == lx_target(m) ? 1 : (size_t)(slash - lx_target(m));
    if (parent != n || memcmp(lx_target(m), dir, n) != 0)
        return NULL;
    return sys_fstatat(fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW) == 0 ? NULL : slash + 1;
}

const char *vfs_listed_mount(const struct lx_task *t, int fd, unsigned *n)
{
    char dir[PATH_MAX];
    uint64_t hash;
    if (t->seccomp_confined || (vfs_descriptor(t, fd, &hash).flags & PLACEMENT_PARENT) == 0)
        return NULL;
    long length = vfs_directory_path(t, fd, dir);
    if (length > 0)
        length = mounts_to_program(t->policy, dir, (size_t)length, sizeof(dir));
    const struct lx_mounts *mounts = lx_mounts(t->policy);
    const struct lx_mount *m;
    for (unsigned i = 0; length > 0 && (m = lx_mounts_next(mounts, &i)) != NULL;) {
        const char *name = missing_target(m, fd, dir, (size_t)length);
        if (name != NULL && (*n)-- == 0)
            return name;
    }
    return NULL;
}

static __attribute__((noinline)) const char *listed_shown(const struct lx_task *t, int fd,
                                                          unsigned *at)
{
    char dir[PATH_MAX];
    size_t length;
    return shown_lists(t, fd, dir, &length) ? shown_besides(t->policy, dir, length, at) : NULL;
}

const char *vfs_listed_besides(const struct lx_task *t, int fd, unsigned *at)
{
    unsigned n = *at;
    const char *name = *at < SHOWN_ENDS ? vfs_listed_mount(t, fd, &n) : NULL;
    if (name != NULL || !t->policy->shows) {
        ++*at;
        return name;
    }
    unsigned shown = *at < SHOWN_ENDS ? 0 : *at - SHOWN_ENDS;
    name = listed_shown(t, fd, &shown);
    *at = SHOWN_ENDS + shown;
    return name;
}

static bool lists_wide(const struct lx_task *t, int fd, bool *root)
{
    uint64_t hash;
    if (!lx_is_narrow(t) || t->seccomp_confined || t->policy->observe)
        return false;
    struct placement v = vfs_descriptor(t, fd, &hash);
    const struct lx_mount *m = mounts_of(t->policy, v);
    *root = (v.flags & PLACEMENT_ROOT) != 0;
    return m != NULL && lx_rule(m, LX_RULE_STAT_INODE) == LX_EOVERFLOW;
}

bool vfs_overflows(const struct lx_task *t, int fd)
{
    bool root;
    return lists_wide(t, fd, &root);
}

uint64_t vfs_listed_number(const struct lx_task *t, int fd, const char *name, uint64_t number)
{
    bool root;
    if (!lists_wide(t, fd, &root) || (root && strcmp(name, "..") == 0))
        return number;
    return lx_wide_number(number);
}

long vfs_listed_block(const struct lx_task *t, int fd, void *block, long size)
{
    long to = 0;
    const struct lx_mount *links = mount_with_links(t, fd);
    for (long from = 0; from < size;) {
        struct sys_dirent *e = sys_dirent_at(block, from);
        uint16_t length = e->length;
        if (links != NULL)
            e->type = listed_type(t, links, fd, e->name, e->type);
        if (e->type != LX_UNLISTED && show_name(t, fd, e->name, links == NULL)) {
            if (lx_is_narrow(t))
                e->ino = vfs_listed_number(t, fd, e->name, e->ino);
            if (to != from)
                memmove((char *)block + to, e, length);
            to += length;
        }
        from += length;
    }
    return to;
}

/* True where no mount before one is of its file system. */
static bool is_first_of_kind(const struct lx_mounts *mounts, const struct lx_mount *mount)
{
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != mount;)
        if (m->type == mount->type)
            return false;
    return true;
}

/*
 * The next mount after a place that is the first of its file system, NULL where there is none: for
 * a name that does not say which mount it is of.
 */
static const struct lx_mount *next_kind(const struct lx_mounts *mounts, unsigned *place)
{
    const struct lx_mount *m;
    while ((m = lx_mounts_next(mounts, place)) != NULL && !is_first_of_kind(mounts, m))
        ;
    return m;
}

size_t vfs_bare_name(const struct lx_task *t, char *name, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(t->policy);
    const struct lx_mount *m;
    for (unsigned at = 0; (m = next_kind(mounts, &at)) != NULL;)
        n = lx_name_decode(lx_filesystem(m)->names, name, n);
    return n;
}

size_t vfs_removed_name(const struct lx_task *t, const char *name, size_t n)
{
    const struct lx_mounts *mounts = lx_mounts(t->policy);
    const struct lx_mount *m;
    for (unsigned at = 0; (m = next_kind(mounts, &at)) != NULL;) {
        const struct lx_fs_removal *removal = lx_filesystem(m)->ops->removal;
        size_t before = removal == NULL ? 0 : removal->removed(name, n);
        if (before > 0)
            return before;
    }
    return 0;
}
