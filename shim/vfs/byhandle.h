/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_VFS_BYHANDLE_H
#define LXSHIM_VFS_BYHANDLE_H

#include "fs/task.h"

struct file_handle;

/*
 * open_by_handle_at, which opens a file without any name: what it names inside a mount is opened by
 * the name that it has now, so that the rules are heard. `handle` is readable memory of ours. A
 * descriptor, -errno, or -LX_CONTINUE where it is the kernel's to open.
 */
long vfs_open_by_handle(const struct lx_task *task, int mount, struct file_handle *handle,
                        int flags);

/* The same for who makes the call himself, the kernel's part and its EFAULT included. */
long lx_open_by_handle_at(const struct lx_task *task, int mount, struct file_handle *handle,
                          int flags);

#endif
