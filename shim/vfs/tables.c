/* SPDX-License-Identifier: MIT */
#include "vfs/tables.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include "fs/filesystems.h"
#include "fs/madeup.h"
#include "mounts/lines.h"
#include "sys/clock.h"
#include "sys/fdpath.h"
#include "sys/proxy.h"
#include "sys/say.h"
#include "sys/sys.h"
#include "vfs/opened.h"
#include "vfs/owntable.h"
#include "vfs/shown.h"
#include "vfs/text.h"

#define PROC_MAGIC 0x9fa0

#define TABLE_USUAL (48u << 10) /* bytes of one: hundreds of mounts */
#define TABLE_MAX   (4u << 20)  /* tens of thousands */

/* Of what a table was made: as long as all of that is the same, its text is. */
struct made_of {
    const struct lx_policy *policy;
    const struct lx_mounts *mounts; /* never changed, but replaced */
    uint32_t generation;            /* of the run's table, which counts that */
    int kind;
    size_t n; /* bytes of the kernel's text; 0: nothing is kept */
};

/*
 * All that is worked with: large, and in nobody's way that way. What is touched of it lies
 * together: each page that is costs as much as a system call.
 */
struct room {
    size_t size;      /* of all of it */
    size_t text_size; /* of what follows it, and then: */
    size_t root_count;
    char (*roots)[PATH_MAX]; /* of bind mounts */
    struct made_of kept;     /* of what was made last, of the reader's own "/" */
    size_t kept_out;         /* bytes of it, in `out` */
    struct lines_work work;
    char root[PATH_MAX]; /* where the reader's "/" is */
    char out[16384];
    char kernels[8192]; /* the text of the kernel's that `out` was made of */
    char text[];
};

/*
 * One that is there from the first table on, so that the next finds its pages: taken by whoever
 * takes `usual_taken` from false to true, until he gives it back. Another thread's, a signal
 * handler's and, if a fork came between, a child's are made anew.
 */
static union {
    struct room room;
    char bytes[sizeof(struct room) + TABLE_USUAL];
} usual;
static _Atomic bool usual_taken;

/* The kind of table that a last name (n bytes) is of; -1 for every other. */
static int kind_of(const char *name, size_t n)
{
    if (n < sizeof("mounts") - 1 || memcmp(name, "mount", 5) != 0)
        return -1;
    if (n == 6 && name[5] == 's')
        return LINES_MOUNTS;
    if (n == 9 && memcmp(name + 5, "info", 4) == 0)
        return LINES_MOUNTINFO;
    return n == 10 && memcmp(name + 5, "stats", 5) == 0 ? LINES_MOUNTSTATS : -1;
}

/* The last name of a path, and its length. */
static const char *last_name(const char *path, size_t *n)
{
    const char *slash = memrchr(path, '/', *n);
    const char *name = slash == NULL ? path : slash + 1;
    *n -= (size_t)(name - path);
    return name;
}

bool tables_named(const char *path, size_t n)
{
    const char *name = last_name(path, &n);
    return kind_of(name, n) >= 0;
}

bool tables_native_name(const char *name, size_t n)
{
    return n > 6 &&
           ((memcmp(name, "/proc/", 6) == 0 && tables_named(name, n)) || madeup_link(name, n));
}

bool tables_names_one(const struct lx_call *c)
{
    const char *given = c->at[0].given;
    return given != NULL ? tables_named(given, strlen(given))
                         : tables_named(c->path[0], c->path_length[0]);
}

bool tables_show(const struct lx_policy *policy)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (drive_line_shows(m))
            return true;
    return policy->shows;
}

/* Puts another name in the place of a table's in its path, with what it names beside it. */
static bool beside(const char *path, const char *name, char out[PATH_MAX])
{
    size_t n = strlen(path);
    size_t length = strlen(name);
    size_t whole = n;
    (void)last_name(path, &n);
    if (whole - n + length >= PATH_MAX)
        return false;
    memcpy(out, path, whole - n);
    memcpy(out + whole - n, name, length + 1);
    return true;
}

