/* SPDX-License-Identifier: MIT */
#include "vfs/finish.h"

#include <string.h>

#include "nt/names.h"
#include "store/hidden.h"
#include "store/pending.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"

/* True where nothing at all is pending in any drive. */
static bool all_bare(const struct lx_policy *policy)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (!store_hidden_absent(lx_backing(m)))
            return false;
    return true;
}

/*
 * False where what a descriptor is open on is surely not pending. What is has the mark, but for a
 * file that another hard link keeps: see store/pending.c.
 */
static bool deserves_a_look(const struct lx_task *t, int fd)
{
    struct stat st;
    if (t->policy->stats != NULL)
        return true;
    int r = fd == AT_FDCWD ? sys_fstatat(fd, "", &st, AT_EMPTY_PATH) : sys_fstat(fd, &st);
    if (r < 0 || store_marked(&st))
        return r == 0;
    return S_ISREG(st.st_mode) && st.st_nlink > 1 && !all_bare(t->policy);
}

void vfs_ending(const struct lx_task *t, int fd, struct vfs_ending *e)
{
    e->mount = NULL;
    if (!deserves_a_look(t, fd))
        return;
    long n = vfs_directory_path(t, fd, e->path);
    if (n > 0 && nt_name_pending(e->path, (size_t)n))
        e->mount = mounts_of(t->policy, mounts_classify(t->policy, e->path, (size_t)n));
}

void vfs_ended(const struct vfs_ending *e)
{
    if (e->mount == NULL)
        return;
    const struct store_object o = {lx_backing(e->mount), AT_FDCWD, e->path};
    (void)store_pending_look(&o);
}

static __attribute__((noinline)) int close_and_look(const struct lx_task *t, int fd)
{
    struct vfs_ending e;
    vfs_ending(t, fd, &e);
    placement_forget_fd(fd);
    int r = sys_close(fd);
    vfs_ended(&e);
    return r;
}

int vfs_close(const struct lx_task *t, int fd)
{
    if (vfs_end_matters(t, fd))
        return close_and_look(t, fd);
    placement_forget_fd(fd);
    return sys_close(fd);
}

void vfs_settle(const struct lx_task *t, bool leaving)
{
    if (vfs_may_be_pending(t))
        (void)vfs_settle_all(t, leaving);
}

unsigned vfs_settle_all(const struct lx_task *t, bool leaving)
{
    struct lx_stats *stats = t->policy->stats;
    unsigned left = 0;
    if (t->policy->observe)
        return 0;
    uint32_t seen = stats == NULL ? 0 : atomic_load(&stats->pending);
    const struct lx_mounts *mounts = lx_mounts(t->policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        left += store_pending_settle(lx_backing(m), leaving);
    if (stats != NULL && left == 0)
        atomic_store(&stats->settled, seen);
    return left;
}
