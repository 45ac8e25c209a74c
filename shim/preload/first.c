/* SPDX-License-Identifier: MIT */
#include "preload/first.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "policy/builder.h"
#include "policy/errnames.h"
#include "sys/sys.h"

#ifndef LXSHIM_BINDIR
#define LXSHIM_BINDIR "/usr/local/bin"
#endif

static const char *get(char *const *env, const char *name)
{
    size_t n = strlen(name);
    for (; env != NULL && *env != NULL; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=' && (*env)[n + 1] != '\0')
            return *env + n + 1;
    return NULL;
}

/* Makes path absolute in out. */
static int absolute(const char *path, const char *cwd, char *out)
{
    size_t n = strlen(path);
    size_t c = path[0] == '/' ? 0 : strlen(cwd) + 1;
    if (c + n >= PATH_MAX)
        return -ENAMETOOLONG;
    if (c > 0) {
        memcpy(out, cwd, c - 1);
        out[c - 1] = '/';
    }
    memcpy(out + c, path, n + 1);
    return 0;
}

static int encode(const void *image, size_t size, char *out, size_t room)
{
    if (room < LX_STATE_PREFIX)
        return -ENOSPC;
    out[0] = LX_STATE_VERSION;
    out[1] = LX_STATE_PLAIN;
    out[2] = LX_STATE_INLINE;
    long n = lx_base64_encode(image, size, out + LX_STATE_PREFIX, room - LX_STATE_PREFIX);
    return n < 0 ? (int)n : 0;
}

/* "FILE: EACCES", as far as there is room. */
static void name_failure(char *out, size_t room, const char *file, int error)
{
    const char *name = lx_errno_name(-error);
    const char *const words[] = {file, name != NULL ? ": " : "", name != NULL ? name : ""};
    size_t at = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i]);
        if (at + n >= room)
            break;
        memcpy(out + at, words[i], n);
        at += n;
    }
    out[at] = '\0';
}

/*
 * The first of some places that is there, each spelled from the library's directory. The library
 * may have been named by way of $LIB: that is one directory more, or two, below one of its own.
 */
static bool find_beside(const char *library, const char *const *places, size_t count, char *out)
{
    const char *slash = strrchr(library, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - library);
    for (size_t i = 0; slash != NULL && i < count; i++) {
        size_t length = strlen(places[i]) + 1;
        if (n + length > PATH_MAX)
            continue;
        memcpy(out, library, n);
        memcpy(out + n, places[i], length);
        if (sys_faccessat(AT_FDCWD, out, 1 /* X_OK */, 0) == 0)
            return true;
    }
    return false;
}

/*
 * The lxshim program: beside the library (a build tree), in bin beside its directory (an
 * installation, wherever it has been moved), or where it was to be installed.
 */
static int find_program(const char *library, char *out)
{
    static const char *const places[] = {
        "/lxshim",          "/../bin/lxshim",          "/../../lxshim", "/../../../bin/lxshim",
        "/../../../lxshim", "/../../../../bin/lxshim",
    };
    if (find_beside(library, places, sizeof(places) / sizeof(places[0]), out))
        return 0;
    memcpy(out, LXSHIM_BINDIR "/lxshim", sizeof(LXSHIM_BINDIR "/lxshim"));
    return sys_faccessat(AT_FDCWD, out, 1, 0) == 0 ? 0 : -ENOEXEC;
}

/* The directory of our programs that stand in for WSL's; NULL where they are not there. */
static const char *find_wsl_programs(const char *library, char out[PATH_MAX])
{
    static const char *const places[] = {"/liblxshim/wsl", "/../../liblxshim/wsl",
                                         "/../../../liblxshim/wsl"};
    size_t count = sizeof(places) / sizeof(places[0]);
    return library[0] == '/' && find_beside(library, places, count, out) ? out : NULL;
}

