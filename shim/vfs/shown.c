/* SPDX-License-Identifier: MIT */
#include "vfs/shown.h"

#include <limits.h>
#include <linux/sysinfo.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "fs/filesystems.h"
#include "sys/fdpath.h"
#include "sys/proxy.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/operation.h"
#include "vfs/text.h"
#include "vfs/unshown.h"

/* What one of them answers, by its table. */
#define EACH(shows)                                                                          \
    for (unsigned i_ = LX_MOUNT_HOST + 1; i_ < LX_MOUNT_TYPES; i_++)                         \
        for (const struct lx_fs_shown *shows = lx_filesystems[i_].ops->shows; shows != NULL; \
             shows = NULL)

bool shown_named(const struct lx_policy *policy, const char *path, size_t n)
{
    if (!policy->shows)
        return false;
    /* Of a directory more may be behind it: "/", "/.", "/..". */
    while (n > 1 && (path[n - 1] == '/' ||
                     (path[n - 1] == '.' && (path[n - 2] == '/' || path[n - 2] == '.'))))
        n--;
    const char *slash = memrchr(path, '/', n);
    const char *name = slash == NULL ? path : slash + 1;
    EACH(shows)
    {
        if (shows->named != NULL &&
            (shows->named(name, n - (size_t)(name - path)) || shows->bars(path, n)))
            return true;
    }
    return false;
}

/* True where this process may answer: in another root, and for a program under its own filter, it
 * may not, nor where somebody else opens. */
static bool may_answer_of(const struct lx_call *c, unsigned i)
{
    return c->task->policy->shows && lx_is_systems(c->at[i].mount) && c->task->root == NULL &&
           c->resolve == 0 && !c->task->seccomp_confined && !sys_is_proxied();
}

static bool may_answer(const struct lx_call *c)
{
    return may_answer_of(c, 0);
}

/* By a path that it was given, or is to go by instead, of where c->at[i] says. */
static bool is_called(const struct lx_call *c, unsigned i, const char *path, size_t n)
{
    return (c->at[i].flags & LX_LOC_KERNELS) == 0 && path != LX_DESCRIPTOR && n != LX_BAD_ADDRESS &&
           n != 0 && shown_named(c->task->policy, path, n);
}

bool shown_may_open(const struct lx_call *c)
{
    if (!c->task->policy->shows || c->op != LX_OP_OPEN ||
        (c->flags & (O_ACCMODE | O_PATH)) != O_RDONLY || !may_answer(c))
        return false;
    /* A link may lead there by another name, and from such a name elsewhere. */
    const char *given = c->at[0].given;
    return (given != NULL && is_called(c, 0, given, strlen(given))) ||
           is_called(c, 0, c->path[0], c->path_length[0]);
}

const char *shown_stands(const struct lx_policy *policy, const char *directory, size_t n)
{
    const char *name = NULL;
    if (!policy->shows || policy->observe)
        return NULL;
    EACH(shows)
    {
        if (name == NULL && shows->stands != NULL)
            name = shows->stands(policy, directory, n);
    }
    return name;
}

/* What a link of /proc's says of a directory, as programs know it, in place; its length or -errno.
 */
static long in_programs_words(const struct lx_policy *policy, char out[PATH_MAX], long n)
{
    const char *name = n < 1 ? NULL : shown_stands(policy, out, (size_t)n);
    if (name != NULL) {
        n = (long)strlen(name);
        memcpy(out, name, (size_t)n + 1);
        return n;
    }
    return n < 1 || out[0] != '/' ? -ENOENT : mounts_to_program(policy, out, (size_t)n, PATH_MAX);
}

/* The directory that a relative path begins in. Its length or -errno. */
static long base_of(const struct lx_call *c, unsigned i, char out[PATH_MAX])
{
    char link[SYS_FD_PATH];
    int fd = c->fd[i] == AT_FDCWD ? c->task->cwd : c->fd[i];
    long n;
    if (fd == AT_FDCWD) {
        n = SYS2(SYS_getcwd, out, PATH_MAX) - 1;
    } else {
        sys_fd_path(fd, link);
        n = sys_readlinkat(AT_FDCWD, link, out, PATH_MAX - 1);
    }
    if (n < 1)
        return -ENOENT;
    out[n] = '\0';
    return in_programs_words(c->task->policy, out, n);
}

