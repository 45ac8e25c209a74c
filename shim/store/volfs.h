/* SPDX-License-Identifier: MIT */
/*
 * What VolFs keeps of a file. The inode's own mode, owner, device and times are the file's; a file
 * has the mark, and more is asked of it, where that is not so: where it lacks the attributes by
 * which WSL knows a file, since Windows made it or took them, and where they say what the inode
 * cannot be. Then they are there in Windows' form, in an EA LXATTRB (lxfs) or $LXUID and so on
 * (wslfs), and count before the inode's.
 */
#ifndef LXSHIM_STORE_VOLFS_H
#define LXSHIM_STORE_VOLFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "nt/ea.h"
#include "nt/lxattr.h"
#include "store/object.h"
#include "store/sidecar_attr.h"

enum store_format { STORE_NO_TREE, STORE_LXFS, STORE_WSLFS };

/* Of a tree's root: which format it has. It is VolFs' from its first mount on. */
#define STORE_TREE STORE_OWN_PREFIX "volfs"

struct store_tree {
    enum store_format format;
    uint32_t mounted; /* how often it was, or its cache was dropped */
    bool streams;     /* a file's capabilities are a stream of it to Windows, and no EA */
};

/* The attribute of a file's capabilities, and what the stream is called: made up, no source has it.
 */
#define STORE_CAPABILITY        "security.capability"
#define STORE_CAPABILITY_STREAM "LXCAPS"

/* What is noted of a directory, an absolute path; false where it is no tree's root. */
bool store_tree_get(const char *root, struct store_tree *out);

/*
 * Notes that a directory is mounted as a tree of that format, with capabilities in streams or not:
 * what Windows has changed in it before is seen from here on. Nothing where it cannot be noted, as
 * by who may not write it.
 */
void store_tree_mount(const char *root, enum store_format format, bool streams);

/*
 * What WSL remembers of a tree is dropped: from here on it is seen as when it is mounted anew. The
 * same of where it cannot be noted; nothing of a directory that is no tree's root.
 */
void store_tree_drop(const char *root);

/* The tree that a native path is in, or is the root of, looked for no further up than `top`. */
bool store_tree_of(const char *top, const char *path, struct store_tree *out);

struct store_volfs {
    bool noted;      /* the mark is for what is here, and not a bit of the file's */
    unsigned lacks;  /* a set of NT_LX_OWNED, which it lacks: root's, and mode 0 */
    uint32_t since;  /* store_tree.mounted when a file lost them that was known; else 0 */
    bool damaged;    /* an attribute of lxfs' is there, and none */
    mode_t type;     /* of a special file that is a regular one for Linux; else 0 */
    struct nt_lx lx; /* what is there in Windows' form; `has` what of it says something */
};

/* Asks for it. Of what has no mark it is nothing, without a question. */
void store_volfs_get(const struct store_object *o, const struct stat *st, enum store_format format,
                     struct store_volfs *out);

/* What a file is by that and its lstat; times are the inode's. */
void store_volfs_show(const struct stat *st, const struct store_volfs *v, struct nt_lxattrb *out);

/*
 * Gives a regular file or directory mode, owner and device: to the inode, as far as that can be
 * them, else in Windows' form as well. Times of `want` are not looked at. 0 or -errno.
 */
int store_volfs_put(const struct store_object *o, enum store_format format,
                    const struct nt_lxattrb *want);

/*
 * Notes of a regular file or directory that was given the mark for what is kept of it otherwise (an
 * ACL, an EA that has no room in its inode) that nobody asked for a sticky bit. 0 or -errno.
 */
int store_volfs_hide_mark(const struct store_object *o, const struct store_tree *tree);

/*
 * Takes attributes (a set of NT_LX_OWNED; of lxfs all) from a regular file or directory: nobody but
 * WSL misses them. `known`: it has met the file, or one that had its name, and remembers what that
 * was as long as the tree is mounted. 0 or -errno.
 */
int store_volfs_strip(const struct store_object *o, const struct store_tree *tree, unsigned fields,
                      bool known);

/*
 * Keeps an attribute of a regular file or directory byte for byte, as somebody of Windows gives it,
 * damaged or not: "user.LXATTRB", or one of those of wslfs. `fields`: what it is about. Where
 * nothing is left that the inode cannot be, the inode has it. 0 or -errno.
 */
int store_volfs_set(const struct store_object *o, const struct store_tree *tree,
                    const char *attribute, unsigned fields, const void *value, size_t size);

/* True for an attribute in which VolFs or a drive keeps facts: no program sees it as one. */
bool store_keeps_facts_in(const char *attribute);

#endif
