/* SPDX-License-Identifier: MIT */
#include "vfs/ring.h"

#include <string.h>

#include "sys/address.h"
#include "sys/ring.h"
#include "sys/sys.h"
#include "vfs/placement.h"

static long own_call(void *by, long nr, const long a[6])
{
    (void)by;
    return sys_call6(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long vfs_ring_setup(const struct lx_task *t, const long a[6])
{
    struct sys_ring_restriction held[SYS_RING_RESTRICTIONS];
    struct sys_ring_parameters *theirs = (struct sys_ring_parameters *)(uintptr_t)a[1];
    struct sys_ring_parameters p;
    if (t->seccomp_confined)
        return -ENOSYS;
    if (!sys_readable(theirs, sizeof(p), placement_tick()))
        return -EFAULT;
    memcpy(&p, theirs, sizeof(p));
    int count = sys_ring_allows(p.flags);
    if (count == 0)
        count = sys_ring_restrictions(held);
    if (count < 0)
        return count;
    p.flags |= SYS_RING_DISABLED;
    long fd =
        sys_ring_make(own_call, NULL, a[0], (long)(uintptr_t)&p, (long)(uintptr_t)held, count);
    if (fd < 0)
        return fd;
    p.flags &= ~SYS_RING_DISABLED;
    if (lx_give(t, theirs, &p, sizeof(p)) < 0) {
        sys_close((int)fd);
        return -EFAULT;
    }
    placement_forget_fd((int)fd);
    return fd;
}
