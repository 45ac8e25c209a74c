/* SPDX-License-Identifier: MIT */
/* Opening a file of the user's where it was said to be, and nothing that a name was made to lead
 * to. */
#ifndef LXSHIM_SYS_OWN_H
#define LXSHIM_SYS_OWN_H

#include "sys/sys.h"

/*
 * Opens, or makes, a plain file that the caller owns, which has no second name, by an absolute path
 * in which no component is a symlink. Returns a descriptor, or -errno: -ELOOP for a symlink, -EPERM
 * for what is another's or no such file, -ENOSYS before Linux 5.6.
 */
static inline int sys_open_own(const char *path, int flags, mode_t mode)
{
    struct stat st;
    int fd = sys_open(AT_FDCWD, path, flags, mode, SYS_RESOLVE_NO_SYMLINKS);
    int r = fd < 0 ? fd : sys_fstat(fd, &st);
    if (r == 0 && (!S_ISREG(st.st_mode) || st.st_uid != sys_geteuid() || st.st_nlink > 1))
        r = -EPERM;
    if (r < 0 && fd >= 0)
        sys_close(fd);
    return r < 0 ? r : fd;
}

#endif
