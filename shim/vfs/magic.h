/* SPDX-License-Identifier: MIT */
/* Links of /proc's: they lead to an object, or to whoever asks, and not where their text does. */
#ifndef LXSHIM_VFS_MAGIC_H
#define LXSHIM_VFS_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

/*
 * True where a directory is in a /proc, by the type of its file system. From Linux 5.8 on each that
 * is mounted is a device of its own, so that ours has another number than a chroot's.
 */
bool magic_is_proc(const char *directory);

/*
 * Links below /proc lead to an object, not to a text: /proc/self/fd/3 may be deleted, moved, or a
 * pipe. Where the text, which is from our "/", still names the same object as the link at `path`,
 * and one that may be found by its name, it is as good; else true: only the kernel can follow.
 */
bool magic_leads_alone(const struct lx_policy *policy, const char *path, const char *target);

/* True for a path whose last name may be a link of /proc's that leads to whoever asks. */
bool magic_is_by_asker(const char *path);

/*
 * "/proc/self" and "/proc/thread-self" lead to whoever asks, and who acts on behalf of a task asks
 * for it: what names this process in the target of the link at `path` (*n bytes, with a NUL, in
 * `room`) names the caller then. True where it did.
 */
bool magic_name_caller(const struct lx_task *task, const char *path, char *target, long *n,
                       size_t room);

#endif
