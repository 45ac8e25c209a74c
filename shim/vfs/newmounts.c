/* SPDX-License-Identifier: MIT */
#include "vfs/newmounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "fs/filesystems.h"
#include "mounts/attach.h"
#include "sys/fdpath.h"
#include "sys/say.h"
#include "sys/sys.h"
#include "vfs/ask.h"
#include "vfs/attributes.h"
#include "vfs/clone.h"
#include "vfs/descriptor.h"
#include "vfs/mounting.h"
#include "vfs/ops.h"
#include "vfs/placement.h"
#include "vfs/refused.h"

/* What the kernel's headers call FSOPEN_, FSCONFIG_, FSMOUNT_, MOVE_MOUNT_ and MOUNT_ATTR_. Flags
 * that are none of these the kernel refuses before it looks for a mount, or a newer one knows what
 * they are: they are its own. */
#define CLOSES_ON_EXEC   1u /* of fsopen, fsmount and fspick alike */
#define SET_FLAG         0u
#define SET_STRING       1u
#define SET_BINARY       2u
#define SET_PATH         3u
#define SET_PATH_EMPTY   4u
#define SET_FD           5u
#define CREATE           6u
#define RECONFIGURE      7u
#define CREATE_EXCLUSIVE 8u
#define CLONES           1u
#define RECURSIVELY      0x8000u
#define PICKS_NO_SYMLINK 0x02u
#define PICKS_EMPTY_PATH 0x08u
#define FROM_SYMLINKS    0x01u
#define FROM_EMPTY_PATH  0x04u
#define TO_SYMLINKS      0x10u
#define TO_EMPTY_PATH    0x40u
#define MOVES            0x77u /* all flags but those of groups and of what is to be beneath */
#define MOVES_GROUP      0x100u
#define MOVES_BENEATH    0x200u
#define PICKS            0x0fu
#define TREES                                                                                 \
    ((unsigned)(AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW | O_CLOEXEC) | CLONES | \
     RECURSIVELY)
#define BYTES_MAX (1 << 20) /* of a value that is no text */

#define NAME     "lxshim-fs" /* of a context's memory */
#define MAGIC    0x53464c58u
#define LONGEST  1024
#define WORD_MAX 255 /* bytes of a key or a value: the kernel takes no more */

/* A context. */
struct context {
    uint32_t magic;
    uint32_t
        created;    /* 1 once CREATE was said: it can be mounted, and no option added. 2: it was */
    uint64_t flags; /* MS_* */
    char type[32];
    char source[PATH_MAX];
    char options[LONGEST];
    char target[PATH_MAX]; /* of what fspick has picked, else empty */
};

bool lx_is_context(const char *link)
{
    static const char made[] = "/memfd:" NAME " ";
    char name[sizeof(made) - 1];
    return sys_readlinkat(AT_FDCWD, link, name, sizeof(name)) == (long)sizeof(name) &&
           memcmp(name, made, sizeof(name)) == 0;
}

/* True for a descriptor of a context of ours. */
static bool is_context(int fd)
{
    char link[SYS_FD_PATH];
    if (fd < 0)
        return false;
    sys_fd_path(fd, link);
    return lx_is_context(link);
}

/* Opens a context's memory anew; its program's descriptor can only be written. */
static int open_again(int fd, int flags)
{
    char link[SYS_FD_PATH];
    sys_fd_path(fd, link);
    return sys_openat(AT_FDCWD, link, flags | O_CLOEXEC, 0);
}

static int read_context(int fd, struct context *c)
{
    int own = open_again(fd, O_RDONLY);
    if (own < 0)
        return own;
    long n = SYS4(SYS_pread64, own, c, sizeof(*c), 0);
    sys_close(own);
    return n == (long)sizeof(*c) && c->magic == MAGIC ? 0 : -EINVAL;
}

static int write_context(int fd, const struct context *c)
{
    if (!sys_may_fill(sizeof(*c)))
        return -EFBIG;
    long n = SYS4(SYS_pwrite64, fd, c, sizeof(*c), 0);
    return n == (long)sizeof(*c) ? 0 : n < 0 ? (int)n : -EIO;
}

/*
 * A context's descriptor is one that only writes: a read, by which programs ask the kernel for
 * messages, fails then, and is no end of a file that they would wait for.
 */
static long give_context(const struct context *c, bool closes)
{
    int memory = (int)SYS2(SYS_memfd_create, NAME, 1 /* MFD_CLOEXEC */);
    if (memory < 0)
        return memory;
    int r = write_context(memory, c);
    char link[SYS_FD_PATH];
    sys_fd_path(memory, link);
    int fd = r < 0 ? r : sys_openat(AT_FDCWD, link, O_WRONLY | (closes ? O_CLOEXEC : 0), 0);
    sys_close(memory);
    return fd;
}

