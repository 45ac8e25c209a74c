/* SPDX-License-Identifier: MIT */
/* A call that moves bytes between a file and memory: read, write and their kin. */
#ifndef LXSHIM_FS_TRANSFER_H
#define LXSHIM_FS_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The largest file of a volume that counts bytes by 32 bits: FAT. */
#define LX_FAT_FILE_MAX UINT64_C(0xFFFFFFFF)

struct lx_call;

struct lx_transfer {
    int fd;         /* this process's */
    const void *at; /* the buffer, or an array of struct iovec, in whoever asks */
    size_t count;   /* bytes of it, or how many there are of these */
    size_t size;    /* bytes of all */
    off_t offset;   /* where in the file; -1: where that is at */
    bool vector;

    /* Makes the call, of c->length bytes at most. How many were moved, or -errno; or -LX_CONTINUE,
     * where whoever asks can make it as it is. */
    long (*make)(const struct lx_call *c);
};

#endif
