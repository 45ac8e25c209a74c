/* SPDX-License-Identifier: MIT */
/*
 * What WSL shows of itself outside its drives: files of /proc with other words in them, or that are
 * there, or are not. All else that can be asked of such a file is the kernel's to answer.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "fs/filesystems.h"
#include "fs/madeup.h"
#include "fs/procfs/kernels.h"
#include "sys/sys.h"

/* What a file is made of: the run's kernel, what the real kernel says (n bytes), and where to. */
struct page {
    const struct kernel *kernel;
    const char *given;
    size_t given_length;
    char *out;
    size_t length;
    size_t room;
};

static void put(struct page *p, const char *text, size_t n)
{
    if (n > p->room - p->length)
        n = p->room - p->length;
    memcpy(p->out + p->length, text, n);
    p->length += n;
}

static void put_line(struct page *p, const char *text)
{
    put(p, text, strlen(text));
    put(p, "\n", 1);
}

static void write_line(struct page *p)
{
    put_line(p, p->kernel->line);
}

static void write_release(struct page *p)
{
    put_line(p, p->kernel->release);
}

static void write_version(struct page *p)
{
    put_line(p, p->kernel->version);
}

static void write_signature(struct page *p)
{
    if (p->kernel->signature[0] != '\0')
        put_line(p, p->kernel->signature);
}

enum when { OPENED, MISSING, HIDDEN };

static const struct file {
    const char *path;
    const char *name; /* the last of it */
    size_t length;    /* of that */
    enum lx_rule rule;
    enum when when;
    void (*write)(struct page *p);
} files[] = {
#define FILE(directory, name, rule, when, write) \
    {directory "/" name, name, sizeof(name) - 1, LX_RULE_IDENTITY_##rule, when, write},
#include "fs/procfs/files.def"
#undef FILE
};

#define FILES (sizeof(files) / sizeof(files[0]))

/* In the place of what the kernel has not: of its kind, and of nobody's interest. */
static const char like[] = "/proc/version";

#define TEXT_MAX 65536 /* bytes of a file: none has a page of them */

/* All that is worked with: large, and in nobody's way that way. */
struct room {
    char given[TEXT_MAX];
    char out[TEXT_MAX];
};

static bool is_named(const char *name, size_t n)
{
    for (unsigned i = 0; i < FILES; i++)
        if (files[i].length == n && memcmp(files[i].name, name, n) == 0)
            return true;
    return false;
}

/* The file of that path which the run's rules have something to say of; or NULL. */
static const struct file *find(const struct lx_policy *policy, const char *path)
{
    for (unsigned i = 0; i < FILES; i++)
        if (strcmp(files[i].path, path) == 0 && lx_rule_of_run(policy, files[i].rule) != LX_OFF)
            return &files[i];
    return NULL;
}

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

static bool write_all(int fd, const char *from, size_t n)
{
    while (n > 0) {
        long r = sys_write(fd, from, n);
        if (r == -EINTR)
            continue;
        if (r <= 0)
            return false;
        from += r;
        n -= (size_t)r;
    }
    return true;
}

/* Puts memory with what a file says in the place of a descriptor. False: that is as it was. */
static bool make(const struct lx_call *c, const struct file *file, const char *name, int fd)
{
    struct room *room = sys_mmap(NULL, sizeof(*room), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys_mmap_failed(room))
        return false;
    struct page page = {.kernel = kernel_of(c->task->policy),
                        .given = room->given,
                        .given_length = read_all(fd, room->given, sizeof(room->given)),
                        .out = room->out,
                        .room = sizeof(room->out)};
    file->write(&page);
    int memory = madeup_begin(name);
    bool done = memory >= 0 && write_all(memory, page.out, page.length);
    if (memory >= 0 && !done)
        sys_close(memory);
    done = done && madeup_end(memory, c->flags, fd) == 0;
    if (!done)
        (void)SYS3(SYS_lseek, fd, 0, SEEK_SET);
    sys_munmap(room, sizeof(*room));
    return done;
}

static long opened(struct lx_call *c, long fd, const char *path)
{
    const struct file *file = find(c->task->policy, path);
    if (file != NULL && file->when == OPENED && lx_alter(c, file->rule))
        (void)make(c, file, path, (int)fd);
    return fd;
}

/* Asks the kernel of a file like the one that it has not. */
static long ask_like(struct lx_call *c)
{
    const struct lx_loc before = c->at[0];
    c->at[0] = (struct lx_loc){.dfd = AT_FDCWD, .path = like, .flags = LX_LOC_WALKED};
    long r = lx_host_fs.run[c->op](c);
    c->at[0] = before;
    return r;
}

static bool is_missing(const char *path)
{
    struct stat st;
    return sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == -ENOENT;
}

/* The era of the run may have none. */
static bool has(const struct lx_policy *policy, const struct file *file)
{
    return file->write != write_signature || kernel_of(policy)->signature[0] != '\0';
}

static bool instead(struct lx_call *c, const char *path, long *result)
{
    const struct file *file = find(c->task->policy, path);
    if (file == NULL || file->when == OPENED)
        return false;
    if (file->when == MISSING && (!has(c->task->policy, file) || !is_missing(path)))
        return false;
    if (!lx_alter(c, file->rule))
        return false;
    if (file->when == HIDDEN) {
        *result = -ENOENT;
        return true;
    }
    *result = ask_like(c);
    if (*result >= 0 && c->op == LX_OP_OPEN && (c->flags & O_PATH) == 0 &&
        !make(c, file, like, (int)*result)) {
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

static const struct lx_fs_shown shows = {
    .named = is_named, .opened = opened, .instead = instead, .names = names};

const struct lx_fs lx_procfs = {.shows = &shows};