/* True for a file of this process's own directory in /proc, for itself: no other namespace or "/".
 */
static bool is_of_this(const struct lx_task *task, const char *path)
{
    char own[40];
    struct text t = {own, 0, sizeof(own)};
    if (task->pid != 0)
        return false;
    text_put(&t, "/proc/");
    text_number(&t, sys_getpid());
    text_put(&t, "/");
    size_t n = strlen(path);
    size_t whole = n;
    (void)last_name(path, &n);
    return whole - n == t.length && memcmp(path, own, t.length) == 0;
}

/* True where a table is of the mount namespace that the task is in. */
static bool is_tasks_own(const struct lx_task *task, const char *path)
{
    char link[PATH_MAX];
    char own[40];
    struct text t = {own, 0, sizeof(own)};
    struct stat theirs;
    struct stat ours;
    text_put(&t, "/proc/");
    text_number(&t, task->pid != 0 ? task->pid : sys_getpid());
    text_put(&t, "/ns/mnt");
    own[t.length] = '\0';
    if (!beside(path, "ns/mnt", link) || sys_fstatat(AT_FDCWD, link, &theirs, 0) < 0)
        return false;
    return sys_fstatat(AT_FDCWD, own, &ours, 0) < 0 ||
           (theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev);
}

/* Finds out where the "/" is of whose table it is, as the kernel tells this process. */
static void find_root(const char *path, char root[PATH_MAX])
{
    char link[PATH_MAX];
    long n = beside(path, "root", link) ? sys_readlinkat(AT_FDCWD, link, root, PATH_MAX - 1)
                                        : -ENAMETOOLONG;
    root[n > 1 ? n : 0] = '\0';
}

/* The path by which the table's reader sees a mount point; NULL where he does not. */
static const char *seen_at(const char *root, const char *target)
{
    size_t n = strlen(root);
    if (strncmp(target, root, n) != 0 || (n > 0 && target[n] != '/' && target[n] != '\0'))
        return NULL;
    return target[n] == '\0' ? "/" : target + n;
}

/* The directory in a bind mount's source, as programs see its names. */
static const char *root_of(const struct lx_mount *m, char out[PATH_MAX])
{
    const char *root = lx_mount_text(m, m->root);
    size_t n = root == NULL ? 0 : strlen(root);
    if (n == 0 || n >= PATH_MAX)
        return NULL;
    memcpy(out, root, n);
    out[lx_name_decode(lx_filesystem(m)->names, out, n)] = '\0';
    return out;
}

/* Other words for a line of the kernel's: what the run shows of what is mounted. */
static bool words_of(const void *who, struct lines_words *words)
{
    return shown_words(who, words);
}

/* Fills in the mounts that have a line, or are in the way of one. */
static void describe(const struct lx_policy *policy, struct room *room)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(policy);
    const struct lx_mount *m;
    size_t n = 0;
    size_t roots = 0;
    for (unsigned i = 0; n < LX_PLACE_MAX && (m = lx_mounts_next(mounts, &i)) != NULL;) {
        const char *point = seen_at(room->root, lx_target(m));
        if (point == NULL || (m->flags & LX_MOUNT_OWN_NAME) != 0)
            continue;
        const char *root = roots < room->root_count ? root_of(m, room->roots[roots]) : NULL;
        roots += root != NULL;
        room->work.drive[n] = (struct lines_drive){.mount = m, .point = point, .root = root};
        n++;
    }
    room->work.count = n;
    room->work.who = policy;
    room->work.words = policy->shows && !policy->observe ? words_of : NULL;
}

/* Reads all of a file; false where that cannot be, or it is too large for the room. */
static bool read_all(int fd, struct room *room, struct sys_span *text)
{
    *text = (struct sys_span){room->text, 0};
    for (;;) {
        long n = sys_read(fd, room->text + text->n, room->text_size - text->n);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            return n == 0 && text->n < room->text_size;
        text->n += (size_t)n;
    }
}