/* The path of a call as it was spelled, from "/" on. False where that is not known. */
static bool whole(const struct lx_call *c, unsigned i, char out[PATH_MAX])
{
    size_t n = c->path_length[i];
    long base = c->path[i][0] == '/' ? 0 : base_of(c, i, out);
    if (base < 0)
        return false;
    if (base > 1)
        out[base++] = '/';
    if ((size_t)base + n >= PATH_MAX)
        return false;
    memcpy(out + base, c->path[i], n);
    out[(size_t)base + n] = '\0';
    return true;
}

/*
 * "/proc/self/fd/7/name", of a descriptor that is of what stands for a directory: by its name. For
 * a supervisor "self" is whoever asks.
 */
static void through_descriptor(const struct lx_call *c, char path[PATH_MAX])
{
    static const char proc[] = "/proc/";
    static const char directory[] = "/fd/";
    char to[PATH_MAX];
    char link[48];
    struct text t = {link, 0, sizeof(link) - 1};
    char *end = path + sizeof(proc) - 1;
    if (strncmp(path, proc, sizeof(proc) - 1) != 0)
        return;
    end += strcspn(end, "/");
    if (strncmp(end, directory, sizeof(directory) - 1) != 0)
        return;
    end += sizeof(directory) - 1;
    end += strspn(end, "0123456789");
    if (*end != '/' || end - path >= (long)sizeof(link) - 16)
        return;
    const char *rest = path + sizeof(proc) - 1;
    text_put(&t, proc);
    if (c->task->pid != 0 && strncmp(rest, "self/", 5) == 0) {
        text_number(&t, lx_process_of(c->task));
        rest += 4;
    }
    memcpy(link + t.length, rest, (size_t)(end - rest));
    link[t.length + (size_t)(end - rest)] = '\0';
    long n = sys_readlinkat(AT_FDCWD, link, to, sizeof(to));
    const char *name = n < 1 ? NULL : shown_stands(c->task->policy, to, (size_t)n);
    if (name == NULL)
        return;
    const size_t length = strlen(name); /* which is shorter */
    memmove(path + length, end, strlen(end) + 1);
    memcpy(path, name, length);
}

static bool is_made(struct lx_call *c, long fd, const char *path, const char *native)
{
    EACH(shows)
    {
        if (shows->opened != NULL && shows->opened(c, (int)fd, path, native))
            return true;
    }
    return false;
}

__attribute__((noinline)) long shown_opened(struct lx_call *c, long fd)
{
    char native[PATH_MAX];
    char path[PATH_MAX];
    char link[SYS_FD_PATH];
    sys_fd_path((int)fd, link);
    long n = sys_readlinkat(AT_FDCWD, link, native, sizeof(native) - 1);
    if (n <= 0)
        return fd;
    native[n] = '\0';
    memcpy(path, native, (size_t)n + 1);
    if (mounts_to_program(c->task->policy, path, (size_t)n, sizeof(path)) < 0 ||
        is_made(c, fd, path, native))
        return fd;
    /* A link of that name, as /etc/resolv.conf often is one. */
    if (is_called(c, 0, c->path[0], c->path_length[0]) && whole(c, 0, path)) {
        text_tidy(path);
        (void)is_made(c, fd, path, native);
    }
    return fd;
}

/*
 * A file of a disk has the size of what is read of it, or tar takes as much as the system's own is
 * long. True with what is to be said of such a file.
 */
static bool says_size(struct lx_call *c, const char *path, long *result)
{
    const bool extended = c->op == LX_OP_STATX;
    size_t n = 0;
    if (c->op != LX_OP_STAT && !extended)
        return false;
    EACH(shows)
    {
        if (n == 0 && shows->length != NULL)
            n = shows->length(c, path);
    }
    if (n == 0)
        return false;
    lx_fs_op *op = lx_filesystem(c->at[0].mount)->ops->run[c->op];
    *result = (op != NULL ? op : lx_host_fs.run[c->op])(c); /* a root may be of the host's type */
    if (*result == 0 && extended && S_ISREG(((struct statx *)c->buf)->stx_mode))
        ((struct statx *)c->buf)->stx_size = n;
    else if (*result == 0 && !extended && S_ISREG(((struct stat *)c->buf)->st_mode))
        ((struct stat *)c->buf)->st_size = (off_t)n;
    return true;
}

