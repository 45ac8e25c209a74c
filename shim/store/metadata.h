/* SPDX-License-Identifier: MIT */
/*
 * WSL's metadata of a file: which of owner, group and mode it has of its own. The inode's own are
 * the values, so that the kernel enforces them; a note says that they count. What an inode cannot
 * be has Windows' own form beside it: EAs "$LXUID" and so on, by the names that Samba gives EAs.
 * A file that has neither has no metadata, whatever its inode says.
 */
#ifndef LXSHIM_STORE_METADATA_H
#define LXSHIM_STORE_METADATA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "nt/ea.h"
#include "store/object.h"
#include "store/sidecar_attr.h"

/* Notes: of all three at once, of one each; and that somebody asked for the sticky bit. */
#define STORE_METADATA        STORE_OWN_PREFIX "metadata"
#define STORE_METADATA_UID    STORE_METADATA ".uid"
#define STORE_METADATA_GID    STORE_METADATA ".gid"
#define STORE_METADATA_MODE   STORE_METADATA ".mode"
#define STORE_METADATA_STICKY STORE_METADATA ".sticky"

/* Where Samba keeps the EA of a name. */
#define STORE_EA_PREFIX "user."

struct store_metadata {
    unsigned has;    /* what the file has of its own: a set of NT_LX_OWNED */
    bool sticky;     /* the bit was asked for, and is no mark of ours alone */
    struct nt_lx lx; /* what is there in Windows' form, which counts before the inode's own */
    unsigned secret; /* of it, what the caller may not read: there the inode's own counts */
};

/*
 * True for a socket that Windows made without a mode. Linux keeps no attribute of one, so its mark
 * says it, which a chmod takes.
 */
static inline bool store_metadata_is_windows(const struct stat *st)
{
    return S_ISSOCK(st->st_mode) && (st->st_mode & STORE_MARK) != 0;
}

/*
 * Asks for the metadata of an object, with its lstat of just before, whose st_ino is 0 where inode
 * and change time are not known. What is neither file nor directory has all of its own, but for a
 * socket of Windows'. What is found is remembered, by device, inode and change time, where that
 * time tells of every change. Permissions count for values in Windows' form alone. 0, or -errno
 * with nothing found.
 */
int store_metadata_get(const struct store_object *o, const struct stat *st,
                       struct store_metadata *out);

/*
 * True where all three are the inode's own of what is open behind fd, and nothing else is kept of
 * it: by one question, which is all that has to be known where the change is the kernel's then.
 * False also where that cannot be told by one.
 */
bool store_metadata_is_inodes(int fd);

/*
 * From now on what is found is kept in memory of a whole run's, which was zero when the run began
 * and stays where it is: what one process has found the others need not ask. `count`: of words, a
 * power of two from STORE_METADATA_WAYS on. Once, before there is a second thread.
 */
#define STORE_METADATA_WAYS 4u
void store_metadata_share(_Atomic uint64_t *found, size_t count);

/* Notes that fields (NT_LX_OWNED) are of its own, with the values that the inode has. 0 or -errno.
 */
int store_metadata_note(const struct store_object *o, unsigned fields);

/* Notes, or forgets, that the sticky bit was asked for. */
int store_metadata_note_sticky(const struct store_object *o, bool sticky);

/*
 * Keeps a field in Windows' form, or one byte for byte as somebody gives it: what nobody would
 * write as well. 0 or -errno.
 */
int store_metadata_set(const struct store_object *o, const struct nt_lx *lx,
                       enum nt_lx_field field);

/*
 * Before the read-only attribute changes, which lives in the inode's write bits: a mode of the
 * object's own stays what it is, in Windows' form. 0 or -errno.
 */
int store_metadata_keep_mode(const struct store_object *o);

/* Forgets fields in whichever form; NT_LX_ALL: and all that is noted. 0 or -errno. */
int store_metadata_drop(const struct store_object *o, unsigned fields);

/* The attribute's name for an EA's; false where it is too long. Upper case, as NTFS keeps them. */
#define STORE_EA_NAME 256
bool store_ea_attribute(const char *name, size_t n, char out[STORE_EA_NAME]);

/* True of a file that Windows has told to have holes, or compressed. Asked whether marked or not.
 */
bool store_has_holes(const struct store_object *o);

/*
 * True where the mark of a file or directory stands for something: a link, a security descriptor,
 * holes, what VolFs keeps of it, or what is kept beside it. Asked of the object itself, by a
 * descriptor or a path.
 */
bool store_mark_is_meant(const struct store_object *o);

/* The mode of an inode without a mark that is ours alone. */
static inline mode_t store_metadata_mode(const struct stat *st, const struct store_metadata *m)
{
    return m->sticky ? st->st_mode : st->st_mode & ~(mode_t)STORE_MARK;
}

/* True for an attribute that metadata is kept in: no program sees it as one. */
bool store_metadata_is(const char *attribute);

#endif
