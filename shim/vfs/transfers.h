/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing of files in a drive: where an override or a rule of some volume is about that
 * each such call is looked at, and else none.
 */
#ifndef LXSHIM_VFS_TRANSFERS_H
#define LXSHIM_VFS_TRANSFERS_H

#include "fs/call.h"
#include "fs/transfer.h"

/* True where anything is about the operation at all: one test. */
static inline bool lx_transfers_asked(const struct lx_task *task, enum lx_op op)
{
    return __builtin_expect((task->policy->judged_ops >> op & 1) != 0, 0) &&
           !task->seccomp_confined;
}

/* True for a regular file in a drive. */
bool lx_transfers_on(const struct lx_task *task, int fd);

/* True where both are so: then the call has to be made by lx_move. */
static inline bool lx_transfers(const struct lx_task *task, enum lx_op op, int fd)
{
    return lx_transfers_asked(task, op) && lx_transfers_on(task, fd);
}

/* Reads or writes. What `transfer` has no maker for is this process's own call. How many bytes were
 * moved, or -errno. */
long lx_move(const struct lx_task *task, enum lx_op op, const struct lx_transfer *transfer);

/* The same of bytes of this process, or of an array of struct iovec; offset -1: where the file is
 * at.
 */
long lx_move_bytes(const struct lx_task *task, enum lx_op op, int fd, const void *at, size_t n,
                   off_t offset);
long lx_move_vector(const struct lx_task *task, enum lx_op op, int fd, const void *at, size_t n,
                    off_t offset);

/* The bytes of an array of struct iovec in this process; -errno as the kernel refuses one. */
long lx_vector_size(const struct lx_task *task, const void *at, size_t n);

/* A copy that the kernel makes by itself, from one file to another; -1: no file. */
struct lx_copy {
    int from;
    int to;
    bool placed; /* it says where in `to`: in the caller's memory */
    size_t size; /* the most that it may move */
    int refusal; /* the errno by which programs know that they have to read and write */
};

/* Refuses one where an override is about either end, or its file would become too large: so that
 * the program reads and writes. 0, or -errno. */
long lx_judge_copy(const struct lx_task *task, const struct lx_copy *copy);

#endif
