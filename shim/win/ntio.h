/* SPDX-License-Identifier: MIT */
/* An open handle of NT's, and what reads, writes and locks by it. */
#ifndef LXSHIM_WIN_NTIO_H
#define LXSHIM_WIN_NTIO_H

#include "win/ntcreate.h"

struct win_open {
    struct win_handle handle;
    bool deletes; /* what it is on is removed when it is closed */
    bool posix;   /* and its name is free then, whoever else has it open */
    bool listed;  /* a scan of the directory has begun, by this pattern */
    char pattern[256];
};

/* True where a handle's granted rights have all of these. */
static inline bool win_nt_may(const struct win_open *open, uint32_t access)
{
    return (open->handle.access & access) == access;
}

/*
 * NtReadFile and NtWriteFile at an offset; NtLockFile, which does not wait, and NtUnlockFile. Locks
 * count for the handles of this process alone: DrvFs hands none of Linux' on, nor any to it.
 * *done: how many bytes.
 */
nt_status win_nt_read(struct win_open *open, uint64_t offset, void *out, size_t size, size_t *done);
nt_status win_nt_write(struct win_open *open, uint64_t offset, const void *data, size_t size);
nt_status win_nt_lock(struct win_open *open, uint64_t offset, uint64_t length, bool exclusive);
nt_status win_nt_unlock(struct win_open *open, uint64_t offset, uint64_t length);
void win_nt_unlock_all(struct win_open *open);

#endif