static void flush(struct lines_out *out)
{
    for (size_t at = 0; at < out->n;) {
        long n = sys_write(out->fd, out->at + at, out->n - at);
        if (n == -EINTR)
            continue;
        if (n <= 0) {
            out->failed = true;
            break;
        }
        at += (size_t)n;
    }
    out->before += out->n;
    out->n = 0;
}

/* How often, and after how long, a change that is under way is looked at again: 100 ms. */
#define CHANGE_LOOKS    50
#define CHANGE_PAUSE_NS 2000000

/*
 * Waits until no change is under way, of which the kernel has made its part perhaps, and its maker
 * has not written it down yet. One that was killed in between is waited for once. How many changes
 * there were.
 */
static uint32_t await_change(const struct lx_policy *policy)
{
    static _Atomic uint32_t in_vain; /* what nobody ends; any thread's: it is a wait more or less */
    const struct lx_table *table = lx_policy_of_run(policy)->table;
    uint32_t change = table == NULL ? 0 : atomic_load(&table->intent.list);
    for (unsigned i = 0; change != 0 && change != atomic_load(&in_vain); i++) {
        struct timespec pause = {0, CHANGE_PAUSE_NS};
        if (i == CHANGE_LOOKS)
            atomic_store(&in_vain, change);
        else
            sys_sleep(&pause);
        change = atomic_load(&table->intent.list);
    }
    return table == NULL ? 0 : atomic_load(&table->generation);
}

/* True where what was made last was made of the same. */
static bool is_kept(const struct room *room, const struct made_of *of, struct sys_span text)
{
    const struct made_of *kept = &room->kept;
    return kept->n != 0 && kept->n == of->n && kept->kind == of->kind &&
           kept->policy == of->policy && kept->mounts == of->mounts &&
           kept->generation == of->generation && room->root[0] == '\0' &&
           memcmp(room->kernels, text.at, text.n) == 0;
}

/*
 * Reads the kernel's text, and what is mounted, of one moment: else a mount that comes or goes
 * between has the backing's line, and whoever waited for mounts hears of no other. Whether it was
 * read, as read_all; in *of what then is to be made, and *kept: that it was made last.
 */
static bool read_both(const struct lx_policy *policy, struct room *room, int fd,
                      struct sys_span *text, struct made_of *of, bool *kept)
{
    for (unsigned i = 0;; i++) {
        uint32_t before = await_change(policy);
        bool read = read_all(fd, room, text);
        of->policy = policy;
        of->mounts = lx_mounts_of_run(policy);
        of->generation = before;
        of->n = text->n;
        *kept = read && is_kept(room, of, *text);
        if (!*kept)
            describe(policy, room);
        if (!read || i == CHANGE_LOOKS || await_change(policy) == before)
            return read;
        if (SYS3(SYS_lseek, fd, 0, SEEK_SET) < 0)
            return false;
    }
}

/*
 * Makes a table of what was read, and hands on what is more than there is room for. It is kept
 * where it was made of little, for a reader whose "/" is ours.
 */
static void make_text(struct room *room, const struct made_of *of, struct sys_span text,
                      struct lines_out *out)
{
    const struct lx_policy *policy = of->policy;
    const bool keeps = text.n <= sizeof(room->kernels) && room->root[0] == '\0';
    room->kept.n = 0;
    if (keeps)
        memcpy(room->kernels, text.at, text.n);
    if (policy->shows && !policy->observe)
        shown_table(policy, room->text, text.n);
    lines_write(&room->work, (enum lines_file)of->kind, text, out);
    if (keeps && out->before == 0 && !out->failed) {
        room->kept = *of;
        room->kept_out = out->n;
    }
}

/*
 * Writes a table, of which fd is the kernel's, to memory. A descriptor; -E2BIG where the room is
 * too small, or -1.
 */
