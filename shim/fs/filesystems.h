/* SPDX-License-Identifier: MIT */
/*
 * The registry of file systems, and what each of them has to answer. vfs knows a file system by
 * this alone; a new one is a line in filesystems.def and a table of operations.
 *
 * Whatever is called here may run in a signal handler, in a vfork child, on a stack of a few pages,
 * in several threads at once: it neither allocates nor locks, and calls the kernel by shim/sys
 * alone.
 */
#ifndef LXSHIM_FS_FILESYSTEMS_H
#define LXSHIM_FS_FILESYSTEMS_H

#include "fs/call.h"

/*
 * One operation. Gets a call whose paths are located: c->at[i] says mount, descriptor and native
 * path of each, and the last one's mount is of this file system (NULL for the host's). Answers as
 * the system call does, with -errno for a failure; -LX_EWALK where only a walk can tell where a
 * path leads; -LX_ESCRIPT for an exec of a script that its caller has to run. The rules that speak
 * are noted in the call.
 *
 * It may assume that two paths are on one mount (the host's also gets those on two, which the rules
 * let pass), and that the mount may be written where the operation CHANGES something; that the last
 * component is no symlink to be followed, but for operations that PROBE, which find out themselves
 * (see ops.def), and under a seccomp filter of the program's, where it may make no call but the one
 * that was asked for. It may not assume that addresses of the program's can be read or written:
 * lx_has_text, lx_give.
 */
typedef long lx_fs_op(struct lx_call *c);

/*
 * Writes the native spelling of one component (n bytes, not empty, no '/', neither "." nor "..") to
 * out, NUL-terminated, and returns its length in bytes; -errno for a name that cannot be, as the
 * mount's rules say, which are noted in the call; -ENAMETOOLONG where it does not fit room. Does
 * not touch the disk.
 */
typedef long lx_fs_spell(struct lx_call *c, const struct lx_mount *mount, const char *name,
                         size_t n, char *out, size_t room);

/*
 * The native spelling of a component is not in directory `dir`, an absolute native path inside the
 * mount (`root`: its root). Finds an entry that is the same name by another spelling or case,
 * writes its name to out (`room` bytes, NUL-terminated) and returns its length in bytes; 0 where
 * there is none; -errno where it cannot be looked for, which the walk takes for none. `name`: as
 * `spell` wrote it, n bytes and a NUL.
 */
typedef long lx_fs_search(const struct lx_mount *mount, const char *dir, bool root,
                          const char *name, size_t n, char *out, size_t room);

/*
 * The target of a link that is none for the kernel, at dfd/path (an empty path: what dfd is open
 * on) with its lstat, for which lx_may_be_link: its length in bytes, without a NUL in `out` where
 * `room` is filled; 0 where it is no link; -EIO where it leads nowhere that Linux knows.
 */
typedef long lx_fs_link(const struct lx_policy *policy, const struct lx_mount *mount, int dfd,
                        const char *path, const struct stat *st, char *out, size_t room);

/*
 * True where an entry, at an absolute native path, is not to be found by its name, whatever the
 * kernel has there: what waits to be deleted, what the file system keeps for itself. Asked of names
 * that are NT_MARKED alone, and not in observe mode. `root`: it is in the mount's root.
 */
typedef bool lx_fs_conceals(const struct lx_mount *mount, const char *path, bool root);

/*
 * False where a directory may have an entry that is the last component of a location by another
 * case: spares the walk what is missing, or about to be made, and alone of its name. Asked on
 * mounts that fold alone. The location was not walked to, and has no escaped character; what the
 * look at its directory shows beside goes to its flags (LX_LOC_FREE and those after it).
 */
typedef bool lx_fs_unique(const struct lx_call *c, struct lx_loc *at);

struct lx_fs {
    lx_fs_op *run[LX_OP_COUNT]; /* NULL: as the host's */
    lx_fs_spell *spell;         /* NULL: of the host's alone, which stores names as they are */
    lx_fs_search *search;       /* NULL: a name has one spelling, and no case but its own */
    lx_fs_link *link;           /* NULL: its links are the kernel's */
    lx_fs_conceals *conceals;   /* NULL: nothing */
    lx_fs_unique *unique;       /* NULL: mounts of it never fold */
};

struct lx_fs_type {
    const char *word; /* "" for the host's, which nobody mounts */
    const struct lx_fs *ops;
};

/* By enum lx_mount_type. */
extern const struct lx_fs_type lx_filesystems[LX_MOUNT_TYPES];

/* The file system of a mount; the host's for NULL. */
static inline const struct lx_fs_type *lx_filesystem(const struct lx_mount *mount)
{
    return &lx_filesystems[mount == NULL ? LX_MOUNT_HOST : mount->type];
}

#define FILESYSTEM(symbol, word, operations) extern const struct lx_fs operations;
#include "fs/filesystems.def"
#undef FILESYSTEM

#endif
