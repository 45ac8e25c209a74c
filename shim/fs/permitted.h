/* SPDX-License-Identifier: MIT */
/*
 * What the kernel itself does not permit this thread, before it asks a file system: by modes and
 * owners, by a mount or an inode that cannot be changed. Asked for only where a rule is about to
 * refuse. Each returns 0 or -errno. An empty path is dfd itself.
 */
#ifndef LXSHIM_FS_PERMITTED_H
#define LXSHIM_FS_PERMITTED_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fs/call.h"

/* True where the kernel's mount that a path leads to is read-only. It is not followed. */
bool native_is_readonly(int dfd, const char *path);

/* To use what is at dfd/path, which is not followed: R_OK and so on. -EPERM of an inode that is
 * immutable. */
int native_permits(int dfd, const char *path, int want);

/* The same of what is to be changed: -EROFS first. */
int native_permits_change(int dfd, const char *path, int want);

/* To remove an entry of a directory, whose lstat is st. */
int native_permits_removal(int dfd, const char *dir, const char *entry, const struct stat *st);

/* To write to a file by its name: one that only grows is not to be cut. */
int native_permits_cutting(int dfd, const char *path);

/* To give it other times than the present one, or none. */
int native_permits_times(int dfd, const char *path, const struct stat *st);

/*
 * To change anything of what path 0 is, even by root: -EROFS; -EPERM of an inode that is immutable
 * or only grows. Asked by an attribute that cannot be (native_permits_xattr), in one call.
 */
int native_permits_anybody(const struct lx_call *c);

/* To read, set or remove an attribute by the name that the call has; 0 for other calls. */
int native_permits_xattr(const struct lx_call *c);

/* To make the call by a descriptor: one that is open, of the right kind, and for that. `names`: no
 * matter who asks. */
int native_permits_descriptor(const struct lx_call *c, int fd, bool names);

#endif
