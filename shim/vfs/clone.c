/* SPDX-License-Identifier: MIT */
#include "vfs/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "fs/holding.h"
#include "mounts/mark.h"
#include "store/procscan.h"
#include "sys/sys.h"
#include "vfs/mounts.h"

/* The byte of a clone's lock; -1 for any other descriptor. */
static int64_t byte_at(int fd, uint32_t *number, unsigned long *flags)
{
    int64_t byte = fd < 0 ? -1 : procscan_own_lock(fd, MARK_FIRST);
    return byte >= 0 && mark_read(byte, number, flags) ? byte : -1;
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
    int r = fd < 0 ? fd : mark_set(fd, mark_byte(mount->number, flags));
    if (r < 0 && fd >= 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

enum clone_state clone_of(int fd, unsigned long *flags)
{
    uint32_t number;
    if (byte_at(fd, &number, flags) < 0)
        return CLONE_NONE;
    bool attached = (*flags & MARK_ATTACHED) != 0;
    *flags &= MARK_FLAGS;
    return attached ? CLONE_ATTACHED : CLONE_NOWHERE;
}

/* A clone has another byte. 0 or -errno. */
static int replace(int fd, int64_t before, int64_t byte)
{
    int r = byte == before ? 0 : mark_set(fd, byte);
    if (r == 0 && byte != before)
        r = mark_clear(fd, before);
    return r;
}

int clone_change(int fd, unsigned long flags)
{
    uint32_t number;
    unsigned long had;
    int64_t before = byte_at(fd, &number, &had);
    if (before < 0) /* somebody else has taken the mark off meanwhile */
        return -EINVAL;
    return replace(fd, before, mark_byte(number, flags & MARK_FLAGS));
}

void clone_attach(int fd, const struct lx_mount *mount)
{
    uint32_t number;
    unsigned long flags;
    int64_t before = byte_at(fd, &number, &flags);
    if (before >= 0)
        (void)replace(fd, before, mark_byte(mount->number, flags | MARK_ATTACHED));
}

static const struct lx_mount *numbered(const struct lx_mounts *mounts, uint32_t number)
{
    const struct lx_mount *m;
    for (unsigned i = 0; mounts != NULL && (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (m->number == number)
            return m;
    return NULL;
}

const struct lx_mount *clone_attached(const struct lx_policy *policy, int fd)
{
    uint32_t number = 0;
    unsigned long flags;
    (void)byte_at(fd, &number, &flags);
    return numbered(lx_mounts(policy), number);
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
    uint32_t number = 0;
    unsigned long flags;
    (void)byte_at(fd, &number, &flags);
    const struct lx_mount *m = numbered(lx_mounts(policy), number);
    if (!has(m, directory, n))
        m = numbered(policy->fixed, number);
    const struct lx_table *table = policy->table;
    for (unsigned i = 0; table != NULL && !has(m, directory, n) && lx_table_has_view(table, i); i++)
        m = numbered(lx_table_mounts(table, i), number);
    if (has(m, directory, n))
        return m;
    return mounts_of(policy, mounts_classify(policy, directory, n));
}
