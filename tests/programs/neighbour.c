/* SPDX-License-Identifier: MIT */
/*
 * Preloaded beside the shim, as test suites preload a library of their own to see how a program
 * takes a failure: some of libc's functions say something else of some names, and ask the next
 * definition otherwise. Its constructor looks at a file before anybody's main has begun.
 *
 *   vanished   looks like the file "there", but cannot be opened
 *   locked     cannot be opened: EBUSY
 *
 * $NEIGHBOUR_GLIBC is what libc says of its version. $NEIGHBOUR_LOG gets a line for each time that
 * it answered, and one of what the constructor saw.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *what)
{
    const char *log = getenv("NEIGHBOUR_LOG");
    int fd = log == NULL ? -1 : NEXT(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0) {
        dprintf(fd, "%s\n", what);
        close(fd);
    }
}

static bool is(const char *path, const char *name)
{
    return path != NULL && strcmp(path, name) == 0;
}

static const char *instead(const char *path)
{
    if (!is(path, "vanished"))
        return path;
    note("vanished");
    return "there";
}

int stat(const char *path, struct stat *st)
{
    return NEXT(stat)(instead(path), st);
}

int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
    return NEXT(fstatat)(dirfd, instead(path), st, flags);
}

int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *stx)
{
    return NEXT(statx)(dirfd, instead(path), flags, mask, stx);
}

static int refuse(void)
{
    note("locked");
    errno = EBUSY;
    return -1;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return is(path, "locked") ? refuse() : NEXT(open)(path, flags, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return is(path, "locked") ? refuse() : NEXT(openat)(dirfd, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return is(path, "locked") && refuse() < 0 ? NULL : NEXT(fopen)(path, mode);
}

/* Another glibc than there is. */
const char *gnu_get_libc_version(void)
{
    const char *version = getenv("NEIGHBOUR_GLIBC");
    return version != NULL ? version : NEXT(gnu_get_libc_version)();
}

static __attribute__((constructor(101))) void early(void)
{
    struct stat st;
    char line[64];
    if (NEXT(stat)("early", &st) < 0)
        return;
    snprintf(line, sizeof(line), "early %o", (unsigned)st.st_mode & 07777);
    note(line);
}
