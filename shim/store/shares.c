/* SPDX-License-Identifier: MIT */
#include "store/shares.h"

#include "store/sidecar_attr.h"
#include "sys/sys.h"

#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

/*
 * One byte for each bit, where no program locks, and beside the byte that marks a directory (see
 * holders.c). A read lock on byte i says that this open has property i; who asks whether it could
 * write-lock the byte learns whether anybody has it.
 */
#define SHARE_OFFSET (INT64_MAX - 0x4c40)

static struct flock lock_of(unsigned bit, short type)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = SHARE_OFFSET + bit, .l_len = 1};
}

int store_share_mark(int fd, unsigned share)
{
    for (unsigned bit = 0; bit < STORE_SHARE_BITS; bit++) {
        struct flock lock = lock_of(bit, F_RDLCK);
        if ((share & 1u << bit) == 0)
            continue;
        int r = sys_fcntl(fd, F_OFD_SETLK, (long)&lock);
        if (r < 0)
            return r;
    }
    return 0;
}

static int set_mark(int fd, bool on)
{
    struct stat st;
    int r = sys_fstat(fd, &st);
    if (r < 0 || store_marked(&st) == on)
        return r;
    mode_t mode = st.st_mode & 07777;
    return sys_fchmod(fd, on ? mode | STORE_MARK : mode & ~(mode_t)STORE_MARK);
}

int store_share_announce(int fd)
{
    return set_mark(fd, true);
}

void store_share_withdraw(int fd, bool was)
{
    if (was || store_shares(fd) != 0)
        return;
    (void)set_mark(fd, false);
    /* Who came meanwhile has its locks first, and may have found the mark in place. */
    if (store_shares(fd) != 0)
        (void)set_mark(fd, true);
}

unsigned store_shares(int fd)
{
    unsigned found = 0;
    for (unsigned bit = 0; bit < STORE_SHARE_BITS; bit++) {
        struct flock lock = lock_of(bit, F_WRLCK);
        if (sys_fcntl(fd, F_OFD_GETLK, (long)&lock) == 0 && lock.l_type != F_UNLCK)
            found |= 1u << bit;
    }
    return found;
}
