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

static void write_cmdline(struct page *p)
{
    put_line(p, kernel_is_wsl2(p->kernel) ? "initrd=\\initrd.img WSL_ROOT_INIT=1 panic=-1"
                                          : "BOOT_IMAGE=/kernel init=/init");
}

/* True where a text has a word (n bytes) in it. */
static const char *in_text(const char *text, size_t length, const char *word, size_t n)
{
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(text + i, word, n) == 0)
            return text + i;
    return NULL;
}

/* What the kernel has, and what WSL2 mounts drives by. */
static void write_filesystems(struct page *p)
{
    static const char *const lines[] = {"nodev\t9p\n", "nodev\tvirtiofs\n"};
    put(p, p->given, p->given_length);
    for (unsigned i = 0; i < 2 && kernel_is_wsl2(p->kernel); i++)
        if (in_text(p->given, p->given_length, lines[i], strlen(lines[i])) == NULL)
            put(p, lines[i], strlen(lines[i]));
}

static void write_interop(struct page *p)
{
    if (!kernel_has_interop(p->kernel))
        return;
    put_line(p, "enabled\ninterpreter /init");
    put_line(p, kernel_is_wsl2(p->kernel) ? "flags: PF" : "flags: P");
    put_line(p, "offset 0\nmagic 4d5a");
}

/* True for the name of a cgroup that a container's engine has made. */
static bool is_containers(const char *line, size_t n)
{
    static const char *const words[] = {"docker", "containerd", "libpod", "kubepods",
                                        "lxc",    "buildkit",   "garden", "podman"};
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (in_text(line, n, words[i], strlen(words[i])) != NULL)
            return true;
    return false;
}

/* Lines "5:devices:/docker/1a2b": a container's is the root's. */
static void write_cgroup(struct page *p)
{
    for (size_t at = 0; at < p->given_length;) {
        const char *line = p->given + at;
        const char *newline = memchr(line, '\n', p->given_length - at);
        size_t n = newline == NULL ? p->given_length - at : (size_t)(newline - line);
        const char *path = in_text(line, n, ":/", 2);
        bool cut = path != NULL && is_containers(path, n - (size_t)(path - line));
        put(p, line, cut ? (size_t)(path - line) + 2 : n);
        put(p, "\n", newline != NULL);
        at += n + 1;
    }
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

/* Moves a path past "/" and digits; false where that is not there. */
static bool skip_number(const char **path)
{
    const char *p = *path;
    if (*p++ != '/' || *p < '0' || *p > '9')
        return false;
    while (*p >= '0' && *p <= '9')
        p++;
    *path = p;
    return true;
}

/* True for a path of a file that each process and each thread has. */
static bool is_of_process(const struct file *file, const char *path)
{
    static const char proc[] = "/proc";
    static const char task[] = "/task";
    if (strncmp(path, proc, sizeof(proc) - 1) != 0)
        return false;
    path += sizeof(proc) - 1;
    if (!skip_number(&path))
        return false;
    if (strncmp(path, task, sizeof(task) - 1) == 0) {
        path += sizeof(task) - 1;
        if (!skip_number(&path))
            return false;
    }
    return path[0] == '/' && strcmp(path + 1, file->name) == 0;
}

static bool is_at(const struct file *file, const char *path)
{
    return strncmp(file->path, "/proc/*", 7) == 0 ? is_of_process(file, path)
                                                  : strcmp(file->path, path) == 0;
}

/* The file of that path which the run's rules have something to say of; or NULL. */
static const struct file *find(const struct lx_policy *policy, const char *path)
{
    for (unsigned i = 0; i < FILES; i++)
        if (is_at(&files[i], path) && lx_rule_of_run(policy, files[i].rule) != LX_OFF)
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
    char out[512];
    struct page page = {.kernel = kernel_of(policy), .out = out, .room = sizeof(out)};
    file->write(&page);
    return page.length > 0;
}

static bool instead(struct lx_call *c, const char *path, long *result)
{
    const struct file *file = find(c->task->policy, path);
    if (file == NULL || file->when == OPENED)
        return false;
    if ((file->when == MISSING && !has(c->task->policy, file)) ||
        is_missing(path) != (file->when == MISSING))
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

/* The files that Docker mounts in a container are from there. */
static void table(const struct lx_policy *policy, char *text, size_t n)
{
    static const char words[] = "/docker/containers/";
    static const char other[] = "/rootfs/containers/";
    _Static_assert(sizeof(words) == sizeof(other), "the text stays as long as it is");
    if (lx_rule_of_run(policy, LX_RULE_IDENTITY_CONTAINERS) == LX_OFF)
        return;
    for (const char *at; (at = in_text(text, n, words, sizeof(words) - 1)) != NULL;)
        memcpy(text + (at - text), other, sizeof(other) - 1);
}

static const struct lx_fs_shown shows = {
    .named = is_named, .opened = opened, .instead = instead, .names = names, .table = table};

const struct lx_fs lx_procfs = {.shows = &shows};
