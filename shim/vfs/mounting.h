/* SPDX-License-Identifier: MIT */
/* mount(2) and its relatives, in a run whose mounts may change. */
#ifndef LXSHIM_VFS_MOUNTING_H
#define LXSHIM_VFS_MOUNTING_H

#include <limits.h>

#include "fs/call.h"
#include "mounts/attach.h"
#include "vfs/placement.h"
#include "vfs/spot.h"

/*
 * Answers mount(2) where it is about one of our file systems, or about a directory in a mount of
 * one; -LX_CONTINUE for everything else. Who has no privilege is refused as by the kernel; root
 * that the kernel refuses, as in a container, has its paths translated. [facts: DS 9; eras 2.4]
 */
long lx_mount(const struct lx_task *t, const char *source, const char *target, const char *type,
              unsigned long flags, const void *data);

/* The same by a directory's descriptor, and with the choice not to follow a symlink. */
long lx_mount_at(const struct lx_task *t, const char *source, int dirfd, const char *target,
                 bool follow, const char *type, unsigned long flags, const void *data);

/*
 * Mounts what open_tree has cloned of a mount of ours, a directory of it by the kernel's name:
 * bound with the flags (MS_*) that it has by now. The mount may be one of another mount namespace.
 */
long lx_mount_tree(const struct lx_task *t, const struct lx_mount *mount, const char *directory,
                   int dirfd, const char *target, bool follow, unsigned long flags);

/* The mount of ours that a directory is in, or NULL; `native` is the kernel's name for that. */
const struct lx_mount *lx_mount_of(const struct lx_task *t, int dirfd, const char *path,
                                   bool follow, char native[PATH_MAX]);

/*
 * Whether a source of that type, which is one of ours, is there: 0, or -errno as mount(2) says it.
 */
int lx_mount_source(const struct lx_task *t, const char *type, const char *source);

/*
 * Plans a mount of one of our types. The source's directory, where it is one of Linux', is `from`,
 * which the plan needs. 0 or -errno, as by mounts_plan.
 */
int lx_mount_plan(const struct lx_task *t, const struct mounts_request *request, struct spot *from,
                  struct mounts_plan *plan);

/* What a remount makes of a mount: `request` says its flags, and its options but with MS_BIND. */
long lx_mount_change(const struct lx_task *t, const struct lx_mount *m,
                     const struct mounts_request *request);

/* The kernel's part alone, of what is mounted at its name for a point: flags, or propagation. */
long lx_mount_kernels(const struct lx_task *t, const char *native, unsigned long flags);

/* What move_mount(2) is to move, and whither. Paths may be LX_DESCRIPTOR. */
struct lx_move {
    int from;
    const char *path;
    bool follow;
    int to;
    const char *target;
    bool target_follow;
    bool beneath;
    const long *args; /* the kernel's, all five */
};

/*
 * Answers move_mount(2) of what is mounted already, or is to be, by any file system: where a mount
 * of ours moves, or something else comes into a drive or over one. -LX_CONTINUE for the rest.
 */
long lx_move_mounted(const struct lx_task *t, const struct lx_move *move);

/*
 * True for a text that can be read. The kernel answers EFAULT for one that cannot, and is left to
 * say so. Whoever acts for another process has brought it over.
 */
static inline bool vfs_has_text(const struct lx_task *t, const char *text)
{
    return t->pid != 0 ? text != NULL : sys_string(text, placement_tick()) >= 0;
}

/* The same of one that may be NULL. */
static inline bool vfs_has_text_if_any(const struct lx_task *t, const char *text)
{
    return text == NULL || vfs_has_text(t, text);
}

/* True for a type that is one of ours; NULL is none. */
bool lx_mounts_type(const struct lx_task *t, const char *type);

/* The same of umount2(2). */
long lx_umount(const struct lx_task *t, const char *target, int flags);

#endif
