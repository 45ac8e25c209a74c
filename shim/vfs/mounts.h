/* SPDX-License-Identifier: MIT */
/* The mount table: which path belongs to which mount, in the kernel's spelling and in programs'. */
#ifndef LXSHIM_VFS_MOUNTS_H
#define LXSHIM_VFS_MOUNTS_H

#include <stddef.h>

#include "fs/filesystems.h"
#include "vfs/placement.h"

/*
 * Where a canonical native path lies ("" stands for "/"). The backing directory reached by its own
 * name is the mount as well: no descriptor and no cwd can tell by which name it was reached.
 */
struct placement mounts_classify(const struct lx_policy *policy, const char *native, size_t n);

/*
 * The mount that a placement says, NULL for outside. Where others have unmounted it since, the call
 * goes on in what was there, as if it had been made before.
 */
static inline const struct lx_mount *mounts_of(const struct lx_policy *policy, struct placement v)
{
    return v.mount == 0 ? NULL : lx_mounts_had(lx_mounts(policy), v.mount);
}

/* What there is to the spelling of a name (n bytes), or a path, on a mount: see lx_name_kind. */
static inline unsigned mounts_kind_on(const struct lx_mount *m, const char *s, size_t n)
{
    const struct lx_fs_type *fs = lx_filesystem(m);
    unsigned guarded = lx_guarded(m) && fs->ops->guards(s, n) ? LX_NAME_GUARDED : 0;
    return lx_name_kind(fs->names, s, n) | guarded;
}

/* The same where a placement says; outside nothing is to be said. */
static inline unsigned mounts_name_kind(const struct lx_policy *policy, struct placement v,
                                        const char *s, size_t n)
{
    return v.mount == 0 ? 0 : mounts_kind_on(mounts_of(policy, v), s, n);
}

/*
 * The mount whose target (backing elsewhere) is, or is a parent of, an absolute path; or NULL. What
 * a root that is translated has by its own name on the disk is there by that, too: by it programs
 * are run (see program.h).
 */
const struct lx_mount *mounts_redirected(const struct lx_policy *policy, const char *path,
                                         size_t n);

/*
 * The mount whose root a native path is to programs; or NULL. `in`: what the path is in, or NULL.
 * Where its files are elsewhere, targets in it are said by its own target and what comes below.
 */
const struct lx_mount *mounts_crossed(const struct lx_policy *policy, const struct lx_mount *in,
                                      const char *path, size_t n);

/* The mount, its backing elsewhere, whose root a canonical native path is; or NULL. */
const struct lx_mount *mounts_redirected_root(const struct lx_policy *policy, const char *native,
                                              size_t n);

/*
 * Out of a mount by "..": the native path of the directory that its target is in, wherever its
 * backing is; that may be of another mount. Of `room` bytes; its length is *n. 0 or -ENAMETOOLONG.
 */
int mounts_out(const struct lx_policy *policy, const struct lx_mount *mount, char *path, size_t *n,
               size_t room);

/* True where a canonical path is the root of something that was mounted in the run. */
bool mounts_has_point(const struct lx_policy *policy, const char *path);

/* True where a name directly below a PLACEMENT_PARENT directory may be a mount's root. */
bool mounts_root_name(const struct lx_policy *policy, const char *name, size_t n);

/*
 * True for a native path, of n bytes and a NUL, of what was removed and waits for its last handle:
 * that has no name any more, as the kernel's own links of /proc say of what it has removed.
 */
bool mounts_waits(const struct lx_policy *policy, const char *path, size_t n);

/*
 * True for a native path of a directory that a mount is in whose files are elsewhere: its target
 * may have no entry there. The path, with room for PATH_MAX bytes, becomes the program's.
 */
bool mounts_listed(const struct lx_policy *policy, char *path, size_t n);

/*
 * Turns a native path into the one programs see, in place: target for backing, and what is below
 * that as its file system shows it. A trailing " (deleted)" is kept. Returns the new length, or
 * -ERANGE where room is too small.
 */
long mounts_to_program(const struct lx_policy *policy, char *path, size_t n, size_t room);

#endif
