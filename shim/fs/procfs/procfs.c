/* SPDX-License-Identifier: MIT */
/*
 * What WSL shows of itself outside its drives: files with other words in them, or that are there,
 * or are not. All else that can be asked of such a file is the kernel's to answer.
 */
#include <limits.h>
#include <linux/sysinfo.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include "fs/filesystems.h"
#include "fs/madeup.h"
#include "fs/procfs/files.h"
#include "fs/procfs/pages.h"
#include "fs/procfs/room.h"
#include "policy/foreign.h"
#include "sys/fdpath.h"
#include "sys/likedir.h"
#include "sys/numbers.h"
#include "sys/sys.h"

/* In the place of what the kernel has not. */
static const char like[] = MADEUP_LIKE;
static const char interop_directory[] = "/run/WSL"; /* which most descriptors of that are of */

#define VERSION(major, minor) ((major) << 16 | (minor))

/* Calls, and the version of Linux that brought them. */
static const struct {
    long nr;
    unsigned since;
} newer[] = {
#define NEWER(call, major, minor) {SYS_##call, VERSION(major, minor)},
#include "fs/procfs/calls.def"
#undef NEWER
};

static size_t read_all(int fd, char *out, size_t room)
{
    size_t n = 0;
    while (n < room) {
        long r = sys_read(fd, out + n, room - n);
        if (r == -EINTR)
            continue;
        if (r <= 0)
            break;
        n += (size_t)r;
    }
    return n;
}

/* Writes what a file says into the room, by what the kernel's own behind fd says. Its length. */
static size_t write_page(const struct lx_policy *policy, const struct file *file, const char *name,
                         int fd, struct room *room)
{
    struct page page = {.policy = policy,
                        .kernel = kernel_of(policy),
                        .name = name,
                        .given = room->given,
                        .given_length = read_all(fd, room->given, sizeof(room->given)),
                        .out = room->out,
                        .room = sizeof(room->out)};
    if (page.given_length < sizeof(room->given)) /* else it is longer than there is room for */
        file_writer(file)(&page);
    return page.length;
}

/*
 * Puts memory with what a file says in the place of a descriptor; `own` is one of the kernel's
 * file, -1 where it has none. False: that is as it was.
 */
static bool make(const struct lx_call *c, const struct file *file, const char *name, int own,
                 int fd)
{
    struct room *room = room_take();
    if (room == NULL)
        return false;
    size_t n = write_page(c->task->policy, file, name, own, room);
    /* What only names something nobody can be given: that can be read, too. */
    const int flags = c->task->on_behalf ? c->flags & ~O_PATH : c->flags;
    bool done = n > 0 && madeup_put(name, room->out, n, flags, fd);
    if (!done)
        (void)SYS3(SYS_lseek, fd, 0, SEEK_SET);
    room_drop(room);
    return done;
}

/* True for what has other words in it than the kernel's file, where that is there. */
static bool is_reworded(const struct file *file)
{
    return file->when == FILE_OPENED || file->when == FILE_EITHER;
}

/* The bytes that would be read of a file, with the kernel's own behind fd (-1: there is none). */
static size_t measure(const struct lx_policy *policy, const struct file *file, const char *path,
                      int fd)
{
    size_t n = 0;
    struct room *room = room_take();
    if (room != NULL) {
        n = write_page(policy, file, path, fd, room);
        room_drop(room);
    }
    return n;
}

static size_t length(struct lx_call *c, const char *path)
{
    const struct lx_policy *policy = c->task->policy;
    const struct lx_loc *at = &c->at[0];
    const struct file *file = file_find(policy, path, strlen(path));
    size_t n = 0;
    if (file == NULL || !is_reworded(file) || !madeup_has_size(path))
        return 0;
    int fd = sys_openat(at->dfd, at->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd >= 0) {
        n = measure(policy, file, path, fd);
        sys_close(fd);
    }
    return n == 0 || !lx_alter(c, file->rule) ? 0 : n;
}

static bool opened(struct lx_call *c, int fd, const char *path, const char *native)
{
    const struct file *file = file_find(c->task->policy, path, strlen(path));
    if (file == NULL || !is_reworded(file))
        return false;
    if (lx_alter(c, file->rule))
        (void)make(c, file, madeup_fits(native) ? native : path, fd, fd);
    return true;
}

