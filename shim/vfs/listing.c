/* SPDX-License-Identifier: MIT */
#include "vfs/listing.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "sys/dirents.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/names.h"
#include "vfs/ops.h"
#include "vfs/shown.h"
#include "vfs/unshown.h"

/* The bytes of a record for a name of n bytes. */
static size_t record_size(size_t n)
{
    return (offsetof(struct sys_dirent, name) + n + 1 + 7) & ~(size_t)7;
}

/* What is listed in a directory besides the kernel's entries. */
struct besides {
    const struct lx_task *t;
    int fd;
    const char *dir; /* by its name, of what a run shows there */
    size_t length;   /* of that, or 0 */
    bool has_mounts;
    unsigned mount;
    unsigned shown;
};

static const char *next(struct besides *b)
{
    unsigned n = b->mount;
    const char *name = b->has_mounts ? vfs_listed_mount(b->t, b->fd, &n) : NULL;
    b->mount++;
    b->has_mounts = name != NULL;
    return name != NULL || b->length == 0
               ? name
               : shown_besides(b->t->policy, b->dir, b->length, &b->shown);
}

/* The bytes of their records. */
static size_t size_of(struct besides b)
{
    const char *name;
    size_t size = 0;
    while ((name = next(&b)) != NULL)
        size += record_size(strlen(name));
    return size;
}

/* Appends them to a block of `used` bytes, as entries at the place where its last one ends. */
static long append(struct besides b, char *block, long used, int64_t place)
{
    const char *name;
    while ((name = next(&b)) != NULL) {
        size_t size = record_size(strlen(name));
        struct sys_dirent *e = sys_dirent_at(block, used);
        struct stat st;
        bool known = lx_fstatat(b.t, b.fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
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
    struct besides b = {.t = t, .fd = fd, .dir = dir, .has_mounts = true};
    if (sys_lseek(fd, 0, SEEK_CUR) != 0)
        return 0;
    if (!shown_lists(t, fd, dir, &b.length))
        b.length = 0;
    size_t besides = size_of(b);
    if (besides == 0 || size < besides + record_size(NAME_MAX))
        return 0;
    long n = sys_getdents64(fd, block, size - besides);
    if (n <= 0)
        return n;
    long used = vfs_listed_block(t, fd, block, n);
    return append(b, block, used, sys_lseek(fd, 0, SEEK_CUR));
}

/*
 * True where a listing may differ from the kernel's by entries that this lacks: no target is
 * missing where all mounts are in place, and to ask what a descriptor is of takes a worker two
 * calls more.
 */
static bool may_differ(const struct lx_task *t, int fd)
{
    uint64_t hash;
    return (t->policy->shows && !unshown_is(t, fd)) ||
           (lx_redirects(t->policy) &&
            (vfs_descriptor(t, fd, &hash).flags & PLACEMENT_PARENT) != 0);
}

long vfs_read_block(const struct lx_task *t, int fd, void *block, size_t size)
{
    long n = may_differ(t, fd) ? read_first(t, fd, block, size) : 0;
    /* A block of which nothing is left is not the end of the directory. */
    while (n == 0) {
        n = sys_getdents64(fd, block, size);
        if (n <= 0)
            return n;
        n = vfs_listed_block(t, fd, block, n);
    }
    return n;
}
