/* SPDX-License-Identifier: MIT */
#include "supervisor/xattrat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include "fs/call.h"
#include "sys/sys.h"
#include "vfs/extensible.h"
#include "vfs/ops.h"

#define FD   ((int)a[0])
#define PATH ((const char *)(uintptr_t)a[1])
#define NAME ((const char *)(uintptr_t)a[2])

/* A descriptor, a path, a name, a value and its size, and flags: of the path, and above them the
 * attribute's own. */
static long get(const struct lx_task *t, const long a[6])
{
    return lx_getxattr(t, FD, PATH, NAME, (void *)(uintptr_t)a[3], (size_t)a[4], (int)a[5]);
}

static long set(const struct lx_task *t, const long a[6])
{
    return lx_setxattr(t, FD, PATH, NAME, (const void *)(uintptr_t)a[3], (size_t)a[4],
                       (int)(a[5] >> 32), (int)a[5]);
}

/* True for all four of them. */
static bool is_any(long nr)
{
    return nr == SYS_getxattrat || nr == SYS_setxattrat || nr == SYS_listxattrat ||
           nr == SYS_removexattrat;
}

/* What the kernel says of flags that are none, or that are newer than this; 0 where it knows them.
 */
static int refused_for_flags(long nr, uint64_t flags)
{
    const struct vfs_xattr_args args = {0, 0, 0};
    if ((flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) == 0)
        return 0;
    bool structure = nr == SYS_getxattrat || nr == SYS_setxattrat;
    long r = sys_call6(nr, AT_FDCWD, 0, (long)flags, (long)"user.x", structure ? (long)&args : 0,
                       structure ? (long)sizeof(args) : SYS_COOKIE);
    return r == -EINVAL || r == -ENOSYS ? (int)r : 0;
}

int xattrat_take(struct compat *c, const struct tracee *t, const struct supervise_call *call,
                 const uint64_t given[6])
{
    static const struct supervise_call call_get = {SYS_getxattrat, true, "getxattrat", "fpnb..", 0};
    static const struct supervise_call call_set = {SYS_setxattrat, true, "setxattrat", "fpnv..", 0};
    struct vfs_xattr_args args = {0, 0, 0};
    if (!is_any(call->number))
        return 0;
    const int refused = refused_for_flags(call->number, (uint32_t)given[2]);
    bool gets = call->number == SYS_getxattrat;
    if (!gets && call->number != SYS_setxattrat)
        return refused;
    char bytes[VFS_STRUCTURE_MAX];
    if (given[5] < sizeof(args) || given[5] > sizeof(bytes))
        return -LX_CONTINUE;
    int error = tracee_read(t, given[4], bytes, given[5]);
    if (error == -EPERM)
        return error;
    const struct lx_task here = {.pid = t->tid};
    if (error == 0)
        error = vfs_take_structure(&here, bytes, given[5], &args, sizeof(args));
    if (error < 0 || (gets && args.flags != 0))
        return -LX_CONTINUE; /* the kernel looks at the structure before the flags */
    if (refused < 0)
        return refused;
    *c = (struct compat){
        .call = gets ? &call_get : &call_set,
        .answer = gets ? get : set,
        .args = {given[0], given[1], given[3], args.value, args.size,
                 (uint32_t)given[2] | (uint64_t)args.flags << 32},
    };
    return 0;
}
