/* SPDX-License-Identifier: MIT */
#include "vfs/finish.h"

#include <string.h>

#include "sys/fdpath.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/room.h"

/* NULL where what is removed is gone at once. */
static const struct lx_fs_removal *removal_on(const struct lx_mount *mount)
{
    return lx_filesystem(mount)->ops->removal;
}

/* True where nothing at all is pending on any mount. */
static bool all_idle(const struct lx_policy *policy)
{
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        if (removal_on(m) != NULL && !removal_on(m)->idle(m))
            return false;
    }
    return true;
}

bool vfs_may_be_ending(const struct lx_task *t, int fd)
{
    struct stat st;
    if (t->policy->stats != NULL)
        return true;
    int r = fd == AT_FDCWD ? sys_fstatat(fd, "", &st, AT_EMPTY_PATH) : sys_fstat(fd, &st);
    if (r < 0 || store_marked(&st))
        return r == 0;
    return S_ISREG(st.st_mode) && st.st_nlink > 1 && !all_idle(t->policy);
}

void vfs_ending(const struct lx_task *t, int fd, struct vfs_ending *e)
{
    e->task = t;
    e->mount = NULL;
    long n = vfs_directory_path(t, fd, e->path);
    if (n <= 0)
        return;
    const struct lx_mount *m = mounts_of(t->policy, mounts_classify(t->policy, e->path, (size_t)n));
    const struct lx_fs_removal *removal = removal_on(m);
    if (removal != NULL && (removal->nameless ? sys_is_deleted(e->path, (size_t)n)
                                              : removal->removed(e->path, (size_t)n) > 0))
        e->mount = m;
}

static long end_there(void *ending)
{
    const struct vfs_ending *e = ending;
    removal_on(e->mount)->ended(e->mount, e->path);
    return 0;
}

void vfs_ended(struct vfs_ending *e)
{
    if (e->mount != NULL)
        (void)vfs_with_room(e->task, end_there, e);
}

struct closing {
    const struct lx_task *task;
    int fd;
};

static __attribute__((noinline)) long close_and_look(void *closing)
{
    const struct closing *c = closing;
    struct vfs_ending e;
    vfs_ending(c->task, c->fd, &e);
    placement_forget_fd(c->fd);
    int r = sys_close(c->fd);
    vfs_ended(&e);
    return r;
}

int vfs_close(const struct lx_task *t, int fd)
{
    if (vfs_end_matters(t, fd) && vfs_may_be_ending(t, fd))
        return (int)vfs_with_room(t, close_and_look, &(struct closing){t, fd});
    placement_forget_fd(fd);
    return sys_close(fd);
}

struct settling {
    const struct lx_task *task;
    bool leaving;
};

static long settle_there(void *settling)
{
    const struct settling *s = settling;
    return (long)vfs_settle_all(s->task, s->leaving);
}

void vfs_settle(const struct lx_task *t, bool leaving)
{
    if (vfs_may_be_pending(t))
        (void)vfs_with_room(t, settle_there, &(struct settling){t, leaving});
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
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;) {
        left += removal_on(m) != NULL ? removal_on(m)->settle(m, leaving) : 0;
    }
    if (stats != NULL && left == 0)
        atomic_store(&stats->settled, seen);
    return left;
}