/* Has an answer say that a file is of that type and mode, and so large. */
static void say(const struct lx_call *c, unsigned mode, size_t size)
{
    if (c->op == LX_OP_STAT) {
        ((struct stat *)c->buf)->st_mode = mode;
        ((struct stat *)c->buf)->st_size = (off_t)size;
    } else if (c->op == LX_OP_STATX) {
        ((struct statx *)c->buf)->stx_mode = (uint16_t)mode;
        ((struct statx *)c->buf)->stx_size = size;
    }
}

/*
 * Where the kernel has what a program calls `path`: in a root that is translated, in its directory,
 * but for what is the host's there.
 */
static const char *on_disk(const struct lx_policy *policy, const char *path, char out[PATH_MAX])
{
    static const char *const hosts[] = {"/proc/", "/sys/", "/dev/"};
    const struct lx_mount *root = lx_foreign_root(policy);
    size_t n = strlen(path);
    if (root == NULL || root->backing_length + n >= PATH_MAX)
        return path;
    for (unsigned i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        if (strncmp(path, hosts[i], strlen(hosts[i])) == 0)
            return path;
    memcpy(out, lx_backing(root), root->backing_length);
    memcpy(out + root->backing_length, path, n + 1);
    return out;
}

/* What made-up memory is called in the place of a file: by its directory, where there is room. */
static const char *name_for(const struct lx_policy *policy, const struct file *file,
                            const char *path, char out[PATH_MAX])
{
    const char *native = file->when == FILE_EITHER ? on_disk(policy, path, out) : path;
    return madeup_fits(native) ? native : path;
}

/* Tells of a file that this system has not, and WSL has on its disk. */
static void say_file(const struct lx_call *c, const struct file *file)
{
    if (c->op == LX_OP_STAT || c->op == LX_OP_STATX)
        say(c, MADEUP_MODE, measure(c->task->policy, file, file->name, -1));
}

/* What has a size, of a disk. The kernel may call them by other names, which links lead to. */
static const char *const disks[] = {"/etc/hosts", "/etc/resolv.conf"};

#define DISKS (sizeof(disks) / sizeof(disks[0]))

/*
 * Which of them a descriptor is of, or NULL. Kept for a program's life, of its own calls alone, by
 * any thread or signal's handler: each writes what it found, before `known`. Somebody else's is
 * looked up each time, as he may have another root.
 */
static const struct file *disk_of(const struct lx_task *t, const struct stat *st, const char **path)
{
    static _Atomic uint64_t devices[DISKS];
    static _Atomic uint64_t inodes[DISKS];
    static _Atomic bool known;
    const bool kept = known && !t->on_behalf;
    const struct file *file = NULL;
    char out[PATH_MAX];
    for (unsigned i = 0; i < DISKS; i++) {
        struct stat own = {.st_dev = devices[i], .st_ino = inodes[i]};
        if (!kept && sys_fstatat(AT_FDCWD, on_disk(t->policy, disks[i], out), &own, 0) < 0)
            own = (struct stat){.st_ino = 0};
        if (!kept && !t->on_behalf) {
            devices[i] = own.st_dev;
            inodes[i] = own.st_ino;
        }
        if (own.st_dev != st->st_dev || own.st_ino != st->st_ino || own.st_ino == 0)
            continue;
        *path = disks[i];
        file = file_find(t->policy, *path, strlen(*path));
    }
    known |= !t->on_behalf;
    return file;
}

/* Which node's file a descriptor is of, by its number and the name that the kernel has for it. */
static const struct file *node_of(const struct lx_policy *policy, int fd, const struct stat *st)
{
    char link[SYS_FD_PATH];
    char name[PATH_MAX];
    if (!devfs_is_one(st->st_rdev))
        return NULL;
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, name, sizeof(name));
    const struct file *file =
        n <= 0 || n == (long)sizeof(name) ? NULL : file_find(policy, name, (size_t)n);
    return file != NULL && file->kind == FILE_DEVICE ? file : NULL;
}

/* What a descriptor is of, whose kernel's answer is not what is said of the path; or NULL. */
static const struct file *held_of(const struct lx_task *t, int fd, const struct stat *st,
                                  const char **path)
{
    if (S_ISCHR(st->st_mode))
        return node_of(t->policy, fd, st);
    const struct file *file = S_ISREG(st->st_mode) ? disk_of(t, st, path) : NULL;
    /* Who writes it, or has it from before, has the file itself. */
    return file != NULL && (sys_fcntl(fd, F_GETFL, 0) & O_PATH) != 0 ? file : NULL;
}

