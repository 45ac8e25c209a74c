/* SPDX-License-Identifier: MIT */
/* Running programs: scripts that the kernel cannot run by the path it would be given, and programs
 * of Windows'. */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "policy/foreign.h"
#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/interop.h"
#include "vfs/mounts.h"
#include "vfs/ops.h"
#include "vfs/program.h"
#include "vfs/run.h"

#define SCRIPT_LINE  256 /* as the kernel: BINPRM_BUF_SIZE */
#define SCRIPT_DEPTH 4   /* interpreters that are scripts themselves; the fifth is ELOOP */
#define ARGV_SMALL   64
#define WORDS        INTEROP_WORDS /* before argv's own, at most */

static long run(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                char *const envp[], int flags, unsigned depth)
{
    struct lx_call c;
    vfs_call_init(&c, t, LX_OP_EXEC);
    c.fd[0] = dirfd;
    c.path[0] = path;
    c.flags = flags;
    c.depth = depth;
    c.argv = argv;
    c.envp = envp;
    return vfs_call(&c);
}

/* Splits "#! interpreter argument" in place. Returns -ENOEXEC for what the kernel would not run. */
static int parse_line(char *line, size_t n, char **interpreter, char **argument)
{
    char *end = memchr(line, '\n', n);
    if (end == NULL) {
        if (n == SCRIPT_LINE && memchr(line + 2, ' ', n - 2) == NULL)
            return -ENOEXEC; /* the interpreter's name itself is cut off */
        end = line + n;
    }
    while (end > line + 2 && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    char *p = line + 2;
    p += strspn(p, " \t");
    if (*p == '\0')
        return -ENOEXEC;
    *interpreter = p;
    p += strcspn(p, " \t");
    *argument = NULL;
    if (*p != '\0') {
        *p++ = '\0';
        *argument = p + strspn(p, " \t");
    }
    return 0;
}

static long read_line(const struct lx_task *t, int dirfd, const char *path, char *line)
{
    struct lx_task reader = *t;
    struct lx_task_ops ops = {.open = NULL};
    if (t->ops != NULL)
        ops = *t->ops;
    ops.caller_does = NULL;
    reader.ops = &ops;
    reader.on_behalf = false; /* nobody else can read it for us */
    long fd = lx_openat(&reader, dirfd, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long n = sys_read((int)fd, line, SCRIPT_LINE);
    sys_close((int)fd);
    return n;
}

static long run_script(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                       char *const envp[], unsigned depth);
static long run_windows(const struct lx_task *t, int dirfd, const char *path, long r,
                        char *const argv[], char *const envp[], unsigned depth);

/* What is run, with which arguments, and in how many scripts. */
typedef long runs(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                  char *const envp[], int flags, unsigned depth);
static runs run_in_root;

static long run_as_it_is(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                         char *const envp[], int flags, unsigned depth)
{
    long r = run(t, dirfd, path, argv, envp, flags, depth);
    if (r != -LX_ESCRIPT && r != -LX_EWINDOWS && r != -LX_ESTUB)
        return r;
    if (depth == SCRIPT_DEPTH)
        return -ELOOP;
    return r == -LX_ESCRIPT ? run_script(t, dirfd, path, argv, envp, depth + 1)
                            : run_windows(t, dirfd, path, r, argv, envp, depth + 1);
}

static long run_or_script(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                          char *const envp[], int flags, unsigned depth)
{
    bool in_root = t->root == NULL && !t->seccomp_confined && !t->policy->observe &&
                   lx_foreign_root(t->policy) != NULL;
    return in_root ? run_in_root(t, dirfd, path, argv, envp, flags, depth)
                   : run_as_it_is(t, dirfd, path, argv, envp, flags, depth);
}

/*
 * Runs the first of some words, which end with NULL, with them and all of argv but its first for
 * arguments.
 */
static long with_arguments(const struct lx_task *t, const char *const words[], char *const argv[],
                           char *const envp[], runs *goes_on, unsigned depth)
{
    char *small[ARGV_SMALL];
    char **list = small;
    size_t count = 0;
    size_t at = 0;
    uint64_t now = placement_tick();
    for (; argv != NULL; count++) {
        if (t->pid == 0 && !sys_readable(&argv[count], sizeof(*argv), now))
            return -EFAULT;
        if (argv[count] == NULL)
            break;
    }
    size_t size = (count + WORDS + 1) * sizeof(*list);
    if (count + WORDS + 1 > ARGV_SMALL) {
        list = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (sys_mmap_failed(list))
            return -ENOMEM;
    }
    for (; words[at] != NULL; at++)
        list[at] = (char *)(uintptr_t)words[at];
    for (size_t i = 1; i < count; i++)
        list[at++] = argv[i];
    list[at] = NULL;
    long r = goes_on(t, AT_FDCWD, words[0], list, envp, 0, depth);
    if (list != small)
        sys_munmap(list, size);
    return r;
}

static long run_script(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                       char *const envp[], unsigned depth)
{
    char line[SCRIPT_LINE + 1];
    char *interpreter;
    char *argument;
    long n = read_line(t, dirfd, path, line);
    if (n < 3)
        return n < 0 ? n : -ENOEXEC;
    int r = parse_line(line, (size_t)n, &interpreter, &argument);
    if (r < 0)
        return r;
    const char *const words[] = {interpreter, argument != NULL ? argument : path,
                                 argument != NULL ? path : NULL, NULL};
    return with_arguments(t, words, argv, envp, run_or_script, depth);
}

/* By the root's own ld.so, which the kernel does not know of. */
static __attribute__((noinline)) long run_in_root(const struct lx_task *t, int dirfd,
                                                  const char *path, char *const argv[],
                                                  char *const envp[], int flags, unsigned depth)
{
    struct program program;
    bool has_name =
        argv != NULL && (t->pid != 0 || sys_readable(argv, sizeof(*argv), placement_tick()));
    const char *name = has_name && argv[0] != NULL ? argv[0] : path;
    long r = vfs_program(t, lx_foreign_root(t->policy), dirfd, path, name, &program);
    if (r == PROGRAM_LOADED)
        return with_arguments(t, program.words, argv, envp, run_as_it_is, depth);
    if (r == PROGRAM_SCRIPT && depth == SCRIPT_DEPTH)
        return -ELOOP;
    return r == PROGRAM_SCRIPT ? run_script(t, dirfd, path, argv, envp, depth + 1)
           : r < 0             ? r
                               : run_as_it_is(t, dirfd, path, argv, envp, flags, depth);
}

/* What WSL's binfmt_misc does: our program gets its path, and what it was called with. */
static __attribute__((noinline)) long run_windows(const struct lx_task *t, int dirfd,
                                                  const char *path, long r, char *const argv[],
                                                  char *const envp[], unsigned depth)
{
    struct interop_words w;
    int error = interop_words(t, dirfd, path, r, &w);
    return error < 0 ? error : with_arguments(t, w.words, argv, envp, run_or_script, depth);
}

long lx_execveat(const struct lx_task *t, int dirfd, const char *path, char *const argv[],
                 char *const envp[], int flags)
{
    return run_or_script(t, dirfd, path, argv, envp, flags, 0);
}
