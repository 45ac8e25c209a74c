/* SPDX-License-Identifier: MIT */
/*
 * dlopen. What needs no other name is passed on by a jump, because the next definition looks at who
 * called it: RUNPATH and namespaces are the caller's.
 */
#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"

/* True with the native spelling where a library has to be opened by another name than the given. */
static bool native_name(const char *file, char *native)
{
    if (file == NULL || strchr(file, '/') == NULL)
        return false;
    long n = lx_native_path(lx_self(), AT_FDCWD, file, native, PATH_MAX, 0);
    if (n <= 0 || strcmp(file, native) == 0)
        return false;
    if (strchr(native, '/') == NULL && n + 2 < PATH_MAX) {
        /* Without a slash it would be looked for where libraries are. */
        memmove(native + 2, native, (size_t)n + 1);
        memcpy(native, "./", 2);
    }
    return true;
}

static __attribute__((noinline)) bool needs_other_name(const char *file)
{
    char native[PATH_MAX];
    return native_name(file, native);
}

static __attribute__((noinline)) void *open_other_name(const char *file, int mode)
{
    char native[PATH_MAX];
    return NEXT(dlopen)(native_name(file, native) ? native : file, mode);
}

LX_EXPORT void *dlopen(const char *file, int mode)
{
    if (needs_other_name(file))
        return open_other_name(file, mode);
    return NEXT(dlopen)(file, mode);
}

#if !defined(LXSHIM_MUSL) /* musl has one namespace */
LX_EXPORT void *dlmopen(Lmid_t space, const char *file, int mode)
{
    char native[PATH_MAX];
    return NEXT(dlmopen)(space, native_name(file, native) ? native : file, mode);
}
#endif