static bool is_off(const struct lx_task *t)
{
    return t->policy->table == NULL || t->seccomp_confined;
}

long lx_fsopen(const struct lx_task *t, const char *type, unsigned flags)
{
    struct context c = {.magic = MAGIC};
    if (is_off(t) || !vfs_has_text(t, type) || !lx_mounts_type(t, type))
        return -LX_CONTINUE;
    if (sys_geteuid() != 0)
        return -EPERM;
    if ((flags & ~CLOSES_ON_EXEC) != 0 || strlen(type) >= sizeof(c.type))
        return -EINVAL;
    memcpy(c.type, type, strlen(type) + 1);
    return give_context(&c, (flags & CLOSES_ON_EXEC) != 0);
}

/* A directory of what was a clone is cloned, by the path where that is mounted by now. */
static long clone_of_attached(const struct lx_task *t, int dirfd, const char *path, unsigned flags)
{
    char at[PATH_MAX];
    const struct lx_mount *m = clone_attached(t->policy, dirfd);
    size_t more = strlen(path);
    if (m == NULL)
        return -EINVAL;
    if (m->target_length + 1 + more >= sizeof(at))
        return -ENAMETOOLONG;
    memcpy(at, lx_target(m), m->target_length);
    at[m->target_length] = '/';
    memcpy(at + m->target_length + 1, path, more + 1);
    return lx_open_tree(t, AT_FDCWD, at, flags & ~(unsigned)AT_EMPTY_PATH);
}

