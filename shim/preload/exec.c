/* SPDX-License-Identifier: MIT */
#include "preload/exec.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/adopt.h"
#include "preload/environment.h"
#include "preload/shim.h"
#include "sys/sys.h"

/* What confstr(_CS_PATH) says, for want of a PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

/*
 * Counts, before a program begins that the counters will not reach, that there is one: this process
 * has them still. Under a filter of its own that is no news, as no rule refuses there, and a call
 * of ours could end it. Returns where that is taken back, should the program not begin; or NULL.
 */
static _Atomic uint64_t *count_lost(const struct lx_task *self)
{
    struct lx_stats *stats = self->policy->stats;
    if (stats == NULL || self->seccomp_confined || lx_adopt_again(lx_state_value(), self->policy))
        return NULL;
    atomic_fetch_add_explicit(&stats->lane.lost, 1, memory_order_relaxed);
    return &stats->lane.lost;
}

/* It has not begun. */
static void take_back(_Atomic uint64_t *lost)
{
    if (lost != NULL)
        atomic_fetch_sub_explicit(lost, 1, memory_order_relaxed);
}

static long begin(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
    struct lx_environment env;
    int r = lx_environment_for(&env, envp);
    if (r < 0)
        return r;
    long result = lx_execveat(lx_self(), dirfd, path, argv, env.envp, flags);
    lx_environment_free(&env);
    return result;
}

long exec_at(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
    _Atomic uint64_t *lost = count_lost(lx_self());
    long result = begin(dirfd, path, argv, envp, flags);
    take_back(lost);
    return result;
}

/* /bin/sh FILE ARGS...: what execvp makes of a file without a #! line. */
static long exec_shell(const char *file, char *const argv[], char *const envp[])
{
    static char shell[] = "/bin/sh";
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    size_t size = (count + 3) * sizeof(char *);
    char **list = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sys_mmap_failed(list))
        return -ENOMEM;
    list[0] = shell;
    list[1] = (char *)(uintptr_t)file;
    for (size_t i = 1; i < count; i++)
        list[i + 1] = argv[i];
    list[count == 0 ? 2 : count + 1] = NULL;
    long r = begin(AT_FDCWD, shell, list, envp, 0);
    sys_munmap(list, size);
    return r;
}

static long try_one(const char *path, char *const argv[], char *const envp[], int shell)
{
    long r = begin(AT_FDCWD, path, argv, envp, 0);
    return r == -ENOEXEC && shell ? exec_shell(path, argv, envp) : r;
}

/* Errors after which the next directory of PATH is tried. */
static bool goes_on(long r)
{
    return r == -ENOENT || r == -ESTALE || r == -ENOTDIR || r == -ENODEV || r == -ETIMEDOUT ||
           r == -EACCES;
}

static long search(const char *file, char *const argv[], char *const envp[], int shell)
{
    char path[PATH_MAX];
    const char *dirs = getenv("PATH");
    size_t n = strlen(file);
    bool refused = false;
    long r = -ENOENT;

    if (n == 0)
        return -ENOENT;
    if (strchr(file, '/') != NULL)
        return try_one(file, argv, envp, shell);
    if (n > NAME_MAX)
        return -ENAMETOOLONG;
    if (dirs == NULL)
        dirs = DEFAULT_PATH;
    for (;;) {
        size_t length = strcspn(dirs, ":");
        if (length + 1 + n < sizeof(path)) {
            memcpy(path, dirs, length);
            path[length] = '/';
            memcpy(path + length + (length > 0), file, n + 1); /* an empty entry: here */
            r = try_one(path, argv, envp, shell);
            refused |= r == -EACCES;
            if (!goes_on(r))
                return r;
        }
        if (dirs[length] == '\0')
            break;
        dirs += length + 1;
    }
    return refused ? -EACCES : r;
}

long exec_search(const char *file, char *const argv[], char *const envp[], int shell)
{
    _Atomic uint64_t *lost = count_lost(lx_self());
    long result = search(file, argv, envp, shell);
    take_back(lost);
    return result;
}
