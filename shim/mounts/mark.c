/* SPDX-License-Identifier: MIT */
#include "mounts/mark.h"

#include <fcntl.h>

#include "sys/sys.h"

#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

/* All bytes of one number are beside each other, so that one look tells of any. */
#define NUMBER_AT 27
#define END       (MARK_FIRST + (INT64_C(1) << (NUMBER_AT + 32))) /* behind the last byte */

int64_t mark_byte(uint32_t number, unsigned long flags)
{
    return MARK_FIRST | (int64_t)number << NUMBER_AT |
           (int64_t)(flags & (MARK_FLAGS | MARK_ATTACHED));
}

bool mark_read(int64_t byte, uint32_t *number, unsigned long *flags)
{
    *number = (uint32_t)(byte >> NUMBER_AT);
    *flags = (unsigned long)byte & (MARK_FLAGS | MARK_ATTACHED);
    return byte >= MARK_FIRST && byte < END;
}

static int set_lock(int fd, short type, int64_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
}

int mark_set(int fd, int64_t byte)
{
    return set_lock(fd, F_RDLCK, byte);
}

int mark_clear(int fd, int64_t byte)
{
    return set_lock(fd, F_UNLCK, byte);
}

bool mark_is_held(const struct lx_mount *mount)
{
    struct flock lock = {.l_type = F_WRLCK,
                         .l_whence = SEEK_SET,
                         .l_start = mark_byte(mount->number, 0),
                         .l_len = INT64_C(1) << NUMBER_AT};
    int fd = sys_openat(AT_FDCWD, lx_backing(mount), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    bool held = fd != -ENOENT &&
                (fd < 0 || sys_fcntl(fd, F_OFD_GETLK, (long)&lock) != 0 || lock.l_type != F_UNLCK);
    if (fd >= 0)
        sys_close(fd);
    return held;
}
