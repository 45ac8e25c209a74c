/* SPDX-License-Identifier: MIT */
#include "vfs/unshown.h"

#include "fs/filesystems.h"
#include "policy/foreign.h"

struct placement unshown_marked(const struct lx_policy *policy, struct placement v,
                                const char *directory, size_t n)
{
    /* In a root that is translated, programs call its directories otherwise. */
    if (v.mount != 0 || !policy->shows || lx_foreign_root(policy) != NULL)
        return v;
    for (unsigned i = LX_MOUNT_HOST + 1; i < LX_MOUNT_TYPES; i++) {
        const struct lx_fs_shown *shows = lx_filesystems[i].ops->shows;
        if (shows != NULL && shows->named != NULL && shows->within(directory, n))
            return v;
    }
    v.flags |= PLACEMENT_KERNELS;
    return v;
}

bool unshown_is(const struct lx_task *t, int fd)
{
    struct placement v;
    uint64_t hash;
    return lx_remembers(t) && placement_recall_fd(fd, placement_stamp(), &v, &hash) &&
           (v.flags & PLACEMENT_KERNELS) != 0;
}
