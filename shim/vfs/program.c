/* SPDX-License-Identifier: MIT */
#include "vfs/program.h"

#include <elf.h>
#include <string.h>

#include "sys/elf_head.h"
#include "sys/fdpath.h"
#include "sys/strict.h"
#include "sys/sys.h"
#include "vfs/loader.h"
#include "vfs/ops.h"
#include "vfs/text.h"

#define HEAD_MAX 4096 /* where linkers put the program headers */

/* Opens what is to be run, having asked whether it may be. A descriptor or -errno. */
static int open_program(const struct lx_task *t, int dirfd, const char *path, struct stat *st)
{
    struct lx_task reader = *t;
    struct lx_task_ops ops = {.open = NULL};
    char link[SYS_FD_PATH];
    const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    if (t->ops != NULL)
        ops = *t->ops;
    ops.caller_does = NULL;
    reader.ops = &ops;
    reader.on_behalf = false; /* nobody else can read it for us */
    bool open = path == LX_DESCRIPTOR || path[0] == '\0';
    if (open)
        sys_fd_path(dirfd, link);
    long r = open ? sys_faccessat(AT_FDCWD, link, X_OK, AT_EACCESS)
                  : lx_faccessat(&reader, dirfd, path, X_OK, AT_EACCESS);
    if (r < 0)
        return (int)r;
    int fd = open ? sys_openat(AT_FDCWD, link, flags, 0)
                  : (int)lx_openat(&reader, dirfd, path, flags, 0);
    if (fd < 0)
        return fd;
    r = sys_fstat(fd, st);
    if (r == 0 && S_ISREG(st->st_mode))
        return fd;
    sys_close(fd);
    return r < 0 ? (int)r : -EACCES;
}

/* The path of the ld.so that a program names: its length, 0 where it names none, or -ENOEXEC. */
static long find_loader(int fd, const unsigned char *head, size_t n, char out[PROGRAM_LOADER])
{
    struct sys_elf elf;
    if (!sys_elf_header(head, n, &elf) || (elf.kind != SYS_ELF_64 && elf.kind != SYS_ELF_I386))
        return -ENOEXEC;
    uint64_t at = elf.segments;
    for (size_t i = 0; i < elf.segment_count; i++, at += elf.segment_size) {
        if (at > n || n - at < elf.segment_size)
            return -ENOEXEC; /* it cannot be told */
        struct sys_elf_part segment = sys_elf_segment(&elf, head + at);
        if (segment.type != PT_INTERP)
            continue;
        if (segment.size < 2 || segment.size > PROGRAM_LOADER ||
            sys_pread(fd, out, (size_t)segment.size, (off_t)segment.offset) != (long)segment.size ||
            out[segment.size - 1] != '\0')
            return -ENOEXEC;
        return (long)segment.size - 1;
    }
    return 0;
}

/* True where the calls of a program without the library are seen: by a worker, they are. */
static bool sees_all(const struct lx_task *t)
{
    return t->pid != 0 || sys_is_supervised();
}

static long look(const struct lx_task *t, const struct lx_mount *root, int fd, const char *name,
                 struct program *out)
{
    unsigned char head[HEAD_MAX];
    char link[SYS_FD_PATH];
    long n = sys_pread(fd, head, sizeof(head), 0);
    if (n >= 2 && head[0] == '#' && head[1] == '!')
        return PROGRAM_SCRIPT;
    if (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0)
        return PROGRAM_ANY;
    sys_fd_path(fd, link);
    long length = sys_readlinkat(AT_FDCWD, link, out->name, sizeof(out->name) - 1);
    if (length < 0)
        return length;
    out->name[length] = '\0';
    length = find_loader(fd, head, (size_t)n, out->loader);
    if (length == 0)
        return loader_is(out->name) || sees_all(t) ? PROGRAM_ANY : -EPERM;
    if (length < 0)
        return length;
    const char *const words[] = {
        out->loader, "--argv0", name, "--library-path", lx_mount_text(root, root->libraries),
        out->name,   NULL};
    memcpy(out->words, words, sizeof(words));
    return PROGRAM_LOADED;
}

/* A path that is /proc's link to a program, by which a task reaches that; or NULL. */
static const char *link_of(const struct lx_task *t, const char *path, char out[32])
{
    struct text text = {out, 0, 31};
    size_t n = path == LX_DESCRIPTOR ? 0 : strlen(path);
    if (n < 11 || memcmp(path, "/proc/", 6) != 0 || strcmp(path + n - 4, "/exe") != 0)
        return NULL;
    if (t->pid == 0 || strcmp(path, "/proc/self/exe") != 0)
        return path;
    text_put(&text, "/proc/");
    text_number(&text, t->pid);
    text_put(&text, "/exe");
    out[text.length] = '\0';
    return out;
}

long vfs_program(const struct lx_task *t, const struct lx_mount *root, int dirfd, const char *path,
                 const char *name, struct program *out)
{
    struct stat st;
    char link[32];
    char program[PATH_MAX];
    const char *own = link_of(t, path, link);
    long n = own == NULL ? -1 : sys_readlinkat(AT_FDCWD, own, program, sizeof(program) - 1);
    if (n > 0) {
        program[n] = '\0';
        if (loader_program(AT_FDCWD, own, program))
            path = program;
    }
    int fd = open_program(t, dirfd, path, &st);
    if (fd < 0)
        return fd;
    long r = look(t, root, fd, name, out);
    sys_close(fd);
    return r;
}
