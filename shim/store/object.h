/* SPDX-License-Identifier: MIT */
/* An object of a drive, and the mark that it may have. */
#ifndef LXSHIM_STORE_OBJECT_H
#define LXSHIM_STORE_OBJECT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* The object at dfd/path ("": dfd itself), a link not followed. */
struct store_object {
    const char *root; /* of the drive it is in, absolute */
    int dfd;
    const char *path;
};

/* The kernel's absolute path of an object. Its length, or -errno. */
long store_object_path(const struct store_object *o, char out[PATH_MAX]);

/* The directory that an object is in, as a path from the same dfd: "." for a bare name. */
int store_object_parent(const struct store_object *o, char out[PATH_MAX]);

/*
 * Renames to a name that is free: -EEXIST where something has it, and nothing is replaced; or as
 * renameat. Where the file system has no such call, a regular file gets the name as a second link.
 */
int store_rename_to_free(int odfd, const char *old, int ndfd, const char *new);

/* The last component of a path. */
const char *store_leaf(const char *path);

/* lstat of an object, and chmod, which for a symlink is the kernel's to refuse. 0 or -errno. */
int store_object_stat(const struct store_object *o, struct stat *st);
int store_object_chmod(const struct store_object *o, mode_t mode);

/* See store_marked. */
#define STORE_MARK S_ISVTX

/*
 * The mark of what deserves a second look: a link of Windows', or what a process of Windows has
 * open (see shares.h). It costs other files nothing, as every stat tells it. Windows has no use for
 * the bit itself; one that somebody else set only costs the look.
 */
static inline bool store_marked(const struct stat *st)
{
    return (st->st_mode & STORE_MARK) != 0;
}

#endif