static bool holds(const struct lx_task *t, int fd, const struct stat *st)
{
    const char *path;
    return held_of(t, fd, st, &path) != NULL;
}

static void held(struct lx_call *c)
{
    const struct lx_policy *policy = c->task->policy;
    const struct statx *stx = c->buf;
    const bool extended = c->op == LX_OP_STATX;
    struct stat st = {.st_mode = 0};
    const char *path = "";
    char out[PATH_MAX];
    if (extended) {
        st.st_mode = stx->stx_mode;
        st.st_ino = stx->stx_ino;
        st.st_dev = makedev(stx->stx_dev_major, stx->stx_dev_minor);
        st.st_rdev = makedev(stx->stx_rdev_major, stx->stx_rdev_minor);
    } else {
        st = *(const struct stat *)c->buf;
    }
    const struct file *file = held_of(c->task, c->at[0].dfd, &st, &path);
    if (file == NULL || !lx_alter(c, file->rule))
        return;
    if (file->kind == FILE_DEVICE) {
        devfs_say(c, &file->node);
        return;
    }
    int fd = sys_openat(AT_FDCWD, on_disk(policy, path, out), O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    size_t n = fd < 0 ? 0 : measure(policy, file, path, fd);
    if (fd >= 0)
        sys_close(fd);
    if (n > 0)
        say(c, st.st_mode, n);
}

/* Asks the kernel of a file like the one that it has not. */
static long ask_like(struct lx_call *c, const struct file *file, bool up)
{
    const struct lx_loc before = c->at[0];
    if (file->kind == FILE_SOCKET && c->op == LX_OP_CONNECT)
        return -ECONNREFUSED; /* nobody is there */
    if (file->kind == FILE_SOCKET && (c->op == LX_OP_OPEN || c->op == LX_OP_ACCESS))
        return c->op == LX_OP_ACCESS ? 0 : (c->flags & O_PATH) != 0 ? -EACCES : -ENXIO;
    char out[PATH_MAX];
    const bool is_disks = file->when == FILE_EITHER;
    const char *path = up || (is_disks && c->op == LX_OP_STATFS)
                           ? on_disk(c->task->policy, file->directory, out)
                       : file->kind == FILE_DIRECTORY ? LX_LIKE_DIRECTORY
                                                      : like;
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = path, .flags = LX_LOC_WALKED};
    long r = lx_host_fs.run[c->op](c);
    c->at[0] = before;
    if (r == 0 && file->kind == FILE_SOCKET)
        say(c, S_IFSOCK | 0777, 0); /* which everybody may write to */
    else if (r == 0 && is_disks && !up)
        say_file(c, file);
    return r;
}

static bool is_missing(const struct lx_policy *policy, const char *path)
{
    struct stat st;
    char out[PATH_MAX];
    return sys_fstatat(AT_FDCWD, on_disk(policy, path, out), &st, AT_SYMLINK_NOFOLLOW) == -ENOENT;
}

/* The era of the run may have none. */
static bool has(const struct lx_policy *policy, const struct file *file)
{
    char out[512];
    if (file->when == FILE_EITHER)
        return true;
    if (file->kind == FILE_DEVICE)
        return (file->node.eras & DEVFS_WSL1) != 0;
    if (file->kind != FILE_PLAIN)
        return file->rule == LX_RULE_IDENTITY_MOUNTS ? kernel_is_wsl2(kernel_of(policy))
                                                     : kernel_has_interop(kernel_of(policy));
    struct page page = {.policy = policy,
                        .kernel = kernel_of(policy),
                        .name = file->name,
                        .out = out,
                        .room = sizeof(out)};
    file_writer(file)(&page);
    return page.length > 0;
}

/*
 * The bytes of a path without slashes and dots behind, which say that it is a directory; of one
 * that leads up from there, with *up.
 */
static size_t trimmed(const char *path, bool *up)
{
    size_t n = strlen(path);
    *up = n > 3 && memcmp(path + n - 3, "/..", 3) == 0;
    n -= *up ? 3 : 0;
    while (n > 1 && (path[n - 1] == '/' || (path[n - 1] == '.' && path[n - 2] == '/')))
        n--;
    return n;
}

