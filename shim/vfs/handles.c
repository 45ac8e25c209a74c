/* SPDX-License-Identifier: MIT */
#include "vfs/handles.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "fs/call.h"
#include "vfs/placement.h"
#include "vfs/run.h"

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

/* True where some mount has another value of a rule than Linux' own, or an override may act. */
static bool concerns(const struct lx_task *t, enum lx_op op, enum lx_rule rule)
{
    const struct lx_policy *policy = t->policy;
    const struct lx_mounts *mounts = lx_mounts(policy);
    const struct lx_mount *m;
    if (t->seccomp_confined)
        return false;
    if ((policy->override_ops >> op & 1) != 0)
        return true;
    for (unsigned i = 0; (m = lx_mounts_next(mounts, &i)) != NULL;)
        if (lx_rule(m, rule) != LX_NATIVE && lx_rule(m, rule) != LX_UNSAID)
            return true;
    return false;
}

static long judge(const struct lx_task *t, enum lx_op op, int fd, unsigned how)
{
    struct lx_call c;
    vfs_call_init(&c, t, op);
    c.fd[0] = fd;
    c.path[0] = LX_DESCRIPTOR;
    c.how = how;
    long r = vfs_call(&c);
    return r == -LX_CONTINUE ? 0 : r;
}

long lx_judge_seek(const struct lx_task *task, int fd, off_t offset, int whence)
{
    bool data = whence == SEEK_DATA || whence == SEEK_HOLE;
    bool rewinds = whence == SEEK_SET && offset == 0;
    if (!(data && concerns(task, LX_OP_SEEK, LX_RULE_FILE_SEEK_DATA)) &&
        !(rewinds && concerns(task, LX_OP_SEEK, LX_RULE_DIRECTORY_REWIND)))
        return 0;
    return judge(task, LX_OP_SEEK, fd, (unsigned)whence);
}

long lx_judge_sync(const struct lx_task *task, int fd)
{
    return concerns(task, LX_OP_SYNC, LX_RULE_DIRECTORY_SYNC)
               ? judge(task, LX_OP_SYNC, fd, LX_SYNC_ALL)
               : 0;
}

long lx_judge_sync_range(const struct lx_task *task, int fd)
{
    return concerns(task, LX_OP_SYNC, LX_RULE_FILE_SYNC_RANGE)
               ? judge(task, LX_OP_SYNC, fd, LX_SYNC_RANGE)
               : 0;
}

/* True for a request by which flags are set, whose direction and letter are bits of its number. */
static bool sets_flags(unsigned long request)
{
    unsigned letter = request >> 8 & 0xFF;
    return (request >> 30 & 1) != 0 && (letter == 'f' || letter == 'X');
}

/*
 * Flags that are set the kernel reads before it asks the file system, and tells those of what has
 * any [Linux 5.13, inferred from fs/ioctl.c]: it has the errno for an address that is none.
 */
static bool lacks_flags(const struct lx_task *task, unsigned long request, const void *at)
{
    if (!sets_flags(request))
        return false;
    return task->pid != 0 ? at == NULL : !sys_readable(at, sizeof(uint32_t), placement_tick());
}

long lx_judge_ioctl(const struct lx_task *task, int fd, unsigned long request, const void *at)
{
    switch ((uint32_t)request) {
#define REQUEST(number) case number:
#include "sys/requests.def"
#undef REQUEST
        if (!concerns(task, LX_OP_IOCTL, LX_RULE_IOCTL_FLAGS) || lacks_flags(task, request, at))
            return 0;
        return judge(task, LX_OP_IOCTL, fd, 0);
    default:
        return 0;
    }
}

long lx_flags_of(int fd)
{
    long flags = sys_fcntl(fd, F_GETFL, 0);
    return flags >= 0 && (flags & O_NOFOLLOW) != 0 && !placement_stays(fd) ? flags & ~O_NOFOLLOW
                                                                           : flags;
}

long lx_judge_fcntl(const struct lx_task *task, int fd, int command, long argument)
{
    if (command != F_SETFL || (argument & O_APPEND) != 0 ||
        !concerns(task, LX_OP_CONTROL, LX_RULE_HANDLE_APPEND))
        return 0;
    return judge(task, LX_OP_CONTROL, fd, (unsigned)argument);
}

long lx_judge_range(const struct lx_task *task, int from, int to)
{
    if (!concerns(task, LX_OP_COPY, LX_RULE_FILE_COPY_RANGE))
        return 0;
    long r = judge(task, LX_OP_COPY, from, 0);
    return r == 0 ? judge(task, LX_OP_COPY, to, 0) : r;
}