bool shown_gone(struct lx_call *c, unsigned i)
{
    char path[PATH_MAX];
    const bool makes = i + 1 == vfs_paths(c) && vfs_may_create(c);
    if (!may_answer_of(c, i) || !is_called(c, i, c->path[i], c->path_length[i]) ||
        !whole(c, i, path))
        return false;
    text_tidy(path);
    EACH(shows)
    {
        if (shows->gone != NULL && shows->gone(c, path, makes))
            return true;
    }
    return false;
}

/* True for a question about a descriptor itself, in a run that shows something. */
static bool asks_descriptor(const struct lx_call *c)
{
    return (c->op == LX_OP_STAT || c->op == LX_OP_STATX) &&
           (c->at[0].flags & LX_LOC_DESCRIPTOR) != 0 && c->at[0].dfd >= 0 && may_answer(c);
}

bool shown_holds(const struct lx_call *c)
{
    struct stat st;
    if (!asks_descriptor(c) || sys_fstat(c->at[0].dfd, &st) < 0)
        return false;
    EACH(shows)
    {
        if (shows->holds != NULL && shows->holds(c->task, c->at[0].dfd, &st))
            return true;
    }
    return false;
}

void shown_held(struct lx_call *c)
{
    if (!asks_descriptor(c))
        return;
    EACH(shows)
    {
        if (shows->held != NULL)
            shows->held(c);
    }
}

static __attribute__((noinline)) bool answers(struct lx_call *c, long *result)
{
    char path[PATH_MAX];
    if (!whole(c, 0, path))
        return false;
    through_descriptor(c, path);
    const char *last = strrchr(path, '/');
    if (last[1 + strspn(last + 1, ".")] != '\0') /* else the last name says more */
        text_tidy(path);
    EACH(shows)
    {
        if (shows->instead != NULL && shows->instead(c, path, result))
            return true;
    }
    return says_size(c, path, result);
}

bool shown_instead(struct lx_call *c, long *result)
{
    bool is_one = vfs_looks(c) || c->op == LX_OP_OPEN || c->op == LX_OP_WATCH ||
                  c->op == LX_OP_CHDIR || c->op == LX_OP_CONNECT;
    *result = -ENOENT;
    if (!is_one)
        return shown_gone(c, 0);
    return may_answer(c) && is_called(c, 0, c->path[0], c->path_length[0]) && answers(c, result);
}

long shown_beyond(struct lx_call *c)
{
    long result;
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = c->path[0], .flags = LX_LOC_WALKED};
    return shown_instead(c, &result) ? result : -ENOENT;
}

bool shown_lists_native(const struct lx_policy *policy, char *directory, size_t n)
{
    long length = mounts_to_program(policy, directory, n, PATH_MAX);
    return length > 0 && shown_lists_name(policy, directory, (size_t)length);
}

bool shown_lists_name(const struct lx_policy *policy, const char *directory, size_t n)
{
    if (!policy->shows || policy->observe)
        return false;
    EACH(shows)
    {
        if (shows->lists != NULL && shows->lists(policy, directory, n))
            return true;
    }
    return false;
}

bool shown_lists(const struct lx_task *t, int fd, char *directory, size_t *n)
{
    if (!t->policy->shows || t->root != NULL || t->seccomp_confined || sys_is_proxied() ||
        unshown_is(t, fd))
        return false;
    long length = vfs_directory_path(t, fd, directory);
    if (length > 0)
        length = mounts_to_program(t->policy, directory, (size_t)length, PATH_MAX);
    *n = length < 0 ? 0 : (size_t)length;
    return length > 0 && shown_lists_name(t->policy, directory, *n);
}

bool shown_listed(const struct lx_policy *policy, char *directory, size_t n, const char *name)
{
    size_t length = strlen(name);
    size_t at = n > 1 ? n : 0;
    bool is_listed = true;
    if (at + 1 + length >= PATH_MAX)
        return true;
    directory[at] = '/';
    memcpy(directory + at + 1, name, length + 1);
    EACH(shows)
    {
        is_listed = is_listed && (shows->listed == NULL || shows->listed(policy, directory));
    }
    directory[n] = '\0';
    return is_listed;
}

/* The upper bits of a place in a listing say which table it is in. */
#define TABLE_SHIFT 16

