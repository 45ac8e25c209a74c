/* SPDX-License-Identifier: MIT */
#include "vfs/transfers.h"

#include <limits.h>
#include <sys/uio.h>

#include "sys/address.h"
#include "sys/sys.h"
#include "vfs/descriptor.h"
#include "vfs/mounts.h"
#include "vfs/placement.h"
#include "vfs/run.h"

#define VECTOR_MAX 1024 /* UIO_MAXIOV */

bool lx_transfers_on(const struct lx_task *task, int fd)
{
    struct stat st;
    uint64_t hash;
    return fd >= 0 && sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           vfs_descriptor(task, fd, &hash).mount != 0;
}

/* Where a call begins that gives an offset, or -1. What appends does so whatever it is given. */
static off_t position(enum lx_op op, int fd, off_t given)
{
    struct stat st;
    off_t at = given >= 0 ? given : sys_lseek(fd, 0, SEEK_CUR);
    long flags = op == LX_OP_WRITE ? sys_fcntl(fd, F_GETFL, 0) : 0;
    if (flags >= 0 && (flags & O_APPEND) != 0 && sys_fstat(fd, &st) == 0)
        at = st.st_size;
    return at < 0 ? 0 : at;
}

long lx_move(const struct lx_task *task, enum lx_op op, const struct lx_transfer *transfer)
{
    struct lx_call c;
    vfs_call_init(&c, task, op);
    c.fd[0] = transfer->fd;
    c.path[0] = LX_DESCRIPTOR;
    c.offset = position(op, transfer->fd, transfer->offset);
    c.length = (off_t)transfer->size;
    c.transfer = transfer;
    c.meddled = false;
    return vfs_run(&c); /* no argument of it is odd */
}

/* n bytes, `sum` of the call's being moved already. */
static long move_some(const struct lx_call *c, const void *at, size_t n, long sum)
{
    const struct lx_transfer *x = c->transfer;
    if (c->op == LX_OP_READ)
        return x->offset < 0 ? sys_read(x->fd, (void *)(uintptr_t)at, n)
                             : sys_pread(x->fd, (void *)(uintptr_t)at, n, x->offset + sum);
    return x->offset < 0 ? sys_write(x->fd, at, n) : sys_pwrite(x->fd, at, n, x->offset + sum);
}

static long move_bytes(const struct lx_call *c)
{
    return move_some(c, c->transfer->at, (size_t)c->length, 0);
}

/* All of it in one call; or part by part, as far as there is leave for. */
static long move_vector(const struct lx_call *c)
{
    const struct lx_transfer *x = c->transfer;
    const struct iovec *parts = x->at;
    size_t left = (size_t)c->length;
    long sum = 0;
    if (left == x->size)
        return sys_vector(c->op == LX_OP_WRITE, x->fd, parts, x->count, x->offset);
    for (size_t i = 0; i < x->count && left > 0; i++) {
        size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;
        long moved = n == 0 ? 0 : move_some(c, parts[i].iov_base, n, sum);
        if (moved < 0)
            return sum > 0 ? sum : moved;
        sum += moved;
        left -= (size_t)moved;
        if ((size_t)moved < n)
            break;
    }
    return sum;
}

long lx_move_bytes(const struct lx_task *task, enum lx_op op, int fd, const void *at, size_t n,
                   off_t offset)
{
    size_t most = n < SSIZE_MAX ? n : SSIZE_MAX;
    return lx_move(
        task, op,
        &(struct lx_transfer){
            .fd = fd, .at = at, .count = n, .size = most, .offset = offset, .make = move_bytes});
}

long lx_vector_size(const struct lx_task *task, const void *at, size_t n)
{
    const struct iovec *parts = at;
    size_t size = 0;
    if (n > VECTOR_MAX)
        return -EINVAL;
    if (task->pid == 0 && n > 0 && !sys_readable(at, n * sizeof(*parts), placement_tick()))
        return -EFAULT;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].iov_len > SSIZE_MAX - size)
            return -EINVAL;
        size += parts[i].iov_len;
    }
    return (long)size;
}

long lx_move_vector(const struct lx_task *task, enum lx_op op, int fd, const void *at, size_t n,
                    off_t offset)
{
    long size = lx_vector_size(task, at, n);
    if (size < 0)
        return size;
    return lx_move(task, op,
                   &(struct lx_transfer){.fd = fd,
                                         .at = at,
                                         .count = n,
                                         .size = (size_t)size,
                                         .offset = offset,
                                         .vector = true,
                                         .make = move_vector});
}

/* True where a copy would make the file that it goes to larger than its volume has room for. */
static bool outgrows(const struct lx_task *task, const struct lx_copy *copy)
{
    struct stat st;
    uint64_t hash;
    const struct lx_mount *m = mounts_of(task->policy, vfs_descriptor(task, copy->to, &hash));
    uint64_t size = copy->size;
    if (m == NULL || lx_rule(m, LX_RULE_FILE_SIZE) == LX_NATIVE)
        return false;
    if (sys_fstat(copy->from, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (uint64_t)st.st_size < size)
        size = (uint64_t)st.st_size;
    return copy->placed || (uint64_t)position(LX_OP_WRITE, copy->to, -1) + size > LX_FAT_FILE_MAX;
}

long lx_judge_copy(const struct lx_task *task, const struct lx_copy *copy)
{
    bool writes = lx_transfers(task, LX_OP_WRITE, copy->to);
    bool overridden = (writes && (task->policy->override_ops >> LX_OP_WRITE & 1) != 0) ||
                      lx_transfers(task, LX_OP_READ, copy->from);
    return overridden || (writes && outgrows(task, copy)) ? -copy->refusal : 0;
}
