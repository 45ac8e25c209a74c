/* SPDX-License-Identifier: MIT */
/* What the file systems share in talking to the kernel. */
#ifndef LXSHIM_FS_NATIVE_H
#define LXSHIM_FS_NATIVE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "fs/call.h"

/* f_type of the file systems of WSL1, a drive's and its root's. [WSL#2627; uutils/coreutils] */
#define LX_WSL1_MAGIC 0x53464846

/*
 * The resolve flags by which path 0 of an open goes to the kernel: the program's own for its own
 * words. A path that was walked to has no symlink on its way, and is below the directory that the
 * program gave where it may not lead out of it: the kernel holds it to that, whatever has changed
 * since.
 */
unsigned native_resolve(const struct lx_call *c);

/*
 * Opens path 0 of a call, which may block (a FIFO without its other end): a cancellation point of
 * the task's where it has one. A descriptor, -LX_EWALK where the way there has to be looked at, or
 * -errno.
 */
int native_open(struct lx_call *c, int flags);

/* lstat of path i of a call in the kernel's terms, nothing altered. 0 or -errno. */
int native_stat(const struct lx_call *c, unsigned i, struct stat *st);

/*
 * What the kernel has answered an access(2) of dfd/path outside every mount: r, or -LX_EWALK where
 * that may be said of a symlink which leads into one.
 */
long native_accessed_if(const struct lx_policy *policy, int dfd, const char *path, unsigned access,
                        long r);
static inline long native_accessed(const struct lx_policy *policy, int dfd, const char *path,
                                   unsigned access, long r)
{
    /* To be there, or to be read or run, is granted in no mount to who is not granted it here. */
    bool sure = r == 0 && (access & W_OK) == 0 && (access == 0 || lx_mounts(policy)->masked == 0);
    return sure ? r : native_accessed_if(policy, dfd, path, access, r);
}

enum native_image { NATIVE_UNKNOWN, NATIVE_SCRIPT, NATIVE_ELF, NATIVE_WINDOWS };

/* What kind of program the file at dfd/path is, by its first bytes. */
enum native_image native_image(int dfd, const char *path);

/*
 * True for an exec, by path, of a script whose interpreter would be told another path by the kernel
 * than the program gave: the way it is stored, or the backing's.
 */
bool native_misnames_script(const struct lx_call *c);

/*
 * A path that is too long for where it has to go: opens its directory and writes
 * "/proc/self/fd/N/name" to out. Returns the descriptor, which must stay open while the path is
 * used, or -errno.
 */
int native_short_path(const char *path, char *out, size_t room);

#endif
