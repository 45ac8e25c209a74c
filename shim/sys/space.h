/* SPDX-License-Identifier: MIT */
/* Which mount namespace a process is in. */
#ifndef LXSHIM_SYS_SPACE_H
#define LXSHIM_SYS_SPACE_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "sys/sys.h"

/* NS_GET_MNTNS_ID of linux/nsfs.h, which is newer than most headers. */
#define SYS_NS_GET_MNTNS_ID 0x8008b705UL

/* The inode of this process's mount namespace, which the next one has as soon as it is gone; or 0.
 */
static inline uint64_t sys_space_inode(void)
{
    struct stat st;
    return sys_fstatat(AT_FDCWD, "/proc/self/ns/mnt", &st, 0) < 0 ? 0 : st.st_ino;
}

/*
 * What tells this process's mount namespace from every other that there ever was, since the
 * machine began: Linux has such a number from 6.11 on. Before it is the inode; 0 without /proc.
 */
static inline uint64_t sys_space(void)
{
    uint64_t id = 0;
    int fd = sys_openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    long r = SYS3(SYS_ioctl, fd, SYS_NS_GET_MNTNS_ID, &id);
    sys_close(fd);
    return r == 0 ? id : sys_space_inode();
}

#endif
