/* SPDX-License-Identifier: MIT */
/* Where we are, and what a path really is: getcwd, chdir, realpath and relatives. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/next.h"
#include "preload/shim.h"
#include "sys/sys.h"

void __chk_fail(void) __attribute__((weak, noreturn));
#if !defined(LXSHIM_MUSL)
extern __typeof__(strerrordesc_np) strerrordesc_np __attribute__((weak)); /* not in musl */
#define IS_GLIBC true
#else
#define IS_GLIBC false
#endif

LX_EXPORT int chdir(const char *path)
{
    return (int)lx_ret(lx_chdir(lx_self(), AT_FDCWD, path));
}

LX_EXPORT int fchdir(int fd)
{
    return (int)lx_ret(fd < 0 ? -EBADF : lx_chdir(lx_self(), fd, LX_DESCRIPTOR));
}

/* The kernel says where one is outside of his own "/"; to libc there is no such place. */
static long find_cwd(char path[PATH_MAX])
{
    long n = lx_getcwd_here(lx_self(), path);
    return n > 0 && path[0] != '/' ? -ENOENT : n;
}

/* Gives a program what was found, n bytes: its address may be any. Returns that, or NULL. */
static char *give(char *buf, const char *path, size_t n)
{
    return lx_ret(lx_give(lx_self(), buf, path, n)) < 0 ? NULL : buf;
}

LX_EXPORT char *getcwd(char *buf, size_t size)
{
    char path[PATH_MAX];
    if (buf != NULL && size == 0) {
        errno = EINVAL;
        return NULL;
    }
    long n = find_cwd(path);
    if (n == -ENAMETOOLONG)
        return NEXT(getcwd)(buf, size); /* longer than a page: libc climbs up to the root */
    if (lx_ret(n) < 0)
        return NULL;
    if (buf == NULL) {
        /* As glibc: of the size asked for, or just large enough; as musl, always that. The caller
         * frees it. */
        if (size == 0 || !IS_GLIBC)
            size = (size_t)n;
        if (size >= (size_t)n) {
            buf = malloc(size);
            return buf == NULL ? NULL : memcpy(buf, path, (size_t)n);
        }
    }
    if (size < (size_t)n) {
        errno = ERANGE;
        return NULL;
    }
    return give(buf, path, (size_t)n);
}

LX_EXPORT char *__getcwd_chk(char *buf, size_t size, size_t room);
LX_EXPORT char *__getcwd_chk(char *buf, size_t size, size_t room)
{
    if (size > room && __chk_fail != NULL)
        __chk_fail();
    return getcwd(buf, size);
}

#if !defined(LXSHIM_MUSL) /* musl has no such names */
/* On failure buf holds a message: so says the manual. */
LX_EXPORT char *getwd(char *buf)
{
    char path[PATH_MAX];
    if (lx_is_null(buf)) {
        errno = EINVAL;
        return NULL;
    }
    long n = lx_ret(find_cwd(path));
    if (n >= 0)
        return give(buf, path, (size_t)n);
    strcpy(buf, strerrordesc_np != NULL ? strerrordesc_np(errno) : "");
    return NULL;
}

/* To glibc this is getcwd, which says what it cannot write to, and finds room where there is none
 * to write to. */
LX_EXPORT char *__getwd_chk(char *buf, size_t room);
LX_EXPORT char *__getwd_chk(char *buf, size_t room)
{
    char *path = getcwd(buf, room);
    if (path == NULL && errno == ERANGE && __chk_fail != NULL)
        __chk_fail();
    return path;
}
#endif

LX_EXPORT char *get_current_dir_name(void)
{
    const struct lx_task *t = lx_self();
    const char *pwd = getenv("PWD");
    struct stat here;
    struct stat there;
    if (pwd != NULL && pwd[0] == '/' && lx_fstatat(t, AT_FDCWD, ".", &here, 0) == 0 &&
        lx_fstatat(t, AT_FDCWD, pwd, &there, 0) == 0 && here.st_dev == there.st_dev &&
        here.st_ino == there.st_ino)
        return strdup(pwd);
    return getcwd(NULL, 0);
}

static char *resolve(const char *path, char *resolved)
{
    char buf[PATH_MAX];
    char here[PATH_MAX];
    if (path == NULL || path[0] == '\0') {
        errno = path == NULL ? EINVAL : ENOENT;
        return NULL;
    }
    long n = lx_realpath(lx_self(), path, buf);
    if (n == -ENOENT && path[0] != '/' && find_cwd(here) == -ENAMETOOLONG)
        return NEXT(realpath)(path, resolved); /* as getcwd */
    /* Of what is missing, or may not be looked at, the manual has the way there. */
    if ((n == -ENOENT || n == -EACCES) && resolved != NULL && IS_GLIBC)
        strcpy(resolved, buf);
    if (lx_ret(n) < 0)
        return NULL;
    return resolved == NULL ? strdup(buf) : memcpy(resolved, buf, (size_t)n + 1);
}

LX_EXPORT char *realpath(const char *restrict path, char *restrict resolved)
{
    return resolve(path, resolved);
}

LX_EXPORT char *__realpath_chk(const char *path, char *resolved, size_t room);
LX_EXPORT char *__realpath_chk(const char *path, char *resolved, size_t room)
{
    if (room < PATH_MAX && __chk_fail != NULL)
        __chk_fail();
    return resolve(path, resolved);
}

LX_EXPORT char *canonicalize_file_name(const char *path)
{
    return resolve(path, NULL);
}
