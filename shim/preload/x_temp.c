/* SPDX-License-Identifier: MIT */
/* Temporary names: mkstemp and its relatives. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "preload/shim.h"
#include "sys/clock.h"
#include "sys/sys.h"

/* How many names are tried before EEXIST; POSIX asks for TMP_MAX at least. */
#define ATTEMPTS (62 * 62 * 62)

static uint64_t random_bits(void)
{
    uint64_t bits;
    struct timespec now;
    if (SYS3(SYS_getrandom, &bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits))
        return bits;
    sys_clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_nsec * UINT64_C(6364136223846793005) ^ (uintptr_t)&bits;
}

/* Makes one attempt at a name. Returns a result, or -EEXIST to try another. */
typedef long attempt(const char *path, int flags);

/* Fills the six X before the suffix with letters until an attempt succeeds. */
static long fill(char *template, int suffix, int flags, attempt *try)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(template);
    if (suffix < 0 || n < 6 + (size_t)suffix)
        return -EINVAL;
    char *x = template + n - 6 - (size_t)suffix;
    if (memcmp(x, "XXXXXX", 6) != 0)
        return -EINVAL;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        uint64_t bits = random_bits();
        for (int k = 0; k < 6; k++) {
            x[k] = letters[bits % 62];
            bits /= 62;
        }
        long r = try(template, flags);
        if (r != -EEXIST)
            return r;
    }
    return -EEXIST;
}

static long make_file(const char *path, int flags)
{
    flags = (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL;
    return lx_openat(lx_self(), AT_FDCWD, path, flags, 0600);
}

static long make_directory(const char *path, int flags)
{
    (void)flags;
    return lx_mkdirat(lx_self(), AT_FDCWD, path, 0700);
}

static long only_free(const char *path, int flags)
{
    struct stat st;
    (void)flags;
    long r = lx_fstatat(lx_self(), AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW);
    return r == -ENOENT ? 0 : r < 0 ? r : -EEXIST;
}

LX_EXPORT int mkostemps(char *template, int suffix, int flags)
{
    return (int)lx_ret(fill(template, suffix, flags | O_LARGEFILE, make_file));
}
LX_WIDE(mkostemps64, mkostemps);

LX_EXPORT int mkostemp(char *template, int flags)
{
    return mkostemps(template, 0, flags);
}
LX_WIDE(mkostemp64, mkostemp);

LX_EXPORT int mkstemps(char *template, int suffix)
{
    return mkostemps(template, suffix, 0);
}
LX_WIDE(mkstemps64, mkstemps);

LX_EXPORT int mkstemp(char *template)
{
    return mkostemps(template, 0, 0);
}
LX_WIDE(mkstemp64, mkstemp);

#if defined(__i386__)
/* Files that end at 2 GiB. */
LX_NARROW(int, mkostemps, char *template, int suffix, int flags)
{
    return (int)lx_ret(fill(template, suffix, flags, make_file));
}

LX_NARROW(int, mkostemp, char *template, int flags)
{
    return lx_narrow_mkostemps(template, 0, flags);
}

LX_NARROW(int, mkstemps, char *template, int suffix)
{
    return lx_narrow_mkostemps(template, suffix, 0);
}

LX_NARROW(int, mkstemp, char *template)
{
    return lx_narrow_mkostemps(template, 0, 0);
}
#endif

LX_EXPORT char *mkdtemp(char *template)
{
    return lx_ret(fill(template, 0, 0, make_directory)) < 0 ? NULL : template;
}

/* On failure the template becomes empty: so says the manual. */
LX_EXPORT char *mktemp(char *template)
{
    if (lx_ret(fill(template, 0, 0, only_free)) < 0)
        template[0] = '\0';
    return template;
}
LX_ALIAS(__mktemp, mktemp);

static bool is_directory(const char *path)
{
    struct stat st;
    return path != NULL && lx_fstatat(lx_self(), AT_FDCWD, path, &st, 0) == 0 &&
           S_ISDIR(st.st_mode);
}

/* TMPDIR, then the caller's directory, then /tmp, as in glibc; TMPDIR not for setuid programs. */
static const char *temporary_directory(const char *dir)
{
    const char *wanted = secure_getenv("TMPDIR");
    if (is_directory(wanted))
        return wanted;
    return is_directory(dir) ? dir : P_tmpdir;
}

LX_EXPORT char *tempnam(const char *dir, const char *prefix)
{
    char *name;
    int length = prefix == NULL ? 0 : (int)strnlen(prefix, 5);
    if (asprintf(&name, "%s/%.*sXXXXXX", temporary_directory(dir), length > 0 ? length : 4,
                 length > 0 ? prefix : "file") < 0)
        return NULL;
    if (lx_ret(fill(name, 0, 0, only_free)) < 0) {
        free(name);
        return NULL;
    }
    return name;
}