static int built_in(char *out, size_t room, const char *library, const char *cwd, char *const *env)
{
    char image[LX_IMAGE_INLINE_MAX] __attribute__((aligned(8)));
    char trace[PATH_MAX];
    char programs[PATH_MAX];
    const char *file = get(env, "LXSHIM_TRACE");
    int all = file != NULL && strncmp(file, "all:", 4) == 0;
    if (strcmp(cwd, "/") == 0)
        return -EXDEV;
    if (file != NULL) {
        int r = absolute(all ? file + 4 : file, cwd, trace);
        if (r < 0)
            return r;
        /* Now, and not at the first denial, which nobody would hear of. */
        r = sys_openat(AT_FDCWD, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (r < 0) {
            name_failure(out, room, trace, r);
            return -EIO;
        }
        sys_close(r);
    }
    long size =
        lx_builtin_image(image, sizeof(image), cwd, sys_getuid(), sys_getgid(),
                         file != NULL ? trace : NULL, all, find_wsl_programs(library, programs));
    return size < 0 ? (int)size : encode(image, (size_t)size, out, room);
}

/* Reads what the child prints until it closes its end. */
static size_t read_all(int fd, char *out, size_t room)
{
    size_t have = 0;
    while (have < room) {
        long n = sys_read(fd, out + have, room - have);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    return have;
}

/*
 * Runs `lxshim policy state [FILE]` and takes its output; without FILE for a policy that is only
 * there to be found, about which the program decides. A plain fork with nothing but system calls:
 * this is before main, and libc's own may have handlers that are not ready.
 */
static int compile(const char *program, const char *file, char *const *env, char *out, size_t room)
{
    /* What a policy is read by; the last two lead to the directories that are trusted. */
    static const char *const wanted[] = {"LXSHIM_TRACE", "HOME", "XDG_CONFIG_HOME"};
    char *argv[] = {(char[]){"lxshim"}, (char[]){"policy"}, (char[]){"state"},
                    (char *)(uintptr_t)file, NULL};
    char *envp[sizeof(wanted) / sizeof(wanted[0]) + 2] = {(char[]){LX_FIRST_VARIABLE "=1"}};
    int ends[2];
    int status = 0;

    for (size_t i = 0, n = 1; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const char *value = get(env, wanted[i]);
        if (value != NULL)
            envp[n++] = (char *)(uintptr_t)value - strlen(wanted[i]) - 1;
    }
    long r = SYS2(SYS_pipe2, ends, O_CLOEXEC);
    if (r < 0)
        return (int)r;
    /* No SIGCHLD at its end: the program to come has not asked for one. */
    long child = sys_call6(SYS_clone, 0, 0, 0, 0, 0, 0);
    /* qemu's emulation of a user's programs refuses a fork without one. */
    if (child == -EINVAL)
        child = sys_call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0) {
        sys_dup3(ends[1], 1, 0);
        sys_execveat(AT_FDCWD, program, argv, envp, 0);
        SYS1(SYS_exit_group, 126);
    }
    sys_close(ends[1]);
    size_t n = child < 0 ? 0 : read_all(ends[0], out, room - 1);
    sys_close(ends[0]);
    if (child < 0)
        return (int)child;
    while (SYS4(SYS_wait4, child, &status, __WALL, NULL) == -EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) == 126)
        return -ENOEXEC;
    if (WEXITSTATUS(status) != 0)
        SYS1(SYS_exit_group, 125); /* it has said why */
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
    return 0;
}

int lx_first_state(char *out, size_t room, const char *library, char *const *env)
{
    char cwd[PATH_MAX];
    char program[PATH_MAX];
    const char *file = get(env, "LXSHIM_POLICY");
    long n = sys_getcwd(cwd, sizeof(cwd));
    if (n < 0 || cwd[0] != '/')
        return -ENOENT;
    if (file == NULL &&
        sys_faccessat(AT_FDCWD, LX_FOUND_NAME, 0 /* F_OK */, AT_SYMLINK_NOFOLLOW) < 0)
        return built_in(out, room, library, cwd, env);
    int r = find_program(library, program);
    return r < 0 ? r : compile(program, file, env, out, room);
}

const char *lx_first_problem(int error)
{
    switch (-error) {
    case EXDEV:
        return "/ cannot be a Windows drive: start in the directory that shall be one, or name a "
               "policy in LXSHIM_POLICY";
    case EIO:
        return "cannot write the trace to ";
    case ENOENT:
        return "the current directory is gone";
    case ENOEXEC:
        return "cannot read the policy: no lxshim program beside liblxshim.so, in ../bin from "
               "there, "
               "nor in " LXSHIM_BINDIR;
    case ENOSPC:
    case ENAMETOOLONG:
        return "the current directory's path is too long";
    default:
        return "cannot start the lxshim program that reads the policy";
    }
}
