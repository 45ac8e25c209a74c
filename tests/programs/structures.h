/* SPDX-License-Identifier: MIT */
/* What structures.c asks by and says: system calls, lines, and the facts of a file. */
#ifndef LXSHIM_TESTS_STRUCTURES_H
#define LXSHIM_TESTS_STRUCTURES_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/arch.h"
#include "sys/i386.h"
#include "sys/numbers.h"

#define CALL(nr, ...) CALL6(nr, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL6(nr, a, b, c, d, e, f, ...) \
    sys_call6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static bool raw;

static const char *answer(long r)
{
    return r < 0 ? strerrorname_np((int)-r) : "ok";
}

/* libc's way to fail, as the kernel's. */
static long of(long r)
{
    return r < 0 ? -errno : r;
}

static char agreed[1024];
static bool any;

static void begin(void)
{
    any = false;
}

/* What one way has answered to what is asked. */
static void add(const char *what, const char *way, const char *format, ...)
{
    char text[sizeof(agreed)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (!any) {
        printf("%s: %s\n", what, text);
        strcpy(agreed, text);
        any = true;
    } else if (strcmp(agreed, text) != 0) {
        printf("%s, by %s: %s\n", what, way, text);
    }
}

/* What every structure holds, in the widest types. */
struct facts {
    uint64_t dev, ino, rdev, mode, nlink, uid, gid, blksize, blocks;
    int64_t size, atime, mtime, ctime;
    bool known;
};

static struct facts whole; /* by statx, of what is asked */

static void add_stat(const char *what, const char *way, long r, const struct facts *f)
{
    if (r < 0) {
        add(what, way, "%s", answer(r));
        return;
    }
    /* Those that tell nothing by themselves: as statx has them? */
    bool same = f->ino == whole.ino && f->dev == whole.dev && f->blocks == whole.blocks &&
                f->ctime == whole.ctime && f->blksize == whole.blksize;
    /* Of others when they were looked at last is nobody's doing. */
    bool device = (f->mode & S_IFMT) == S_IFCHR;
    bool file = (f->mode & S_IFMT) == S_IFREG;
    add(what, way, "%o links %d owner %d %d size %lld times %lld %lld rdev %llx%s",
        (unsigned)f->mode, (int)f->nlink, (int)f->uid, (int)f->gid, (long long)f->size,
        file ? (long long)f->atime : 0LL, device ? 0LL : (long long)f->mtime,
        (unsigned long long)f->rdev, same ? "" : " and not as statx");
}

#define FACTS(st)                                                                       \
    {                                                                                   \
        .dev = (uint64_t)(st).dev, .ino = (st).ino, .rdev = (uint64_t)(st).rdev,        \
        .mode = (st).mode, .nlink = (st).nlink, .uid = (st).uid, .gid = (st).gid,       \
        .blksize = (uint64_t)(st).blksize, .blocks = (uint64_t)(st).blocks,             \
        .size = (int64_t)(st).size, .atime = (int32_t)(st).atime[0],                    \
        .mtime = (int32_t)(st).mtime[0], .ctime = (int32_t)(st).ctime[0], .known = true \
    }

#endif