static int write_table(const struct lx_policy *policy, struct room *room, const char *path, int fd)
{
    struct sys_span text;
    struct made_of of;
    bool kept;
    size_t n = strlen(path);
    const char *name = last_name(path, &n);
    of.kind = kind_of(name, n);
    if (of.kind < 0 || !sys_may_fill((size_t)2 * TABLE_MAX))
        return -1;
    if (!read_both(policy, room, fd, &text, &of, &kept))
        return text.n == room->text_size ? -E2BIG : -1;
    int memory = madeup_begin(path);
    if (memory < 0)
        return -1;
    struct lines_out out = {
        .at = room->out, .room = sizeof(room->out), .flush = flush, .fd = memory};
    if (kept)
        out.n = room->kept_out;
    else
        make_text(room, &of, text, &out);
    flush(&out);
    if (!out.failed)
        return memory;
    sys_close(memory);
    return -1;
}

static bool is_of_proc(int fd)
{
    struct statfs fs;
    return sys_fstatfs(fd, &fs) == 0 && fs.f_type == PROC_MAGIC;
}

bool tables_in_proc(int fd, char path[PATH_MAX])
{
    char link[SYS_FD_PATH];
    if (!is_of_proc(fd))
        return false;
    sys_fd_path(fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, path, PATH_MAX - 1);
    if (n <= 0 || path[0] != '/')
        return false;
    path[n] = '\0';
    return true;
}

/* How many mounts of the run are bind mounts with a root to be told. */
static size_t count_roots(const struct lx_policy *policy)
{
    const struct lx_mounts *mounts = lx_mounts_of_run(policy);
    const struct lx_mount *m;
    size_t n = 0;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        n += lx_mount_text(m, m->root) != NULL;
    return n;
}

static struct room *make_room(const struct lx_policy *policy, size_t text_size)
{
    size_t roots = count_roots(policy);
    size_t size = sizeof(struct room) + text_size + roots * PATH_MAX;
    struct room *room = &usual.room;
    if (size > sizeof(usual) || atomic_exchange_explicit(&usual_taken, true, memory_order_acquire))
        room = sys_mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(room))
        return NULL;
    room->size = size;
    room->root[0] = '\0';
    room->text_size = text_size;
    room->root_count = roots;
    room->roots = (char(*)[PATH_MAX])(void *)(room->text + text_size);
    return room;
}

static void drop_room(struct room *room)
{
    if (room == &usual.room)
        atomic_store_explicit(&usual_taken, false, memory_order_release);
    else if (room != NULL)
        sys_munmap(room, room->size);
}

/*
 * Has the table written of which fd is the kernel's. `path`: its name; `root`: where the "/" is of
 * whose it is, "" where that is ours, NULL where it is to be found out. A descriptor of memory, and
 * *room, which the caller drops; or a negative number.
 */
static int make(const struct lx_task *task, const char *path, const char *root, int fd,
                struct room **room)
{
    int memory = -E2BIG;
    *room = NULL;
    for (size_t size = TABLE_USUAL; memory == -E2BIG && size <= TABLE_MAX;
         size = size == TABLE_USUAL ? TABLE_MAX : SIZE_MAX) {
        if (*room != NULL && SYS3(SYS_lseek, fd, 0, SEEK_SET) < 0)
            return -1;
        drop_room(*room);
        *room = make_room(task->policy, size);
        if (*room == NULL)
            return -1;
        if (root == NULL)
            find_root(path, (*room)->root);
        else
            memcpy((*room)->root, root, strlen(root) + 1);
        memory = write_table(task->policy, *room, path, fd);
    }
    return memory;
}

void tables_root(const char *path, char root[PATH_MAX])
{
    find_root(path, root);
}

int tables_written(const struct lx_task *task, const char *path, const char *root, int fd)
{
    struct room *room;
    int memory = make(task, path, root, fd, &room);
    drop_room(room);
    return memory;
}

/* Copies the line that begins with a mount's number. Its length, or 0. */
static long find_line(struct sys_span text, unsigned long id, char *out, size_t room)
{
    struct sys_mount_line line;
    struct sys_span whole;
    while (sys_mount_next(&text, &line, &whole)) {
        unsigned long own = 0;
        for (size_t i = 0; i < line.id.n; i++)
            own = own * 10 + (unsigned long)(line.id.at[i] - '0');
        if (own != id || whole.n > room)
            continue;
        memcpy(out, whole.at, whole.n);
        return (long)whole.n;
    }
    return 0;
}