/* True for an open that may write or make something, which is the kernel's to refuse. */
static bool changes(const struct lx_call *c)
{
    return c->op == LX_OP_OPEN && (c->flags & O_PATH) == 0 &&
           (c->flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY;
}

static unsigned number_in(const struct file *file, const char *path, size_t n)
{
    const char *slash = memrchr(path, '/', n);
    return file_number(file, slash + 1, n - (size_t)(slash + 1 - path));
}

/* True where a link of that name is there, through which the call leads to nothing. */
static bool leads_nowhere(const struct lx_call *c)
{
    struct stat st;
    const struct lx_loc *at = &c->at[0];
    const int stays = c->op == LX_OP_OPEN ? O_NOFOLLOW : AT_SYMLINK_NOFOLLOW;
    return c->op != LX_OP_READLINK && (c->flags & stays) == 0 &&
           sys_fstatat(at->dfd, at->path, &st, 0) == -ENOENT;
}

/* True where there is something to say of a file, by whether the kernel has it. */
static bool is_answered(const struct lx_call *c, const struct file *file, const char *path)
{
    const struct lx_policy *policy = c->task->policy;
    const bool missing = is_missing(policy, path);
    switch (file->when) {
    case FILE_HIDDEN:
        return !missing && (!changes(c) || file->rule == LX_RULE_IDENTITY_DEVICES);
    case FILE_MISSING:
        return missing && has(policy, file);
    case FILE_EITHER: /* who writes it has it from then on */
        return !changes(c) && (missing || leads_nowhere(c));
    default:
        return false;
    }
}

/* What is in a directory that is not there. */
static bool below_hidden(struct lx_call *c, const char *path, size_t n, long *result)
{
    char directory[PATH_MAX];
    const struct file *file = file_above(c->task->policy, path, &n);
    if (file == NULL)
        return false;
    memcpy(directory, path, n);
    directory[n] = '\0';
    *result = -ENOENT;
    return !is_missing(c->task->policy, directory) && lx_alter(c, file->rule);
}

static const char *stands(const struct lx_policy *policy, const char *directory, size_t n)
{
    return n == sizeof(LX_LIKE_DIRECTORY) - 1 && memcmp(directory, LX_LIKE_DIRECTORY, n) == 0 &&
                   lx_rule_of_run(policy, LX_RULE_IDENTITY_INTEROP) != LX_OFF
               ? interop_directory
               : NULL;
}

static bool gone(struct lx_call *c, const char *path, bool makes)
{
    bool up;
    long result;
    size_t n = trimmed(path, &up);
    const struct file *file = file_find(c->task->policy, path, n);
    if (file == NULL)
        return below_hidden(c, path, n, &result);
    return file->when == FILE_HIDDEN && !makes && !is_missing(c->task->policy, path) &&
           lx_alter(c, file->rule);
}

static bool instead(struct lx_call *c, const char *path, long *result)
{
    char out[PATH_MAX];
    bool up;
    size_t n = trimmed(path, &up);
    const struct file *file = file_find(c->task->policy, path, n);
    if (file == NULL)
        return below_hidden(c, path, n, result);
    if (file->when == FILE_OPENED || (c->op == LX_OP_CHDIR && file->when != FILE_HIDDEN) ||
        (c->op == LX_OP_CONNECT && file->kind != FILE_SOCKET))
        return false;
    /* "/proc/version_signature/", which is no directory. */
    const bool below = path[n] != '\0' && file->kind != FILE_DIRECTORY && file->when != FILE_HIDDEN;
    if (file->kind == FILE_DEVICE) {
        bool answers =
            devfs_instead(c, &file->node, number_in(file, path, n), path, file->rule, result);
        *result = answers && below ? -ENOTDIR : *result;
        return answers;
    }
    const bool change = changes(c);
    if (!is_answered(c, file, path) || !lx_alter(c, file->rule))
        return false;
    if (file->when == FILE_HIDDEN) {
        *result = -ENOENT;
        return true;
    }
    if (below) {
        *result = -ENOTDIR;
        return true;
    }
    /* What is in it is said once: nobody writes it, as nobody writes /proc/version. */
    if (change && file->kind == FILE_PLAIN) {
        *result = (c->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? -EEXIST : -EACCES;
        return true;
    }
    *result = ask_like(c, file, up);
    if (*result >= 0 && file->kind == FILE_PLAIN && c->op == LX_OP_OPEN &&
        ((c->flags & O_PATH) == 0 || file->when == FILE_EITHER) &&
        !make(c, file, name_for(c->task->policy, file, path, out), -1, (int)*result)) {
        sys_close((int)*result);
        *result = -ENOMEM;
    }
    return true;
}

/* As the kernel's own: nothing but NUL after the text. */
static void set(char field[65], const char *text)
{
    memset(field, 0, 65);
    memcpy(field, text, strlen(text));
}

static void names(const struct lx_policy *policy, struct utsname *name)
{
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_KERNEL) == LX_OFF)
        return;
    const struct kernel *kernel = kernel_of(policy);
    set(name->release, kernel->release);
    set(name->version, kernel->version);
}

