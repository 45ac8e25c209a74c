/* SPDX-License-Identifier: MIT */
/*
 * Control groups that control nothing: a hierarchy of directories, in which each has its files, and
 * processes that are in one of them. Version 1 with the controller devices, as WSL1's kernel has
 * it, and version 2. [vendor tests of cgroups]
 */
#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "fs/cgroupfs/members.h"
#include "fs/madeup.h"
#include "fs/rules.h"
#include "fs/tree.h"
#include "sys/dirents.h"
#include "sys/fdpath.h"
#include "sys/sys.h"

#define CGROUP_TYPE  0x27e0eb   /* CGROUP_SUPER_MAGIC */
#define CGROUP2_TYPE 0x63677270 /* CGROUP2_SUPER_MAGIC */
#define TMPFS_TYPE   0x01021994 /* TMPFS_MAGIC */

#define LIST_MAX 65536 /* bytes of a list of processes */

/* What is in a group that is made; the root's own are the run's to make (cli/tree.c). */
static const struct member_file {
    const char *name;
    const char *text;
    mode_t mode;
    bool first; /* of version 1; else of 2 */
} files[] = {
    {"cgroup.procs", "", 0644, true},
    {"devices.allow", "", 0200, true},
    {"devices.deny", "", 0200, true},
    {"devices.list", "a *:* rwm\n", 0444, true},
    {"cgroup.procs", "", 0644, false},
    {"cgroup.threads", "", 0644, false},
    {"cgroup.controllers", "\n", 0444, false},
    {"cgroup.subtree_control", "\n", 0644, false},
    {"cgroup.type", "domain\n", 0644, false},
    {"cgroup.max.depth", "max\n", 0644, false},
    {"cgroup.max.descendants", "max\n", 0644, false},
};

#define FILES (sizeof(files) / sizeof(files[0]))

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
    return strcmp(name, "cgroup.procs") == 0 || strcmp(name, "cgroup.threads") == 0;
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
static int group_of(const struct lx_mount *mount, const char *directory, uint64_t *group)
{
    struct stat st;
    bool root = strcmp(directory, lx_backing(mount)) == 0 && mount->root == 0;
    int r = sys_fstatat(AT_FDCWD, directory, &st, AT_SYMLINK_NOFOLLOW);
    *group = root || r < 0 ? MEMBERS_ROOT : (uint64_t)st.st_ino;
    return r;
}

/* --- lists ---------------------------------------------------------------------------------- */

/* Has a descriptor of a list be one of what it says. */
static int list_members(const struct lx_call *c, uint64_t group, const char *name, int fd)
{
    char number[12];
    size_t n = 0;
    struct members *look = members_look(c->task->policy);
    char *text = look == NULL ? NULL
                              : sys_mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (text == NULL || sys_mmap_failed(text)) {
        members_end(look);
        return look == NULL ? 0 : -ENOMEM;
    }
    for (int pid = 0; (pid = members_next(look, group, pid)) != 0;) {
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

static long cgroup_open(struct lx_call *c)
{
    char path[PATH_MAX];
    uint64_t group;
    long fd = tree_open(c);
    if (fd < 0 || (c->flags & O_PATH) != 0 || lx_observing(c) || c->task->seccomp_confined ||
        !is_list(c->at[0].path) || name_of((int)fd, path) <= 0)
        return fd;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    int r = group_of(c->at[0].mount, path, &group);
    *slash = '/';
    if (r == 0 && (c->flags & O_ACCMODE) == O_RDONLY) {
        r = list_members(c, group, path, (int)fd);
        if (r == 0)
            return fd;
    }
    sys_close((int)fd);
    if (r < 0)
        return r;
    int pid = c->task->pid != 0 ? c->task->pid : sys_getpid();
    return members_open(c->task->policy, group, pid, c->flags);
}

/* --- groups --------------------------------------------------------------------------------- */

static int make_files(const struct lx_mount *mount, int dir)
{
    int r = 0;
    for (size_t i = 0; i < FILES && r == 0; i++) {
        const struct member_file *f = &files[i];
        if (f->first != is_first(mount))
            continue;
        int fd = sys_openat(dir, f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
            return fd;
        size_t n = strlen(f->text);
        if (n > 0 && sys_write(fd, f->text, n) != (long)n)
            r = -ENOSPC;
        if (r == 0)
            r = sys_fchmod(fd, f->mode);
        sys_close(fd);
    }
    return r;
}

static void remove_files(int dir)
{
    for (size_t i = 0; i < FILES; i++)
        sys_unlinkat(dir, files[i].name, 0);
}

/* Notes where a group is below the root of its hierarchy. */
static int note(const struct lx_call *c, int dir)
{
    char path[PATH_MAX];
    char whole[PATH_MAX];
    uint64_t group;
    const struct lx_mount *m = c->at[0].mount;
    const char *root = lx_mount_text(m, m->root);
    size_t n = root == NULL ? 0 : strlen(root);
    long length = name_of(dir, path);
    if (length < (long)m->backing_length || n + (size_t)length >= sizeof(whole))
        return -ENAMETOOLONG;
    memcpy(whole, root == NULL ? "" : root, n);
    memcpy(whole + n, path + m->backing_length, (size_t)length - m->backing_length + 1);
    int r = group_of(m, path, &group);
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
    r = dir < 0 ? dir : make_files(at->mount, dir);
    if (r == 0)
        r = note(c, dir);
    if (r < 0 && dir >= 0)
        remove_files(dir);
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

static bool has_member(const struct lx_policy *policy, uint64_t group)
{
    struct members *look = members_look(policy);
    bool has = look != NULL && members_next(look, group, 0) != 0;
    members_end(look);
    return has;
}

static long cgroup_rmdir(struct lx_call *c)
{
    char path[PATH_MAX];
    uint64_t group = MEMBERS_ROOT;
    const struct lx_loc *at = &c->at[0];
    const char *name = last_name(at->path);
    /* Of dots the kernel says EINVAL and ENOTEMPTY. */
    if (lx_observing(c) || c->task->seccomp_confined || sys_is_dots(name, strlen(name)))
        return lx_host_fs.run[LX_OP_RMDIR](c);
    int dir = sys_openat(at->dfd, at->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (dir < 0)
        return dir;
    int r = tree_permits();
    if (r == 0 && (name_of(dir, path) <= 0 || group_of(at->mount, path, &group) < 0))
        r = -EBUSY;
    if (r == 0 && (group == MEMBERS_ROOT || has_child(dir) || has_member(c->task->policy, group)))
        r = -EBUSY;
    if (r == 0)
        r = members_take(c->task->policy, group);
    if (r == 0) {
        remove_files(dir);
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
