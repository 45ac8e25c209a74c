/* SPDX-License-Identifier: MIT */
#include "supervisor/transfer.h"

#include <errno.h>
#include <limits.h>

#include "sys/sys.h"
#include "vfs/handles.h"
#include "vfs/transfers.h"

/* What goes through this process at once; as O_DIRECT wants memory. */
#define BLOCK   65536
#define ALIGNED 4096

#define PARTS_MAX 1024 /* UIO_MAXIOV */

enum kind { READ, WRITE, COPY, RANGE };

static const struct how {
    long nr;
    enum kind kind;
    unsigned offset; /* the argument that says where in the file; 0: none */
} hows[] = {
#define TRANSFER(name, arguments, op, offset)     {SYS_##name, op, offset},
#define TRANSFER_SIX(name, arguments, op, offset) {SYS_##name, op, offset},
#include "supervisor/transfers.def"
#undef TRANSFER
#undef TRANSFER_SIX
};

#define HOWS (sizeof(hows) / sizeof(hows[0]))

/* The parts of a call's memory, in the caller. This worker's own, for one call. */
static struct {
    uint64_t at;
    uint64_t n;
} parts[PARTS_MAX];

static const struct how *how_of(long nr)
{
    for (size_t i = 0; i < HOWS; i++)
        if (hows[i].nr == nr)
            return &hows[i];
    return NULL;
}

bool transfers(long nr)
{
    return how_of(nr) != NULL;
}

static bool is_vector(long nr)
{
    return nr == SYS_readv || nr == SYS_writev || nr == SYS_preadv || nr == SYS_pwritev ||
           nr == SYS_preadv2 || nr == SYS_pwritev2;
}

/* Reads where the bytes are. How many there are of all parts, or -errno. */
static long read_parts(const struct request *r, size_t count)
{
    uint64_t words[2 * 64];
    uint64_t size = 0;
    size_t word = tracee_word(&r->tracee);
    for (size_t i = 0; i < count; i++) {
        size_t k = i % 64;
        size_t n = count - i < 64 ? count - i : 64;
        if (k == 0 && tracee_words(&r->tracee, r->given[1] + 2 * i * word, words, 2 * n) < 0)
            return -EFAULT;
        parts[i].at = words[2 * k];
        parts[i].n = words[2 * k + 1];
        if (parts[i].n > SSIZE_MAX - size)
            return -EINVAL;
        size += parts[i].n;
    }
    return (long)size;
}

/* One block of a part, from or to the caller. How many bytes, or -errno. */
static long move_block(const struct lx_call *c, uint64_t at, size_t n, off_t offset)
{
    static char block[BLOCK] __attribute__((aligned(ALIGNED)));
    const struct request *r = c->task->owner;
    const struct lx_transfer *x = c->transfer;
    if (c->op == LX_OP_WRITE && tracee_read(&r->tracee, at, block, n) < 0)
        return -EFAULT;
    long moved;
    if (c->op == LX_OP_WRITE)
        moved = x->offset < 0 ? sys_write(x->fd, block, n) : sys_pwrite(x->fd, block, n, offset);
    else
        moved = x->offset < 0 ? sys_read(x->fd, block, n) : sys_pread(x->fd, block, n, offset);
    if (c->op == LX_OP_READ && moved > 0 && tracee_write(&r->tracee, at, block, (size_t)moved) < 0)
        return -EFAULT;
    return moved;
}

/* As much of the caller's call as is to be made, block by block, from part to part. */
static long make(const struct lx_call *c)
{
    uint64_t left = (uint64_t)c->length;
    long sum = 0;
    if (!c->meddled)
        return -LX_CONTINUE;
    for (size_t i = 0; i < c->transfer->count; i++) {
        uint64_t at = parts[i].at;
        uint64_t rest = parts[i].n < left ? parts[i].n : left;
        while (rest > 0) {
            size_t n = rest < BLOCK ? (size_t)rest : BLOCK;
            long moved = move_block(c, at, n, c->transfer->offset + sum);
            if (moved < 0)
                return sum > 0 ? sum : moved;
            sum += moved;
            left -= (uint64_t)moved;
            rest -= (uint64_t)moved;
            at += (uint64_t)moved;
            if ((size_t)moved < n)
                return sum;
        }
    }
    return sum;
}

/* From file to file, in the kernel. */
static long judge_copy(const struct request *r, bool range)
{
    const struct lx_copy copy = {.from = (int)r->args[range ? 0 : 1],
                                 .to = (int)r->args[range ? 2 : 0],
                                 .placed = range && r->given[3] != 0,
                                 .size = (size_t)r->given[range ? 4 : 3],
                                 .refusal = range ? EXDEV : EINVAL};
    long refused = range ? lx_judge_range(&r->task, copy.from, copy.to) : 0;
    if (refused == 0)
        refused = lx_judge_copy(&r->task, &copy);
    return refused < 0 ? refused : -LX_CONTINUE;
}

long transfer(struct request *r)
{
    const struct how *how = how_of(r->call->number);
    if (how->kind == COPY || how->kind == RANGE)
        return judge_copy(r, how->kind == RANGE);
    enum lx_op op = how->kind == READ ? LX_OP_READ : LX_OP_WRITE;
    bool vector = is_vector(r->call->number);
    size_t count = vector ? (size_t)r->given[2] : 1;
    off_t offset = how->offset == 0 ? -1 : (off_t)r->given[how->offset];
    /* What the kernel refuses, or does otherwise, it shall. */
    if (!lx_transfers(&r->task, op, (int)r->args[0]) || count > PARTS_MAX ||
        (how->offset != 0 && offset < 0))
        return -LX_CONTINUE;
    parts[0].at = r->given[1];
    parts[0].n = r->given[2];
    long size = vector ? read_parts(r, count) : (long)r->given[2];
    if (size < 0)
        return -LX_CONTINUE;
    return lx_move(&r->task, op,
                   &(struct lx_transfer){.fd = (int)r->args[0],
                                         .count = count,
                                         .size = (size_t)size,
                                         .offset = offset,
                                         .make = make});
}
