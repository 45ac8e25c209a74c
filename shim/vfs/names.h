/* SPDX-License-Identifier: MIT */
/* Names on their way from the kernel to a program: listings, /proc links, event names. */
#ifndef LXSHIM_VFS_NAMES_H
#define LXSHIM_VFS_NAMES_H

#include "fs/filesystems.h"

/*
 * Turns one name that a listing of directory `fd` has into what the program sees, in place; the
 * name never grows. Its DT_ type, too, where that is not NULL. Returns false where the program must
 * not see it at all: its deletion was pending and is done now.
 */
bool vfs_listed_name(const struct lx_task *t, int fd, char *name, unsigned char *type);

/* What the entries of a directory need before a program sees them. */
enum vfs_listing {
    VFS_LIST_AS_THEY_ARE, /* outside, and nothing belongs among them */
    VFS_LIST_NAMES,       /* vfs_listed_name for names that are vfs_name_suspect */
    VFS_LIST_ALL          /* vfs_listed_name for each, and vfs_listed_besides at the end */
};

/* The least that is needed for the entries that were just read from directory `fd`. */
enum vfs_listing vfs_listing(const struct lx_task *t, int fd);

/* The number that a listing shows a task of 32-bit x86 for an entry of directory `fd`. */
uint64_t vfs_listed_number(const struct lx_task *t, int fd, const char *name, uint64_t number);

/* True where such numbers have no room in the entries of old, of 32 bits. */
bool vfs_overflows(const struct lx_task *t, int fd);

/* The same for a block of getdents64 records. Returns the length left. */
long vfs_listed_block(const struct lx_task *t, int fd, void *block, long size);

/*
 * The name of the *n-th mount whose target belongs into directory `fd` and is not there on the
 * host; NULL after the last, with *n counted down.
 */
const char *vfs_listed_mount(const struct lx_task *t, int fd, unsigned *n);

/*
 * The next name from *at on (0 at first), which it moves, that is in directory `fd` but not there
 * on the host: of a mount whose target belongs there, then of what a run shows; NULL where there
 * are no more. A listing shows them after the host's own entries.
 */
const char *vfs_listed_besides(const struct lx_task *t, int fd, unsigned *at);

/* True where a name may need vfs_listed_name, on whichever mount: a cheap first look. */
bool vfs_name_suspect(const char *name);

/* The same of a text of n bytes, which may be cut anywhere: more of them may. */
bool vfs_text_suspect(const char *text, size_t n);

/*
 * What a listing does for a name that does not say which mount it is of: an event's, a socket's
 * that is relative. As every file system that is mounted decodes it, in place; the new length.
 */
size_t vfs_bare_name(const struct lx_task *t, char *name, size_t n);

/*
 * Of such a name of something that may wait to be deleted: the length of the name that it had
 * before; 0 for every other. See lx_fs_removed.
 */
size_t vfs_removed_name(const struct lx_task *t, const char *name, size_t n);

#endif
