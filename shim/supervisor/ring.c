/* SPDX-License-Identifier: MIT */
#include "supervisor/ring.h"

#include <errno.h>
#include <sys/syscall.h>

#include "supervisor/forced.h"
#include "supervisor/proc.h"
#include "sys/ring.h"
#include "sys/sys.h"

struct ring {
    uint64_t entries;
    uint64_t theirs; /* where its caller has the parameters */
    struct sys_ring_parameters parameters;
    struct sys_ring_restriction held[SYS_RING_RESTRICTIONS];
    int count;
};

bool ring_asks(long nr)
{
    return nr == SYS_io_uring_setup;
}

static long by_caller(void *by, long nr, const long args[6])
{
    return forced_call(by, nr, args);
}

static long steps(struct injection *i, struct scratch *s, const void *what)
{
    const struct ring *ring = what;
    struct sys_ring_parameters p;
    uint64_t parameters = scratch_put(s, &ring->parameters, sizeof(ring->parameters));
    uint64_t held = scratch_put(s, ring->held, (size_t)ring->count * sizeof(ring->held[0]));
    if (s->failed)
        return -EFAULT;
    long fd =
        sys_ring_make(by_caller, i, (long)ring->entries, (long)parameters, (long)held, ring->count);
    if (fd < 0)
        return fd;
    if (tracee_read(s->tracee, parameters, &p, sizeof(p)) == 0) {
        p.flags &= ~SYS_RING_DISABLED;
        if (tracee_write(s->tracee, ring->theirs, &p, sizeof(p)) == 0)
            return fd;
    }
    (void)forced_call(i, SYS_close, (const long[6]){fd, 0, 0, 0, 0, SYS_COOKIE});
    return -EFAULT;
}

long ring_make(const struct tracee *tracee, const uint64_t args[6], bool *answered)
{
    struct ring ring = {.entries = args[0], .theirs = args[1]};
    int r = tracee_read(tracee, ring.theirs, &ring.parameters, sizeof(ring.parameters));
    if (r == 0)
        r = sys_ring_allows(ring.parameters.flags);
    if (r < 0)
        return r;
    if (!proc_one_filter(tracee->tid))
        return -ENOSYS;
    /* By a ring of this worker's, which has the caller's kernel, if not its limits. */
    ring.count = sys_ring_restrictions(ring.held);
    if (ring.count < 0)
        return ring.count;
    ring.parameters.flags |= SYS_RING_DISABLED;
    const struct forced f = {.tracee = tracee,
                             .room = sizeof(ring.parameters) + sizeof(ring.held),
                             .steps = steps,
                             .what = &ring};
    long fd = force(&f, answered);
    return *answered ? fd : -ENOSYS;
}