const char *shown_besides(const struct lx_policy *policy, const char *directory, size_t length,
                          unsigned *at)
{
    unsigned table = 0;
    EACH(shows)
    {
        unsigned in = (*at >> TABLE_SHIFT) == table ? *at & ((1u << TABLE_SHIFT) - 1) : 0;
        const char *name = (*at >> TABLE_SHIFT) > table || shows->besides == NULL
                               ? NULL
                               : shows->besides(policy, directory, length, &in);
        if (name != NULL) {
            *at = (table << TABLE_SHIFT) + in;
            return name;
        }
        table++;
    }
    *at = table << TABLE_SHIFT;
    return NULL;
}

void shown_table(const struct lx_policy *policy, char *text, size_t n)
{
    EACH(shows)
    {
        if (shows->table != NULL)
            shows->table(policy, text, n);
    }
}

bool shown_words(const struct lx_policy *policy, struct lines_words *words)
{
    EACH(shows)
    {
        if (shows->mounted != NULL && shows->mounted(policy, words))
            return true;
    }
    return false;
}

/* True where a run has other words for what the kernel tells of itself. */
static bool is_telling(const struct lx_task *t)
{
    return t->policy->shows && !t->policy->observe && !t->seccomp_confined;
}

bool shown_lacks(const struct lx_task *t, long nr)
{
    const struct lx_policy *policy = t->policy;
    bool is_lacking = false;
    if (!is_telling(t))
        return false;
    EACH(shows)
    {
        is_lacking = is_lacking || (shows->lacks != NULL && shows->lacks(policy, nr));
    }
    return is_lacking;
}

/* The path of one of a process's files of /proc. */
static void in_proc(int pid, const char *name, char out[48])
{
    struct text t = {out, 0, 48};
    text_put(&t, "/proc/");
    text_number(&t, pid);
    text_put(&t, name);
    out[t.length] = '\0';
}

/*
 * True where the task is in the namespace that this process has by that name, of /proc/self. A
 * kernel that has none of that kind has one for all.
 */
static bool is_in_ours(const struct lx_task *t, const char *name)
{
    char path[48];
    struct stat theirs;
    struct stat ours;
    in_proc(t->pid, name + sizeof("/proc/self") - 1, path);
    int r = sys_fstatat(AT_FDCWD, name, &ours, 0);
    return r == -ENOENT ||
           (r == 0 && sys_fstatat(AT_FDCWD, path, &theirs, 0) == 0 && theirs.st_ino == ours.st_ino);
}

/*
 * True where this process gets the other names that the task would. A personality (PER_LINUX32,
 * UNAME26) changes some of them; that of most programs is 0.
 */
static bool is_named_alike(const struct lx_task *t)
{
    char path[48];
    char personality[16];
    if (!is_in_ours(t, "/proc/self/ns/uts"))
        return false;
    in_proc(t->pid, "/personality", path);
    int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    long n = sys_read(fd, personality, sizeof(personality));
    sys_close(fd);
    /* 00000000, of which ADDR_NO_RANDOMIZE (00040000) and its like say nothing of a name. */
    return n >= 8 && memcmp(personality + 6, "00", 2) == 0 &&
           strchr("2367abef", personality[3]) == NULL;
}

/* True for a program that has asked for a release of Linux 2.6, and gets the kernel's word for it.
 */
static bool is_named_older(void)
{
    const long personality = SYS1(SYS_personality, 0xffffffff);
    return personality >= 0 && (personality & UNAME26) != 0;
}

long lx_uname(const struct lx_task *t, struct utsname *name)
{
    struct utsname own;
    const struct lx_policy *policy = t->policy;
    bool alters = is_telling(t);
    if (t->on_behalf && (!alters || !is_named_alike(t)))
        return -LX_CONTINUE;
    alters = alters && (t->on_behalf || !is_named_older());
    long r = SYS1(SYS_uname, alters ? &own : name);
    if (r < 0 || !alters)
        return r;
    EACH(shows)
    {
        if (shows->names != NULL)
            shows->names(policy, &own);
    }
    return lx_give(t, name, &own, sizeof(own));
}

long lx_sysinfo(const struct lx_task *t, struct sysinfo *info)
{
    struct sysinfo own;
    bool alters = is_telling(t);
    if (t->on_behalf && (!alters || !is_in_ours(t, "/proc/self/ns/time")))
        return -LX_CONTINUE;
    long r = SYS1(SYS_sysinfo, alters ? &own : info);
    if (r < 0 || !alters)
        return r;
    EACH(shows)
    {
        if (shows->amounts != NULL)
            shows->amounts(t->policy, &own);
    }
    return lx_give(t, info, &own, sizeof(own));
}
