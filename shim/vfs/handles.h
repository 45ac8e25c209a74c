/* SPDX-License-Identifier: MIT */
/*
 * Calls on a descriptor that only some mounts' rules are about. They are asked here, before
 * whoever makes the call makes it: 0 to go on, LX_DONE where it is made, with the result 0, or
 * -errno. Where no rule and no override can say anything, nothing is asked of anybody.
 */
#ifndef LXSHIM_VFS_HANDLES_H
#define LXSHIM_VFS_HANDLES_H

#include <sys/types.h>

#include "fs/task.h"

/* lseek: of SEEK_DATA and SEEK_HOLE, and of a directory that is rewound. */
long lx_judge_seek(const struct lx_task *task, int fd, off_t offset, int whence);

/* fsync and fdatasync; sync_file_range. */
long lx_judge_sync(const struct lx_task *task, int fd);
long lx_judge_sync_range(const struct lx_task *task, int fd);

/* copy_file_range, of both ends. */
long lx_judge_range(const struct lx_task *task, int from, int to);

/* ioctl: of the requests that tell or change what chattr and lsattr are about. `at`: their
 * argument. */
long lx_judge_ioctl(const struct lx_task *task, int fd, unsigned long request, const void *at);

/*
 * fcntl's F_GETFL of a descriptor of this process: without O_NOFOLLOW, by which a path is opened
 * that may end in a symlink, unless the program itself is known to have given that. Flags or
 * -errno.
 */
long lx_flags_of(int fd);

/* fcntl: of F_SETFL without O_APPEND. */
long lx_judge_fcntl(const struct lx_task *task, int fd, int command, long argument);

#endif
