/* SPDX-License-Identifier: MIT */
/*
 * Control groups that control nothing: a hierarchy of directories, in which each has its files, and
 * processes that are in one of them. Version 1, with a hierarchy for each controller, and version
 * 2. [vendor tests of cgroups]
 */
#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "fs/cgroupfs/members.h"
#include "fs/madeup.h"
#include "fs/procfs/kernels.h"
#include "fs/rules.h"
#include "fs/tree.h"
#include "policy/cgroups.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/say.h"
#include "sys/sys.h"

#define CGROUP_TYPE  0x27e0eb   /* CGROUP_SUPER_MAGIC */
#define CGROUP2_TYPE 0x63677270 /* CGROUP2_SUPER_MAGIC */
#define TMPFS_TYPE   0x01021994 /* TMPFS_MAGIC */

#define LIST_MAX 65536 /* bytes of a list of processes */

static bool is_first(const struct lx_mount *mount)
{
    return mount->type == LX_MOUNT_CGROUP;
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* True for a file that lists who is in the group. */
static bool is_list(const char *path)
{
    const char *name = last_name(path);
    return strcmp(name, "cgroup.procs") == 0 || strcmp(name, "cgroup.threads") == 0 ||
           strcmp(name, "tasks") == 0;
}

/* The path of what a descriptor is open on, by the kernel's name. Its length or -errno. */
static long name_of(int fd, char out[PATH_MAX])
{
    char link[SYS_FD_PATH];
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = '\0';
    return n;
}

/* The group of a directory; MEMBERS_ROOT for the root of a hierarchy, whoever has mounted it. */
static int group_of(const struct lx_call *c, const char *directory, struct group *group)
{
    struct stat st;
    const struct lx_mount *mount = c->at[0].mount;
    bool root = strcmp(directory, lx_backing(mount)) == 0 && mount->root == 0;
    int r = sys_fstatat(AT_FDCWD, directory, &st, AT_SYMLINK_NOFOLLOW);
    group->hierarchy = members_hierarchy(c->task->policy, mount);
    group->inode = root || r < 0 ? MEMBERS_ROOT : (uint64_t)st.st_ino;
    return r;
}

/* --- lists ---------------------------------------------------------------------------------- */

/* Has a descriptor of a list be one of what it says. */
static int list_members(const struct lx_call *c, struct group group, const char *name, int fd)
{
    char number[12];
    size_t n = 0;
    struct members *look = members_look(c->task->policy, group.hierarchy);
    char *text = look == NULL ? NULL
                              : sys_mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (text == NULL || sys_mmap_failed(text)) {
        members_end(look);
        return look == NULL ? 0 : -ENOMEM;
    }
    for (int pid = 0; (pid = members_next(look, group.inode, pid)) != 0;) {
        size_t length = sys_decimal((unsigned)pid, number);
        if (n + length + 1 > LIST_MAX)
            break;
        memcpy(text + n, number, length);
        text[n + length] = '\n';
        n += length + 1;
    }
    bool done = n == 0 || madeup_put(name, text, n, c->flags, fd);
    sys_munmap(text, LIST_MAX);
    members_end(look);
    return done ? 0 : -ENOMEM;
}

/*
 * What is written to a file takes the place of all that it said, wherever it is written; and of
 * controllers to hand on there are none.
 */
static long open_value(const struct lx_call *c, long fd)
{
    if ((c->flags & O_ACCMODE) != O_WRONLY)
        return fd;
    if (strcmp(last_name(c->at[0].path), "cgroup.subtree_control") != 0) {
        (void)sys_ftruncate((int)fd, 0);
        return fd;
    }
    sys_close((int)fd);
    return sys_openat(AT_FDCWD, "/dev/null", O_WRONLY | (c->flags & O_CLOEXEC), 0);
}

static long cgroup_open(struct lx_call *c)
{
    char path[PATH_MAX];
    struct group group;
    long fd = tree_open(c);
    if (fd < 0 || (c->flags & O_PATH) != 0 || lx_observing(c) || c->task->seccomp_confined)
        return fd;
    if (!is_list(c->at[0].path))
        return open_value(c, fd);
    if (name_of((int)fd, path) <= 0)
        return fd;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    int r = group_of(c, path, &group);
    *slash = '/';
    if (r == 0 && (c->flags & O_ACCMODE) == O_RDONLY) {
        r = list_members(c, group, path, (int)fd);
        if (r == 0)
            return fd;
    }
    sys_close((int)fd);
    if (r < 0)
        return r;
    return members_open(c->task->policy, group, lx_process_of(c->task), c->flags);
}

/* --- groups --------------------------------------------------------------------------------- */

/* The hierarchy's name, as files of groups are told by. */
static const char *hierarchy_name(const struct lx_mount *mount)
{
    const char *controller = is_first(mount) ? lx_mount_text(mount, mount->options) : NULL;
    return controller == NULL ? LX_CGROUP_UNIFIED : controller;
}

/* The next file of a group that is made; as lx_cgroup_file. */
static const struct lx_cgroup_file *next_file(const struct lx_call *c, unsigned *at)
{
    return lx_cgroup_file(kernel_of(c->task->policy)->profile, hierarchy_name(c->at[0].mount),
                          false, at);
}

static int make_files(const struct lx_call *c, int dir)
{
    int r = 0;
    const struct lx_cgroup_file *f;
    for (unsigned at = 0; r == 0 && (f = next_file(c, &at)) != NULL;) {
        int fd = sys_openat(dir, f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
            return fd;
        size_t n = strlen(f->text);
        if (n > 0)
            r = (int)sys_fill(fd, f->text, n);
        if (r == 0)
            r = sys_fchmod(fd, f->mode);
        sys_close(fd);
    }
    return r;
}

static void remove_files(const struct lx_call *c, int dir)
{
    const struct lx_cgroup_file *f;
    for (unsigned at = 0; (f = next_file(c, &at)) != NULL;)
        sys_unlinkat(dir, f->name, 0);
}

/* Notes where a group is below the root of its hierarchy. */
static int note(const struct lx_call *c, int dir)
{
    char path[PATH_MAX];
    char whole[PATH_MAX];
    struct group group;
    const struct lx_mount *m = c->at[0].mount;
    const char *root = lx_mount_text(m, m->root);
    size_t n = root == NULL ? 0 : strlen(root);
    long length = name_of(dir, path);
    if (length < (long)m->backing_length || n + (size_t)length >= sizeof(whole))
        return -ENAMETOOLONG;
    memcpy(whole, root == NULL ? "" : root, n);
    memcpy(whole + n, path + m->backing_length, (size_t)length - m->backing_length + 1);
    int r = group_of(c, path, &group);
    return r < 0 ? r : members_note(c->task->policy, group, whole);
}

static long cgroup_mkdir(struct lx_call *c)
{
    const struct lx_loc *at = &c->at[0];
    if (lx_observing(c) || c->task->seccomp_confined)
        return lx_host_fs.run[LX_OP_MKDIR](c);
    struct stat st;
    if (sys_fstatat(at->dfd, at->path, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return -EEXIST;
    int r = strchr(last_name(at->path), '\n') != NULL ? -EINVAL : tree_permits();
    long made = r < 0 ? r : lx_host_fs.run[LX_OP_MKDIR](c);
    if (made < 0)
        return made;
    int dir = sys_openat(at->dfd, at->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    r = dir < 0 ? dir : make_files(c, dir);
    if (r == 0)
        r = note(c, dir);
    if (r < 0 && dir >= 0)
        remove_files(c, dir);
    if (dir >= 0)
        sys_close(dir);
    if (r < 0)
        sys_unlinkat(at->dfd, at->path, AT_REMOVEDIR);
    return r;
}

/* True where a group has another in it. */
static bool has_child(int dir)
{
    char block[4096] __attribute__((aligned(8)));
    for (long n; (n = sys_getdents64(dir, block, sizeof(block))) > 0;)
        for (long at = 0; at < n;) {
            const struct sys_dirent *e = sys_dirent_at(block, at);
            if (e->type == DT_DIR && !sys_dirent_is_dots(e))
                return true;
            at += e->length;
        }
    return false;
}

static bool has_member(const struct lx_policy *policy, struct group group)
{
    if (!members_moved(policy, group.hierarchy))
        return false;
    struct members *look = members_look(policy, group.hierarchy);
    bool has = look != NULL && members_next(look, group.inode, 0) != 0;
    members_end(look);
    return has;
}

static long cgroup_rmdir(struct lx_call *c)
{
    char path[PATH_MAX];
    struct group group = {MEMBERS_UNIFIED, MEMBERS_ROOT};
    const struct lx_loc *at = &c->at[0];
    const char *name = last_name(at->path);
    /* Of dots the kernel says EINVAL and ENOTEMPTY. */
    if (lx_observing(c) || c->task->seccomp_confined || sys_is_dots(name, strlen(name)))
        return lx_host_fs.run[LX_OP_RMDIR](c);
    int dir = sys_openat(at->dfd, at->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (dir < 0)
        return dir;
    int r = tree_permits();
    if (r == 0 && (name_of(dir, path) <= 0 || group_of(c, path, &group) < 0))
        r = -EBUSY;
    if (r == 0 &&
        (group.inode == MEMBERS_ROOT || has_child(dir) || has_member(c->task->policy, group)))
        r = -EBUSY;
    if (r == 0)
        r = members_take(c->task->policy, group);
    if (r == 0) {
        remove_files(c, dir);
        members_forget(c->task->policy, group);
    }
    sys_close(dir);
    return r;
}

static long cgroup_statfs(struct lx_call *c)
{
    return tree_statfs(c, is_first(c->at[0].mount) ? CGROUP_TYPE : CGROUP2_TYPE);
}

static long top_statfs(struct lx_call *c)
{
    return tree_statfs(c, TMPFS_TYPE);
}

#define AS_A_TREE                                                                                 \
    [LX_OP_STAT] = tree_stat, [LX_OP_STATX] = tree_statx, [LX_OP_ACCESS] = tree_access,           \
    [LX_OP_TRUNCATE] = tree_truncate, [LX_OP_UNLINK] = tree_refuse, [LX_OP_RENAME] = tree_refuse, \
    [LX_OP_LINK] = tree_refuse, [LX_OP_SYMLINK] = tree_refuse, [LX_OP_MKNOD] = tree_refuse,       \
    [LX_OP_BIND] = tree_refuse

const struct lx_fs lx_cgroup = {
    .run = {AS_A_TREE, [LX_OP_OPEN] = cgroup_open, [LX_OP_MKDIR] = cgroup_mkdir,
            [LX_OP_RMDIR] = cgroup_rmdir, [LX_OP_STATFS] = cgroup_statfs}};

/* The tmpfs in which version 1 has a directory for each controller. */
const struct lx_fs lx_cgroup_top = {
    .run = {AS_A_TREE, [LX_OP_OPEN] = tree_open, [LX_OP_MKDIR] = tree_refuse,
            [LX_OP_RMDIR] = tree_refuse, [LX_OP_STATFS] = top_statfs}};

/* The run's rule, and files of /proc: cgroupfs/files.def. */
const struct lx_fs lx_cgroupfs = {.shows = NULL};
