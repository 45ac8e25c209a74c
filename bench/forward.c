/* SPDX-License-Identifier: MIT */
/*
 * The least a preloaded library can do: it takes the calls that a shim must take and hands them on.
 * The floor that ours is held against.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Threads that race here find the same thing. */
#define FORWARD(type, name, parameters, arguments)     \
    type name parameters                               \
    {                                                  \
        static type(*next) parameters;                 \
        if (next == NULL)                              \
            *(void **)&next = dlsym(RTLD_NEXT, #name); \
        return next arguments;                         \
    }

/* open and its like: the mode is there only if the flags say so. */
#define FORWARD_OPEN(name, parameters, arguments)      \
    int name(parameters int flags, ...)                \
    {                                                  \
        static int (*next)(parameters int, ...);       \
        mode_t mode = 0;                               \
        if ((flags & (O_CREAT | O_TMPFILE)) != 0) {    \
            va_list list;                              \
            va_start(list, flags);                     \
            mode = va_arg(list, mode_t);               \
            va_end(list);                              \
        }                                              \
        if (next == NULL)                              \
            *(void **)&next = dlsym(RTLD_NEXT, #name); \
        return next(arguments flags, mode);            \
    }

#define COMMA ,
FORWARD_OPEN(open, const char *path COMMA, path COMMA)
FORWARD_OPEN(open64, const char *path COMMA, path COMMA)
FORWARD_OPEN(openat, int fd COMMA const char *path COMMA, fd COMMA path COMMA)
FORWARD_OPEN(openat64, int fd COMMA const char *path COMMA, fd COMMA path COMMA)

FORWARD(int, close, (int fd), (fd))
FORWARD(int, stat, (const char *path, struct stat *st), (path, st))
FORWARD(int, lstat, (const char *path, struct stat *st), (path, st))
FORWARD(int, fstat, (int fd, struct stat *st), (fd, st))
FORWARD(int, fstatat, (int fd, const char *path, struct stat *st, int flags), (fd, path, st, flags))
FORWARD(int, statx, (int fd, const char *path, int flags, unsigned mask, struct statx *st),
        (fd, path, flags, mask, st))
FORWARD(int, access, (const char *path, int mode), (path, mode))
FORWARD(int, faccessat, (int fd, const char *path, int mode, int flags), (fd, path, mode, flags))
FORWARD(ssize_t, readlink, (const char *path, char *to, size_t n), (path, to, n))
FORWARD(int, unlink, (const char *path), (path))
FORWARD(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
FORWARD(int, rename, (const char *from, const char *to), (from, to))
FORWARD(int, mkdir, (const char *path, mode_t mode), (path, mode))
FORWARD(int, rmdir, (const char *path), (path))
FORWARD(int, chdir, (const char *path), (path))
FORWARD(DIR *, opendir, (const char *path), (path))
FORWARD(struct dirent *, readdir, (DIR * dir), (dir))
FORWARD(int, closedir, (DIR * dir), (dir))
