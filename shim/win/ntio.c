/* SPDX-License-Identifier: MIT */
/* Reading, writing and locking by handles: locks are mandatory, and each handle's.
 * [MS-FSA 2.1.4.10] */
#include "win/ntio.h"

#include <stdlib.h>
#include <string.h>

#include "sys/sys.h"

/* What is locked by the handles of this process, which has one thread. */
static struct lock {
    const struct win_open *owner;
    uint64_t offset;
    uint64_t last; /* byte */
    bool empty;    /* of no length: it excludes who would go across, and is not met by reads */
    bool exclusive;
} * locks;
static size_t lock_count;

static bool same_file(const struct win_open *a, const struct win_open *b)
{
    return a->handle.file.inode == b->handle.file.inode &&
           a->handle.file.device == b->handle.file.device &&
           strcmp(a->handle.path.stream, b->handle.path.stream) == 0;
}

static bool overlap(const struct lock *l, uint64_t offset, uint64_t length)
{
    if (l->empty)
        return length > 1 && l->offset > offset && l->offset - offset < length;
    if (length == 0)
        return offset > l->offset && offset <= l->last;
    return l->offset <= offset + (length - 1) && l->last >= offset;
}

/* True where a lock keeps a handle from reading or writing there. */
static bool is_locked(const struct win_open *open, uint64_t offset, uint64_t length, bool writing)
{
    for (size_t i = 0; length > 0 && i < lock_count; i++) {
        const struct lock *l = &locks[i];
        /* A shared lock keeps its own handle from writing, too. [LockFileEx] */
        bool stops = l->exclusive ? l->owner != open : writing;
        if (stops && same_file(l->owner, open) && overlap(l, offset, length))
            return true;
    }
    return false;
}

static bool is_file(const struct win_open *open)
{
    return open->handle.fd >= 0 && !win_is_directory(&open->handle.file) &&
           open->handle.path.stream[0] == '\0';
}

nt_status win_nt_lock(struct win_open *open, uint64_t offset, uint64_t length, bool exclusive)
{
    if (!is_file(open))
        return NT_INVALID_PARAMETER;
    if ((open->handle.access & (NT_READ_DATA | NT_WRITE_DATA)) == 0)
        return NT_ACCESS_DENIED;
    if (length > 0 && offset + (length - 1) < offset)
        return NT_INVALID_LOCK_RANGE;
    for (size_t i = 0; i < lock_count; i++) {
        const struct lock *l = &locks[i];
        /* A handle has a shared lock over an exclusive one of its own. [LockFileEx] */
        bool excludes = exclusive || (l->exclusive && l->owner != open);
        if (excludes && same_file(l->owner, open) && overlap(l, offset, length))
            return NT_LOCK_NOT_GRANTED;
    }
    struct lock *more = realloc(locks, (lock_count + 1) * sizeof(*more));
    if (more == NULL)
        return NT_NO_MEMORY;
    locks = more;
    locks[lock_count++] = (struct lock){.owner = open,
                                        .offset = offset,
                                        .last = offset + length - 1,
                                        .empty = length == 0,
                                        .exclusive = exclusive};
    return NT_SUCCESS;
}

static void drop(size_t i)
{
    locks[i] = locks[--lock_count];
}

nt_status win_nt_unlock(struct win_open *open, uint64_t offset, uint64_t length)
{
    if (!is_file(open))
        return NT_INVALID_PARAMETER;
    for (size_t i = 0; i < lock_count; i++) {
        const struct lock *l = &locks[i];
        if (l->owner == open && l->offset == offset && l->last == offset + length - 1 &&
            l->empty == (length == 0)) {
            drop(i);
            return NT_SUCCESS;
        }
    }
    return NT_RANGE_NOT_LOCKED;
}

void win_nt_unlock_all(struct win_open *open)
{
    for (size_t i = lock_count; i > 0; i--)
        if (locks[i - 1].owner == open)
            drop(i - 1);
}

nt_status win_nt_read(struct win_open *open, uint64_t offset, void *out, size_t size, size_t *done)
{
    *done = 0;
    if (!win_nt_may(open, NT_READ_DATA))
        return NT_ACCESS_DENIED;
    if (win_is_directory(&open->handle.file))
        return NT_INVALID_DEVICE_REQUEST;
    if (!is_file(open))
        return NT_NOT_SUPPORTED;
    if (offset > INT64_MAX)
        return NT_INVALID_PARAMETER;
    if (is_locked(open, offset, size, false))
        return NT_FILE_LOCK_CONFLICT;
    long n = sys_pread(open->handle.fd, out, size, (off_t)offset);
    *done = n > 0 ? (size_t)n : 0;
    return n == 0 && size > 0 ? NT_END_OF_FILE : nt_status_of(n < 0 ? n : 0);
}

nt_status win_nt_write(struct win_open *open, uint64_t offset, const void *data, size_t size)
{
    if ((open->handle.access & (NT_WRITE_DATA | NT_APPEND_DATA)) == 0)
        return NT_ACCESS_DENIED;
    if (win_is_directory(&open->handle.file))
        return NT_INVALID_DEVICE_REQUEST;
    if (!is_file(open))
        return NT_NOT_SUPPORTED;
    if (offset > INT64_MAX)
        return NT_INVALID_PARAMETER;
    if (is_locked(open, offset, size, true))
        return NT_FILE_LOCK_CONFLICT;
    long n = SYS4(SYS_pwrite64, open->handle.fd, data, size, (off_t)offset);
    return nt_status_of(n < 0 ? n : 0);
}
