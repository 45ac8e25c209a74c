/* SPDX-License-Identifier: MIT */
/*
 * Pending deletion: a file or directory that was removed while somebody had it open.
 *
 * It keeps its place under a marked name (see NT_PENDING_SUFFIX), so that its own name is free of
 * anything the kernel would find, its directory cannot be removed, and listings can show it. No
 * daemon: whoever next looks for the name or lists the directory finishes what nobody holds.
 */
#ifndef LXSHIM_STORE_PENDING_H
#define LXSHIM_STORE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Writes the marked name of a path to out. -ENAMETOOLONG where the last component has no room for
 * the mark.
 */
int store_pending_path(const char *path, char *out, size_t room);

/* Marks dfd/path. 0, or -errno of the rename; -ENAMETOOLONG as above. */
int store_pending_mark(int dfd, const char *path);

/*
 * The type (S_IFREG, S_IFDIR ...) of what is waiting to be deleted at dfd/path, 0 for nothing.
 * Removes it for good, and says 0, where nobody holds it any more.
 */
mode_t store_pending_blocks(int dfd, const char *path);

/*
 * True where the directory that holds dfd/path is waiting to be deleted. Only a descriptor or a
 * current directory still leads there.
 */
bool store_pending_directory(int dfd, const char *path);

/* store_pending_blocks for a marked name as a listing has it. */
bool store_pending_entry_held(int dfd, const char *marked);

/* Finishes what nobody holds in a directory. True where something was removed. */
bool store_pending_sweep(int dir);

#endif
