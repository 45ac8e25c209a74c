/* SPDX-License-Identifier: MIT */
/* The exec family. */
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "preload/exec.h"
#include "preload/shim.h"
#include "sys/sys.h"

LX_EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    return (int)lx_ret(exec_at(AT_FDCWD, path, argv, envp, 0));
}

LX_EXPORT int execv(const char *path, char *const argv[])
{
    return (int)lx_ret(exec_at(AT_FDCWD, path, argv, environ, 0));
}

LX_EXPORT int execveat(int dirfd, const char *path, char *const argv[], char *const envp[],
                       int flags)
{
    return (int)lx_ret(exec_at(dirfd, path, argv, envp, flags));
}

/* libc's header says of a list that it is never null, and the compiler believes that. */
static bool is_null(char *const *volatile list)
{
    return list == NULL;
}

LX_EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    if (fd < 0 || is_null(argv) || is_null(envp))
        return (int)lx_ret(-EINVAL); /* libc's own refusal */
    return (int)lx_ret(exec_at(fd, "", argv, envp, AT_EMPTY_PATH));
}

LX_EXPORT int execvp(const char *file, char *const argv[])
{
    return (int)lx_ret(exec_search(file, argv, environ, 1));
}

LX_EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    return (int)lx_ret(exec_search(file, argv, envp, 1));
}

/* The argument list of execl and friends as an array; on the stack, since this may be a signal
 * handler or a vfork child. `extra` receives what comes after the NULL. */
#define COLLECT(first, argv, count, args)          \
    va_start(args, first);                         \
    for (count = 1; va_arg(args, char *) != NULL;) \
        count++;                                   \
    va_end(args);                                  \
    char *argv[count + 1];                         \
    argv[0] = (char *)(uintptr_t)first;            \
    va_start(args, first);                         \
    for (size_t i_ = 1; i_ <= count; i_++)         \
    argv[i_] = va_arg(args, char *)

LX_EXPORT int execl(const char *path, const char *arg, ...)
{
    va_list args;
    size_t count;
    COLLECT(arg, argv, count, args);
    va_end(args);
    return (int)lx_ret(exec_at(AT_FDCWD, path, argv, environ, 0));
}

LX_EXPORT int execlp(const char *file, const char *arg, ...)
{
    va_list args;
    size_t count;
    COLLECT(arg, argv, count, args);
    va_end(args);
    return (int)lx_ret(exec_search(file, argv, environ, 1));
}

LX_EXPORT int execle(const char *path, const char *arg, ...)
{
    va_list args;
    size_t count;
    COLLECT(arg, argv, count, args);
    char *const *envp = va_arg(args, char *const *);
    va_end(args);
    return (int)lx_ret(exec_at(AT_FDCWD, path, argv, envp, 0));
}
