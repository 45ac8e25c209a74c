/* SPDX-License-Identifier: MIT */
/* glob reads directories inside libc, but by functions of the caller's where it is given any. */
#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include "preload/export.h"
#include "preload/foreign.h"
#include "preload/next.h"

static void *open_directory(const char *path)
{
    return opendir(path);
}

static struct dirent *read_directory(void *dir)
{
    return readdir(dir);
}

static void close_directory(void *dir)
{
    closedir(dir);
}

/* libc's function for the types that this is compiled with; on 32-bit x86 it is for each of them.
 */
#if !defined(__i386__) || !defined(__USE_FILE_OFFSET64)
#define NEXT_GLOB NEXT(glob)
#elif !defined(__USE_TIME_BITS64)
#define NEXT_GLOB NEXT_NAMED("glob64", __typeof__(glob))
#else
#define NEXT_GLOB NEXT_NAMED("__glob64_time64", __typeof__(glob))
#endif

LX_EXPORT int glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int),
                   glob_t *restrict found)
{
    if ((flags & GLOB_ALTDIRFUNC) != 0 || found == NULL || lx_foreign())
        return NEXT_GLOB(pattern, flags, on_error, found);
    found->gl_opendir = open_directory;
    found->gl_readdir = read_directory;
    found->gl_closedir = close_directory;
    found->gl_stat = stat;
    found->gl_lstat = lstat;
    int r = NEXT_GLOB(pattern, flags | GLOB_ALTDIRFUNC, on_error, found);
    found->gl_flags &= ~GLOB_ALTDIRFUNC;
    return r;
}
LX_WIDE(glob64, glob);