long lx_open_tree(const struct lx_task *t, int dirfd, const char *path, unsigned flags)
{
    char native[PATH_MAX];
    unsigned long shown;
    if (is_off(t) || (flags & ~TREES) != 0 || (flags & (CLONES | RECURSIVELY)) == RECURSIVELY ||
        !vfs_has_text(t, path))
        return -LX_CONTINUE;
    bool itself = path[0] == '\0' && (flags & AT_EMPTY_PATH) != 0;
    enum clone_state state =
        (flags & CLONES) != 0 && (itself || (path[0] != '/' && path[0] != '\0'))
            ? clone_of(dirfd, &shown)
            : CLONE_NONE;
    if (state == CLONE_ATTACHED)
        return clone_of_attached(t, dirfd, path, flags);
    const struct lx_mount *m = lx_mount_of(t, dirfd, itself ? LX_DESCRIPTOR : path,
                                           (flags & AT_SYMLINK_NOFOLLOW) == 0, native);
    if (m != NULL && !itself && (flags & CLONES) == 0 && !lx_in_place(m))
        return lx_openat(t, dirfd, path,
                         O_PATH | (int)(flags & O_CLOEXEC) |
                             ((flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0),
                         0);
    if (m == NULL || (flags & CLONES) == 0)
        return -LX_CONTINUE;
    if (sys_geteuid() != 0)
        return -EPERM;
    if (state == CLONE_NONE)
        shown = attributes_flags(m);
    else
        m = clone_mount(t->policy, dirfd, native, strlen(native));
    if (m == NULL)
        return -EINVAL;
    return clone_make(t->policy, m, native,
                      (shown & ~(unsigned long)MS_REC) |
                          ((flags & RECURSIVELY) != 0 ? (unsigned long)MS_REC : 0u),
                      (flags & O_CLOEXEC) != 0);
}

/* True on a kernel that has the call; without one nobody has it. */
static bool has_open_tree_attr(void)
{
    return SYS5(SYS_open_tree_attr, -1, 0, 0, 0, 1) == -EINVAL;
}

/* What is wanted of a structure, or what is wrong with it, as of attributes_bring. */
static int bring(const void *structure, size_t size, bool readable, struct attributes *given)
{
    if (structure == NULL)
        return 0;
    if (attributes_fit(size) && sys_geteuid() != 0)
        return -EPERM;
    return attributes_bring(structure, size, readable, given);
}

/* What is not cloned gets the attributes where it is, and is named. */
static long name_changed(const struct lx_task *t, int dirfd, const char *path, unsigned flags,
                         const struct attributes *given)
{
    char native[PATH_MAX];
    const bool itself = path[0] == '\0' && (flags & AT_EMPTY_PATH) != 0;
    const bool closes = (flags & O_CLOEXEC) != 0;
    const unsigned at = flags & ~(unsigned)O_CLOEXEC;
    if ((flags & RECURSIVELY) != 0 ||
        lx_mount_of(t, dirfd, itself ? LX_DESCRIPTOR : path, (flags & AT_SYMLINK_NOFOLLOW) == 0,
                    native) == NULL)
        return -LX_CONTINUE;
    long r = attributes_change(t, dirfd, path, at, given);
    return r < 0 ? r
                 : vfs_ask(t, SYS_open_tree,
                           (const long[6]){AT_FDCWD, (long)native, closes ? O_CLOEXEC : 0});
}

long vfs_open_tree_attr(const struct lx_task *t, const long a[6], bool readable)
{
    struct attributes given;
    const int dirfd = (int)a[0];
    const char *path = (const char *)(uintptr_t)a[1];
    const unsigned flags = (unsigned)a[2];
    const void *structure = (const void *)(uintptr_t)a[3];
    if (is_off(t) || (structure == NULL && a[4] != 0) || !vfs_has_text(t, path) ||
        !has_open_tree_attr())
        return -LX_CONTINUE;
    const int wanted = bring(structure, (size_t)a[4], readable, &given);
    if ((flags & CLONES) == 0 && wanted != 0)
        return wanted < 0 ? -LX_CONTINUE : name_changed(t, dirfd, path, flags, &given);
    const long fd = lx_open_tree(t, dirfd, path, flags);
    if (fd < 0 || wanted == 0)
        return fd;
    const int r = wanted < 0 ? wanted : attributes_of_clone((int)fd, &given);
    if (r < 0)
        sys_close((int)fd);
    return r < 0 ? r : fd;
}

long lx_fspick(const struct lx_task *t, int dirfd, const char *path, unsigned flags)
{
    struct context c = {.magic = MAGIC, .created = 1};
    if (is_off(t) || (flags & ~PICKS) != 0 || !vfs_has_text(t, path))
        return -LX_CONTINUE;
    bool itself = path[0] == '\0' && (flags & PICKS_EMPTY_PATH) != 0;
    const struct lx_mount *m = lx_mounted_at(t, dirfd, itself ? LX_DESCRIPTOR : path,
                                             (flags & PICKS_NO_SYMLINK) == 0, c.target);
    if (m == NULL)
        return -LX_CONTINUE;
    if (sys_geteuid() != 0)
        return -EPERM;
    /* Its options are that type's, when they are to be changed. */
    const char *type = lx_filesystem(m)->word;
    memcpy(c.type, type, strnlen(type, sizeof(c.type) - 1));
    c.flags = attributes_flags(m);
    return give_context(&c, (flags & CLOSES_ON_EXEC) != 0);
}

/* Adds "key" or "key=value" to the options. */
static int add(struct context *c, const char *key, const char *value)
{
    size_t n = strlen(c->options);
    size_t length = strlen(key);
    if (length == 0)
        return -EINVAL;
    size_t more = value == NULL ? 0 : 1 + strlen(value);
    if (n + 1 + length + more >= sizeof(c->options))
        return -ENOMEM;
    if (n > 0)
        c->options[n++] = ',';
    memcpy(c->options + n, key, length + 1);
    if (value != NULL) {
        c->options[n + length] = '=';
        memcpy(c->options + n + length + 1, value, more);
    }
    return 0;
}

/* True for a flag of every file system, of which the kernel looks at no value. */
static bool is_of_all(const char *key)
{
    static const char *const keys[] = {"ro",       "rw",         "sync", "async", "dirsync",
                                       "lazytime", "nolazytime", "mand", "nomand"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* One option. What is wrong with it is said at once, as by the kernel. */
static int configure(struct context *c, const char *key, const char *value)
{
    if (strcmp(key, "source") == 0) {
        size_t n = value == NULL ? 0 : strlen(value);
        if (value == NULL || c->source[0] != '\0')
            return -EINVAL;
        if (n >= sizeof(c->source))
            return -ENAMETOOLONG;
        memcpy(c->source, value, n + 1);
        return 0;
    }
    if (is_of_all(key))
        value = NULL;
    if (value == NULL && (strcmp(key, "ro") == 0 || strcmp(key, "rw") == 0)) {
        c->flags = key[1] == 'o' ? c->flags | MS_RDONLY : c->flags & ~(uint64_t)MS_RDONLY;
        return 0;
    }
    int r = add(c, key, value);
    return r < 0 ? r : mounts_check_options(c->type, c->options);
}

/* The options are complete: is there such a source? */
static int create(const struct lx_task *t, struct context *c)
{
    if (c->created != 0)
        return -EBUSY;
    c->created = 1;
    return lx_mount_source(t, c->type, c->source);
}

/* Says why what was configured is refused. */
static void refuse(const struct lx_task *t, const char *call, const struct context *c, long r)
{
    const struct mounts_request request = {.source = c->source,
                                           .target = c->target[0] == '\0' ? NULL : c->target,
                                           .type = c->type,
                                           .options = c->options,
                                           .flags = (unsigned long)c->flags};
    vfs_mount_refused(t, call, &request, r);
}

/* The kernel's look at an option's texts, which come before all else. */
static int check_texts(const struct lx_task *t, const char *key, const char *value)
{
    if (key == NULL || value == NULL)
        return -EINVAL;
    if (!vfs_has_text(t, key) || !vfs_has_text(t, value))
        return -EFAULT;
    return strnlen(key, WORD_MAX + 1) > WORD_MAX || strnlen(value, WORD_MAX + 1) > WORD_MAX
               ? -EINVAL
               : 0;
}

bool lx_fsconfig_fits(unsigned command, bool key, bool value, int aux)
{
    switch (command) {
    case SET_FLAG:
        return key && !value && aux == 0;
    case SET_STRING:
        return key && value && aux == 0;
    case SET_BINARY:
        return key && value && aux > 0 && aux <= BYTES_MAX;
    case SET_PATH:
    case SET_PATH_EMPTY:
        return key && value && (aux == AT_FDCWD || aux >= 0);
    case SET_FD:
        return key && !value && aux >= 0;
    case CREATE:
    case RECONFIGURE:
    case CREATE_EXCLUSIVE:
        return !key && !value && aux == 0;
    default:
        return true;
    }
}

long lx_fsconfig(const struct lx_task *t, int fd, unsigned command, const char *key,
                 const char *value, int aux)
{
    struct context c;
    if (is_off(t) || !lx_fsconfig_fits(command, key != NULL, value != NULL, aux) || !is_context(fd))
        return -LX_CONTINUE;
    int r = read_context(fd, &c);
    if (r < 0)
        return r;
    switch (command) {
    case SET_FLAG:
    case SET_STRING:
        r = check_texts(t, key, command == SET_STRING ? value : key);
        if (r < 0)
            return r;
        if (c.created != 0 && c.target[0] == '\0')
            return -EBUSY;
        r = configure(&c, key, command == SET_STRING ? value : NULL);
        break;
    case CREATE:
    case CREATE_EXCLUSIVE:
        r = create(t, &c);
        break;
    case RECONFIGURE:
        if (c.target[0] == '\0')
            return -EBUSY;
        return lx_mount(t, NULL, c.target, NULL, MS_REMOUNT | (unsigned long)c.flags, c.options);
    default:
        return -EOPNOTSUPP;
    }
    if (r < 0)
        refuse(t, "fsconfig", &c, r);
    return r < 0 ? r : write_context(fd, &c);
}

/* A mount as it was asked for, which is nowhere yet. Its descriptor or -errno. */
static long make_nowhere(const struct lx_task *t, const struct mounts_request *request, bool closes)
{
    struct mounts_plan plan;
    struct mounts_writer w;
    struct spot from;
    int r = lx_mount_plan(t, request, &from, &plan);
    if (r == 0)
        r = mounts_write(t->policy, &w);
    if (r < 0)
        return r;
    /* Whoever finds it asks for its descriptor, which is there before. */
    const struct lx_mount *m = mounts_attach_nowhere(&w, &plan, &r);
    long fd = m == NULL ? r : clone_make(t->policy, m, plan.backing, request->flags, closes);
    r = fd < 0 ? (int)fd : mounts_prepare(&w, "");
    if (r == 0)
        mounts_commit(&w);
    else if (fd >= 0)
        sys_close((int)fd);
    mounts_leave(&w);
    lx_fs_mounted *mounted = lx_filesystem(&plan.record)->ops->mounted;
    if (r == 0 && mounted != NULL)
        mounted(&plan.record, plan.backing);
    return r < 0 ? r : fd;
}

long lx_fsmount(const struct lx_task *t, int fd, unsigned flags, unsigned attributes)
{
    struct context c;
    if (is_off(t) || !is_context(fd))
        return -LX_CONTINUE;
    int r = read_context(fd, &c);
    if (r < 0)
        return r;
    if (sys_geteuid() != 0)
        return -EPERM;
    if ((flags & ~CLOSES_ON_EXEC) != 0 || !attributes_of_fsmount(attributes) || c.created == 0)
        return -EINVAL;
    if (c.created == 2 || c.target[0] != '\0')
        return -EBUSY;
    const struct mounts_request request = {
        .source = c.source,
        .target = "",
        .native = "",
        .type = c.type,
        .options = c.options,
        .flags =
            (unsigned long)attributes_apply(c.flags | MS_RELATIME, attributes, ATTRIBUTES_ATIME)};
    long done = make_nowhere(t, &request, (flags & CLOSES_ON_EXEC) != 0);
    c.created = 2;
    if (done < 0)
        refuse(t, "fsmount", &c, done);
    else
        (void)write_context(fd, &c);
    return done;
}

/* What is no context: it is mounted already, or nobody's but the kernel's. */
static long move_other(const struct lx_task *t, const long args[6])
{
    const char *path = (const char *)(uintptr_t)args[1];
    const char *target = (const char *)(uintptr_t)args[3];
    unsigned flags = (unsigned)args[4];
    if ((flags & MOVES_GROUP) != 0)
        return -LX_CONTINUE;
    bool from = path[0] == '\0' && (flags & FROM_EMPTY_PATH) != 0;
    bool to = target[0] == '\0' && (flags & TO_EMPTY_PATH) != 0;
    const long plain[6] = {args[0], args[1], args[2], args[3], (long)(flags & ~TO_EMPTY_PATH)};
    const struct lx_move move = {.from = (int)args[0],
                                 .path = from ? LX_DESCRIPTOR : path,
                                 .follow = (flags & FROM_SYMLINKS) != 0,
                                 .to = (int)args[2],
                                 .target = to ? LX_DESCRIPTOR : target,
                                 .target_follow = (flags & TO_SYMLINKS) != 0,
                                 .beneath = (flags & MOVES_BENEATH) != 0,
                                 .args = plain};
    return lx_move_mounted(t, &move);
}

/* A clone's descriptor is that of what is mounted at a target by now. */
static void remember(const struct lx_task *t, int fd, int to, const char *target, bool follow)
{
    char point[PATH_MAX];
    const struct lx_mount *m = lx_mounted_at(t, to, target, follow, point);
    if (m != NULL)
        clone_attach(fd, m);
}

/*
 * What open_tree has cloned, or fsmount has made, is mounted. From then on its descriptor is of the
 * mount that it has become.
 */
static long move_clone(const struct lx_task *t, int from, int to, const char *target, bool follow,
                       unsigned long flags)
{
    char directory[PATH_MAX];
    long n = vfs_directory_path(t, from, directory);
    const struct lx_mount *m = n < 0 ? NULL : clone_mount(t->policy, from, directory, (size_t)n);
    if (n < 0 || m == NULL)
        return n < 0 ? n : -EINVAL;
    long done = lx_mount_tree(t, m, directory, to, target, follow, flags);
    if (done == 0)
        remember(t, from, to, target, follow);
    return done;
}

/* What was a clone, and is mounted, moves on. */
static long move_again(const struct lx_task *t, const long args[6])
{
    const struct lx_mount *m = clone_attached(t->policy, (int)args[0]);
    const char *target = (const char *)(uintptr_t)args[3];
    const unsigned flags = (unsigned)args[4];
    if (m == NULL)
        return -EINVAL;
    long done = move_other(t, (const long[6]){AT_FDCWD, (long)lx_target(m), args[2], args[3],
                                              (long)(flags & ~(FROM_EMPTY_PATH | FROM_SYMLINKS))});
    if (done == 0)
        remember(t, (int)args[0], (int)args[2],
                 (flags & TO_EMPTY_PATH) != 0 && target[0] == '\0' ? LX_DESCRIPTOR : target,
                 (flags & TO_SYMLINKS) != 0);
    return done;
}

long lx_move_mount(const struct lx_task *t, int from, const char *path, int to, const char *target,
                   unsigned flags)
{
    unsigned long has;
    if (is_off(t) || (flags & ~(MOVES | MOVES_GROUP | MOVES_BENEATH)) != 0 ||
        !vfs_has_text(t, path) || !vfs_has_text(t, target))
        return -LX_CONTINUE;
    const long args[6] = {from, (long)path, to, (long)target, (long)flags};
    bool by_descriptor = (flags & FROM_EMPTY_PATH) != 0 && path[0] == '\0';
    const char *at = (flags & TO_EMPTY_PATH) != 0 && target[0] == '\0' ? LX_DESCRIPTOR : target;
    switch (by_descriptor ? clone_of(from, &has) : CLONE_NONE) {
    case CLONE_NOWHERE:
        if ((flags & (MOVES_GROUP | MOVES_BENEATH)) != 0)
            return -EINVAL; /* the table has what is newer above: nothing of ours goes beneath */
        return move_clone(t, from, to, at, (flags & TO_SYMLINKS) != 0, has);
    case CLONE_ATTACHED:
        return move_again(t, args);
    default:
        return move_other(t, args);
    }
}
