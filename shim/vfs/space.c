/* SPDX-License-Identifier: MIT */
#include "vfs/space.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "policy/path.h"
#include "sys/mountid.h"
#include "sys/sys.h"

/* True where a newer mount of the list has another's point: what is there says nothing of it. */
static bool is_covered(const struct lx_mounts *mounts, const struct lx_mount *mount)
{
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (m->number > mount->number && lx_path_within(lx_target(mount), lx_backing(m)))
            return true;
    return false;
}

/* True where the kernel has a mount at a point: for a drive, of the directory that holds it. */
static bool is_there(const struct lx_mount *mount)
{
    struct stat at;
    struct stat holder;
    if (!sys_is_mount_root(AT_FDCWD, lx_target(mount), AT_SYMLINK_NOFOLLOW))
        return false;
    if (mount->type == LX_MOUNT_HOST)
        return true;
    if (sys_fstatat(AT_FDCWD, lx_target(mount), &at, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    return sys_fstatat(AT_FDCWD, lx_bind_alias(mount), &holder, AT_SYMLINK_NOFOLLOW) < 0 ||
           (at.st_dev == holder.st_dev && at.st_ino == holder.st_ino);
}

/* How many mounts of a list the kernel has here; -1 where one is missing. */
static int count_here(const struct lx_mounts *mounts)
{
    const struct lx_mount *m;
    int count = 0;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        bool real = m->type == LX_MOUNT_HOST || lx_bind_alias(m) != NULL;
        if (!real || lx_is_root(m) || (m->flags & LX_MOUNT_OWN_NAME) != 0 || is_covered(mounts, m))
            continue;
        if (!is_there(m))
            return -1;
        count++;
    }
    return count;
}

void vfs_enter_space(struct lx_policy *policy, uint64_t space)
{
    const struct lx_table *table = policy->table;
    policy->space = space;
    policy->origin = lx_table_view(table, space, 0);
    if (policy->origin != 0 || !lx_table_has_view(table, 1))
        return;    /* it has its own, or there is no choice */
    int most = -2; /* the first list is as good as any where none has all of its mounts here */
    for (unsigned i = 0; lx_table_has_view(table, i); i++) {
        const struct lx_mounts *mounts = lx_table_mounts(table, i);
        int count = count_here(mounts == NULL ? policy->fixed : mounts);
        if (count > most) {
            most = count;
            policy->origin = i;
        }
    }
}