/* What is the same on every machine of WSL1's. [vendor test SysinfoVariationPrint] */
static void amounts(const struct lx_policy *policy, struct sysinfo *info)
{
    static const unsigned long loads[] = {33984, 37856, 38400}; /* of 65536 */
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_PROC) == LX_OFF ||
        kernel_is_wsl2(kernel_of(policy)))
        return;
    for (unsigned i = 0; i < 3; i++)
        info->loads[i] = loads[i];
    /* In bytes but where they are more than a number holds: 4 GiB, for a program of 32 bits. */
    unsigned long unit = info->mem_unit;
    if ((info->totalram | info->totalswap) <= ULONG_MAX / unit) {
        info->totalram *= unit;
        info->freeram *= unit;
        info->totalswap *= unit;
        info->freeswap *= unit;
        unit = 1;
    }
    info->mem_unit = (unsigned)unit;
    info->sharedram = info->bufferram = 0;
    info->totalhigh = 139208UL * 1024 / unit;
    info->freehigh = 272UL * 1024 / unit;
    if (info->totalswap == 0)
        info->totalswap = info->freeswap =
            (unsigned long)(page_swap((uint64_t)info->totalram * unit) / unit);
}

/* The files that Docker mounts in a container are from there. */
static void table(const struct lx_policy *policy, char *text, size_t n)
{
    static const char words[] = "/docker/containers/";
    static const char other[] = "/rootfs/containers/";
    _Static_assert(sizeof(words) == sizeof(other), "the text stays as long as it is");
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_CONTAINERS) == LX_OFF)
        return;
    for (char *at; (at = memmem(text, n, words, sizeof(words) - 1)) != NULL;)
        memcpy(at, other, sizeof(other) - 1);
}

/* Numbers that a text begins with, as of a release: "5.15.90.1". */
static unsigned version_of(const char *release)
{
    unsigned parts[2] = {0, 0};
    for (unsigned i = 0; i < 2; i++, release += *release == '.')
        for (; *release >= '0' && *release <= '9'; release++)
            parts[i] = parts[i] * 10 + (unsigned)(*release - '0');
    return VERSION(parts[0], parts[1]);
}

static bool lacks(const struct lx_policy *policy, long nr)
{
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_CALLS) == LX_OFF)
        return false;
    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
        if (newer[i].nr == nr)
            return version_of(kernel_of(policy)->release) < newer[i].since;
    return false;
}

static bool listed(const struct lx_policy *policy, const char *path)
{
    const struct file *file = file_find(policy, path, strlen(path));
    return file == NULL || file->when != FILE_HIDDEN;
}

static const char *besides(const struct lx_policy *policy, const char *directory, size_t n,
                           unsigned *at)
{
    char path[PATH_MAX];
    const struct file *file;
    const char *name;
    for (; (file = file_besides(policy, directory, n, at, &name)) != NULL; ++*at) {
        size_t length = n > 1 ? n : 0;
        size_t more = strlen(name) + 1;
        if (length + 1 + more > sizeof(path) || !has(policy, file))
            continue;
        memcpy(path, directory, length);
        path[length] = '/';
        memcpy(path + length + 1, name, more);
        if (is_missing(policy, path)) {
            ++*at;
            return name;
        }
    }
    return NULL;
}

static const struct lx_fs_shown shows = {.named = file_named,
                                         .bars = file_bars,
                                         .within = file_within,
                                         .opened = opened,
                                         .length = length,
                                         .stands = stands,
                                         .gone = gone,
                                         .holds = holds,
                                         .held = held,
                                         .instead = instead,
                                         .lists = file_listed_in,
                                         .listed = listed,
                                         .besides = besides,
                                         .names = names,
                                         .amounts = amounts,
                                         .table = table,
                                         .lacks = lacks};

const struct lx_fs lx_procfs = {.shows = &shows};