/* Has the task's mountinfo written. As make. */
static int write_info(const struct lx_task *task, struct room **room)
{
    char path[48] = "/proc/thread-self/mountinfo";
    struct text t = {path, 0, sizeof(path)};
    *room = NULL;
    if (task->pid != 0) {
        text_put(&t, "/proc/");
        text_number(&t, task->pid);
        text_put(&t, "/mountinfo");
        path[t.length] = '\0';
    }
    int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    int memory = make(task, path, NULL, fd, room);
    sys_close(fd);
    return memory;
}

long tables_line(const struct lx_task *task, unsigned long id, char *out, size_t size)
{
    struct sys_span text;
    struct room *room;
    long n = 0;
    int memory = write_info(task, &room);
    if (memory >= 0 && SYS3(SYS_lseek, memory, 0, SEEK_SET) == 0 && read_all(memory, room, &text))
        n = find_line(text, id, out, size);
    if (memory >= 0)
        sys_close(memory);
    drop_room(room);
    return n;
}

long tables_info(const struct lx_task *task, char *out, size_t size)
{
    struct room *room;
    int memory = write_info(task, &room);
    drop_room(room);
    if (memory < 0)
        return memory;
    long n = SYS4(SYS_pread64, memory, out, size, 0);
    sys_close(memory);
    return n == (long)size ? -E2BIG : n;
}

bool tables_goes_straight(const struct lx_call *c)
{
    const struct lx_task *t = c->task;
    return memcmp(c->path[0], "/proc/mounts", TABLES_STRAIGHT) == 0 && t->pid == 0 &&
           t->root == NULL && !t->on_behalf && c->resolve == 0 &&
           (c->flags & (O_CREAT | O_NOFOLLOW)) == 0 && c->at[0].given == NULL &&
           !t->seccomp_confined && !sys_is_proxied() && tables_show(t->policy);
}

void tables_settle(const struct lx_policy *policy)
{
    (void)await_change(policy);
}

/* Puts a table that tells by itself in the place of the kernel's, where the task has such. */
static bool put_live(const struct lx_call *c, const char *path, int fd)
{
    const struct lx_task_ops *ops = c->task->ops;
    int own = ops == NULL || ops->table == NULL ? -1 : ops->table(c->task, path, fd, c->flags);
    if (own < 0)
        return false;
    int r = sys_dup3(own, fd, c->flags & O_CLOEXEC);
    sys_close(own);
    return r >= 0;
}

__attribute__((noinline)) long tables_open(struct lx_call *c, long fd)
{
    char path[PATH_MAX];
    /* Who does by itself what changes anything opens for itself as well. */
    if (c->task->seccomp_confined || sys_is_proxied() || !tables_show(c->task->policy))
        return fd;
    bool own = owntable_is(c, (int)fd, path);
    if (!own && !tables_in_proc((int)fd, path)) {
        /* A thread with descriptors of its own has none in /proc/self: it is the kernel's then. */
        if (!tables_straight(c) || is_of_proc((int)fd))
            return fd;
        sys_close((int)fd); /* a symlink, of somebody's own /proc: it is for the walk to follow */
        return -LX_EWALK;
    }
    if (!own && (own = is_of_this(c->task, path)))
        owntable_note(c, (int)fd);
    if ((!own && !is_tasks_own(c->task, path)) || !lx_alter(c, LX_RULE_MOUNT_LINE))
        return fd;
    if (put_live(c, path, (int)fd))
        return fd;
    struct room *room;
    int memory = make(c->task, path, own ? "" : NULL, (int)fd, &room);
    drop_room(room);
    if (memory < 0) {
        (void)SYS3(SYS_lseek, fd, 0, SEEK_SET);
        return fd;
    }
    int instead = madeup_instead(memory, c->flags, (int)fd);
    if (instead < 0)
        return lx_host_fs.run[c->op](c);
    if (c->task->pid == 0)
        opened_note(instead);
    return instead;
}
