/* SPDX-License-Identifier: MIT */
/* The slow way to a path: component by component, as Linux would resolve it with our mounts. */
#ifndef LXSHIM_VFS_WALK_H
#define LXSHIM_VFS_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"
#include "fs/filesystems.h"
#include "fs/names.h"
#include "vfs/placement.h"

enum walk_last {
    WALK_FOLLOW,   /* a symlink in the last component is followed */
    WALK_NOFOLLOW, /* it is not, unless a slash comes after it */
    WALK_ENTRY     /* the last component is a directory entry to be made, moved or removed */
};

struct walk {
    char path[PATH_MAX]; /* absolute, native, free of symlinks up to the last component */
    size_t length;
    size_t dir_length;             /* of the directory that holds the last component */
    char given[LX_NAME_BYTES + 1]; /* the last component as the program gave it, encoded */
    struct placement dir;          /* where the directory of the last component is */
    struct placement self;         /* where the object itself is */
    unsigned links;                /* symlinks that were followed */
    int late;    /* -errno of a last name that cannot be, where the call's other path comes first */
    int from;    /* the directory a relative path started from, or AT_FDCWD */
    size_t base; /* length of the directory a relative path started from */
    uint64_t mount_id; /* where it started, of a call that is to stay there: the kernel's number, */
    unsigned drive;    /* and ours */
    bool straight;     /* nothing but components below it: no symlink, no "..", no mount */
    bool exists;
    bool slash;     /* a slash came after the last component */
    bool rewritten; /* the kernel would not have come here by the program's own spelling */
    bool asker;     /* through "/proc/self": it is here by who asks, and the path has his number */
    bool nameless;  /* from a descriptor that nothing names, or wrongly: opaque, and nobody knows
                       where it leads */
    bool magic;     /* through a link of /proc's to something open, which the next call may find to
                       be something else: no directory says that it has changed */
    bool opaque;    /* through /proc to something without a usable name: only the kernel can */
};

/*
 * Resolves path from dirfd (AT_FDCWD: the task's cwd). Crosses into mounts whose backing is
 * elsewhere, spells names as their mount does, finds other spellings and cases, follows up to 40
 * symlinks; `..` after a symlink goes where the symlink led. Returns 0 (the last component may be
 * missing: see exists) or -errno as the kernel would answer. Of what an openat2 promises
 * (c->resolve) nothing on the way breaks any; -ENOSYS where a path that has to stay below its start
 * would enter a mount whose backing is elsewhere.
 */
int vfs_walk(struct lx_call *c, int dirfd, const char *path, enum walk_last last, struct walk *w);

/* Where a walk has come to on a mount, as far as directories go that cannot be entered. */
enum lx_bar vfs_bar(const struct lx_call *c, const struct walk *w, struct placement v);

/* A path as it is below the task's root; what is not below it as it is. */
const char *vfs_from_root(const struct lx_task *task, const char *path);

/* True where dfd/path, for which lx_may_be_link, is a link that only its file system knows. */
bool vfs_foreign_link(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                      const char *path, const struct stat *st);

#endif
