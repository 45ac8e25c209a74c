/* SPDX-License-Identifier: MIT */
#include "vfs/listing.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/names.h"
#include "vfs/ops.h"
#include "vfs/shown.h"
#include "vfs/unshown.h"

/* The bytes of a record for a name of n bytes. */
static size_t record_size(size_t n)
{
    return (offsetof(struct sys_dirent, name) + n + 1 + 7) & ~(size_t)7;
}

/* The bytes of the records for what a run shows besides. */
static size_t size_besides(const struct lx_policy *policy, const char *dir, size_t length)
{
    const char *name;
    size_t size = 0;
    for (unsigned at = 0; (name = shown_besides(policy, dir, length, &at)) != NULL;)
        size += record_size(strlen(name));
    return size;
}

/* Appends them to a block of `used` bytes, as entries at the place where its last one ends. */
static long append_besides(const struct lx_task *t, int fd, const char *dir, size_t length,
                           char *block, long used, int64_t place)
{
    const char *name;
    for (unsigned at = 0; (name = shown_besides(t->policy, dir, length, &at)) != NULL;) {
        size_t size = record_size(strlen(name));
        struct sys_dirent *e = sys_dirent_at(block, used);
        struct stat st;
        bool known = lx_fstatat(t, fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
        memset(e, 0, size);
        e->ino = known ? st.st_ino : 1;
        e->off = place;
        e->length = (uint16_t)size;
        e->type = known ? (unsigned char)IFTODT(st.st_mode) : DT_UNKNOWN;
        memcpy(e->name, name, strlen(name));
        used += (long)size;
    }
    return used;
}

/* The first block of a directory that has entries besides the kernel's. Apart, for its buffer. */
static __attribute__((noinline)) long read_first(const struct lx_task *t, int fd, void *block,
                                                 size_t size)
{
    char dir[PATH_MAX];
    size_t length;
    if (sys_lseek(fd, 0, SEEK_CUR) != 0 || !shown_lists(t, fd, dir, &length))
        return 0;
    size_t besides = size_besides(t->policy, dir, length);
    if (besides == 0 || size < besides + record_size(NAME_MAX))
        return 0;
    long n = sys_getdents64(fd, block, size - besides);
    if (n <= 0)
        return n;
    long used = vfs_listed_block(t, fd, block, n);
    return append_besides(t, fd, dir, length, block, used, sys_lseek(fd, 0, SEEK_CUR));
}

long vfs_read_block(const struct lx_task *t, int fd, void *block, size_t size)
{
    bool may_differ = t->policy->shows && !unshown_is(t, fd);
    long n = may_differ ? read_first(t, fd, block, size) : 0;
    /* A block of which nothing is left is not the end of the directory. */
    while (n == 0) {
        n = sys_getdents64(fd, block, size);
        if (n <= 0)
            return n;
        n = vfs_listed_block(t, fd, block, n);
    }
    return n;
}
