/* SPDX-License-Identifier: MIT */
/* Streams that are opened by name. libc opens them inside itself, where no name of ours is called.
 */
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/ending.h"
#include "preload/next.h"
#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/caches.h"
#include "vfs/placement.h"
#include "vfs/shown.h"
#include "vfs/tables.h"

/* The open flags of a mode string, or -1. Letters beyond the seventh are not looked at, as in
 * glibc. */
static int open_flags(const char *mode)
{
    int flags;
    switch (*mode) {
    case 'r':
        flags = O_RDONLY;
        break;
    case 'w':
        flags = O_WRONLY | O_CREAT | O_TRUNC;
        break;
    case 'a':
        flags = O_WRONLY | O_CREAT | O_APPEND;
        break;
    default:
        return -1;
    }
    for (int i = 1; i < 7 && mode[i] != '\0' && mode[i] != ','; i++) {
        if (mode[i] == '+')
            flags = (flags & ~O_ACCMODE) | O_RDWR;
        else if (mode[i] == 'x')
            flags |= O_EXCL;
        else if (mode[i] == 'e')
            flags |= O_CLOEXEC;
    }
    return flags;
}

/* The same mode for a file that is open already: without 'x', which would find it existing. */
static void reopen_mode(const char *mode, char *out, size_t room)
{
    size_t n = 0;
    size_t letters = strcspn(mode, ",");
    for (size_t i = 0; mode[i] != '\0' && n + 1 < room; i++)
        if (mode[i] != 'x' || i >= letters)
            out[n++] = mode[i];
    out[n] = '\0';
}

/* libc's own functions, by what they open files with: `large` is O_LARGEFILE, or 0. */
static FILE *next_fopen(const char *path, const char *mode, int large)
{
    return large == O_LARGEFILE ? NEXT_WIDE(fopen, fopen64)(path, mode)
                                : NEXT_NAMED("fopen", __typeof__(fopen))(path, mode);
}

static FILE *next_freopen(const char *path, const char *mode, FILE *stream, int large)
{
    return large == O_LARGEFILE ? NEXT_WIDE(freopen, freopen64)(path, mode, stream)
                                : NEXT_NAMED("freopen", __typeof__(freopen))(path, mode, stream);
}

static int open_for(const char *path, const char *mode, int large)
{
    int flags = open_flags(mode);
    if (flags < 0)
        return (int)lx_ret(-EINVAL);
    return (int)lx_ret(lx_openat(lx_self(), AT_FDCWD, path, flags | large, 0666));
}

static FILE *open_stream(const char *path, const char *mode, int large)
{
    FILE *stream;
    int fd = open_for(path, mode, large);
    if (fd < 0)
        return NULL;
    if (strstr(mode, ",ccs=") == NULL) {
        stream = fdopen(fd, mode);
        if (stream == NULL)
            sys_close(fd);
        return stream;
    }
    /* Only opening by name sets up a conversion; the descriptor has a name. */
    char name[SYS_FD_PATH];
    char same[64];
    sys_fd_path(fd, name);
    reopen_mode(mode, same, sizeof(same));
    stream = next_fopen(name, same, large);
    sys_close(fd);
    return stream;
}

/* True where libc may open a path by itself: no rule applies, and its spelling is the kernel's. */
static bool is_plain(const char *path)
{
    char native[PATH_MAX];
    if (sys_string(path, placement_tick()) < 0)
        return true; /* the kernel says so */
    return !tables_named(path, strlen(path)) && !caches_named(path, strlen(path)) &&
           !shown_named(lx_self()->policy, path, strlen(path)) &&
           lx_where(lx_self(), AT_FDCWD, path, 0) == 0 &&
           lx_native_path(lx_self(), AT_FDCWD, path, native, sizeof(native), 0) > 0 &&
           strcmp(path, native) == 0;
}

static FILE *reopen_stream(const char *path, const char *mode, FILE *stream, int large)
{
    char name[SYS_FD_PATH];
    char same[64];
    /* libc replaces the descriptor below the stream by itself. */
    int below = fileno(stream);
    bool matters = ending_matters(below);
    placement_forget_fd(below);
    if (path == NULL || is_plain(path)) {
        stream = next_freopen(path, mode, stream, large);
        placement_forget_fd(below);
        if (matters)
            vfs_settle(lx_self(), false);
        return stream;
    }
    int fd = open_for(path, mode, large);
    if (fd < 0) {
        /* The stream is closed all the same, as only libc's own failing freopen does it. */
        int error = errno;
        (void)next_freopen("/dev/null/none", "r", stream, large);
        errno = error;
        if (matters)
            vfs_settle(lx_self(), false);
        return NULL;
    }
    sys_fd_path(fd, name);
    reopen_mode(mode, same, sizeof(same));
    stream = next_freopen(name, same, stream, large);
    sys_close(fd);
    placement_forget_fd(below);
    if (matters)
        vfs_settle(lx_self(), false);
    return stream;
}

LX_EXPORT FILE *fopen(const char *restrict path, const char *restrict mode)
{
    return open_stream(path, mode, O_LARGEFILE);
}
LX_WIDE(fopen64, fopen);
LX_WIDE(_IO_fopen, fopen);

/* The stream of a mount table, or of fstab. As glibc's it is closed on exec. */
LX_EXPORT FILE *setmntent(const char *path, const char *mode)
{
    char same[16];
    size_t n = strnlen(mode, sizeof(same) - 2);
    memcpy(same, mode, n);
    memcpy(same + n, "e", 2);
    return open_stream(path, same, O_LARGEFILE);
}
LX_ALIAS(__setmntent, setmntent);

LX_EXPORT FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
    return reopen_stream(path, mode, stream, O_LARGEFILE);
}
LX_WIDE(freopen64, freopen);

#if defined(__i386__)
/* Files that end at 2 GiB. */
LX_NARROW(FILE *, fopen, const char *path, const char *mode)
{
    return open_stream(path, mode, 0);
}
LX_ALIAS(_IO_fopen, fopen);

LX_NARROW(FILE *, freopen, const char *path, const char *mode, FILE *stream)
{
    return reopen_stream(path, mode, stream, 0);
}
#endif
