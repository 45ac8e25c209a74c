/* SPDX-License-Identifier: MIT */
#include "vfs/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "fs/holding.h"
#include "store/procscan.h"
#include "sys/sys.h"
#include "vfs/mounts.h"

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

/*
 * The byte that is locked says it all: the mount's number in the lower half, flags above that. No
 * directory has bytes, and so far out no program locks; the marks of store/shares.h are farther.
 */
#define FIRST    (INT64_C(1) << 62)
#define FLAGS_AT 32
#define FLAGS    0x3ffffffUL /* up to MS_LAZYTIME */

static int64_t byte_of(uint32_t number, unsigned long flags)
{
    return FIRST | (int64_t)(flags & FLAGS) << FLAGS_AT | (int64_t)number;
}

static int set_lock(int fd, short type, int64_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
}

/* The byte of a clone's lock; -1 for any other descriptor. */
static int64_t byte_at(int fd)
{
    int64_t byte = fd < 0 ? -1 : procscan_own_lock(fd, FIRST);
    return byte < 0 || byte >= byte_of(0, 0) + (INT64_C(1) << 58) ? -1 : byte;
}

/*
 * The backing's own name of a directory in what is bound: by that a clone does not keep the mount
 * busy, as natively. Where it is another mount's by that name, or what is mounted in it belongs to
 * the clone, there is none. The mount is the one that has the name then.
 */
static const char *own_name(const struct lx_policy *policy, const struct lx_mount **mount,
                            const char *native, char name[PATH_MAX])
{
    if (((*mount)->flags & LX_MOUNT_OWN_NAME) != 0 || !lx_alias_path(*mount, native, name))
        return native;
    const struct lx_mount *m = mounts_of(policy, mounts_classify(policy, name, strlen(name)));
    if (m == NULL || m->device != (*mount)->device)
        return native;
    *mount = m;
    return name;
}

long clone_make(const struct lx_policy *policy, const struct lx_mount *mount,
                const char native[PATH_MAX], unsigned long flags, bool closes)
{
    char name[PATH_MAX];
    const char *path = (flags & MS_REC) != 0 ? native : own_name(policy, &mount, native, name);
    int fd = sys_openat(AT_FDCWD, path,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | (closes ? O_CLOEXEC : 0), 0);
    int r = fd < 0 ? fd : set_lock(fd, F_RDLCK, byte_of(mount->number, flags));
    if (r < 0 && fd >= 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

bool clone_has(int fd, unsigned long *flags)
{
    int64_t byte = byte_at(fd);
    if (byte < 0)
        return false;
    *flags = (unsigned long)(byte >> FLAGS_AT) & FLAGS;
    return true;
}

int clone_change(int fd, unsigned long flags)
{
    int64_t before = byte_at(fd);
    int64_t byte = byte_of((uint32_t)before, flags);
    int r = byte == before ? 0 : set_lock(fd, F_RDLCK, byte);
    if (r == 0 && byte != before)
        r = set_lock(fd, F_UNLCK, before);
    return r;
}

static const struct lx_mount *numbered(const struct lx_mounts *mounts, uint32_t number)
{
    const struct lx_mount *m;
    for (unsigned i = 0; mounts != NULL && (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (m->number == number)
            return m;
    return NULL;
}

/* True where a directory of that name is in a mount. */
static bool has(const struct lx_mount *m, const char *directory, size_t n)
{
    return m != NULL && m->type != LX_MOUNT_HOST && n >= m->backing_length &&
           memcmp(directory, lx_backing(m), m->backing_length) == 0 &&
           (n == m->backing_length || directory[m->backing_length] == '/');
}

const struct lx_mount *clone_mount(const struct lx_policy *policy, int fd, const char *directory,
                                   size_t n)
{
    const uint32_t number = (uint32_t)byte_at(fd);
    const struct lx_mount *m = numbered(lx_mounts(policy), number);
    if (!has(m, directory, n))
        m = numbered(policy->fixed, number);
    for (unsigned i = 0; !has(m, directory, n) && policy->table != NULL && i < LX_TABLE_VIEWS; i++)
        m = numbered(lx_table_mounts(policy->table, i), number);
    if (has(m, directory, n))
        return m;
    return mounts_of(policy, mounts_classify(policy, directory, n));
}
