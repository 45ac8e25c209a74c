/* SPDX-License-Identifier: MIT */
/* glob reads directories inside libc, but by functions of the caller's where it is given any. */
#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include "preload/foreign.h"
#include "preload/next.h"
#include "preload/shim.h"

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

LX_EXPORT int glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int),
                   glob_t *restrict found)
{
    if ((flags & GLOB_ALTDIRFUNC) != 0 || lx_foreign())
        return NEXT(glob)(pattern, flags, on_error, found);
    found->gl_opendir = open_directory;
    found->gl_readdir = read_directory;
    found->gl_closedir = close_directory;
    found->gl_stat = stat;
    found->gl_lstat = lstat;
    int r = NEXT(glob)(pattern, flags | GLOB_ALTDIRFUNC, on_error, found);
    found->gl_flags &= ~GLOB_ALTDIRFUNC;
    return r;
}
LX_ALIAS(glob64, glob);
