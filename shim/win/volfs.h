/* SPDX-License-Identifier: MIT */
/* Trees of VolFs', WSL1's root, as Windows sees them: files whose EAs are all that WSL goes by. */
#ifndef LXSHIM_WIN_VOLFS_H
#define LXSHIM_WIN_VOLFS_H

#include "nt/ea.h"
#include "store/volfs.h"
#include "win/file.h"

/* Adds an attribute to a chain, or says why not in the chain's own status. */
typedef void win_volfs_add(void *chain, const char *name, const uint8_t *value, size_t size);

/* Adds WSL's attributes of a file in a tree: those that are there, and what its inode is. */
void win_volfs_query(const struct store_tree *tree, const char *native, const struct stat *st,
                     win_volfs_add *add, void *chain);

/*
 * Sets one of them, or removes it where it has no value. False, and nothing done, for an attribute
 * that is none of them.
 */
bool win_volfs_set(const struct store_tree *tree, const char *native, const struct nt_ea *ea,
                   nt_status *status);

/*
 * What Windows has made by a name, or moved there from where nothing is WSL's: WSL does not know
 * it. Nothing for a file in no tree. 0 or -errno.
 */
int win_volfs_made(const char *native);

/* Of what is about to be written over or replaced: whether WSL knows it. */
struct win_volfs_old {
    bool known;
    struct stat st;
};
void win_volfs_before(const char *native, struct win_volfs_old *old);

/*
 * Has a file in a tree have no attributes any more, that was written over; or, of one that replaced
 * it by a rename, have WSL take it for the old one for the while, if it has none. 0 or -errno.
 */
int win_volfs_overwritten(const char *native, const struct win_volfs_old *old);
int win_volfs_replaced(const char *native, const struct win_volfs_old *old);

#endif
