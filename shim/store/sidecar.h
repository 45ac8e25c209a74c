/* SPDX-License-Identifier: MIT */
/*
 * Facts that a file's extended attributes cannot hold: the hidden directory in the drive's root has
 * them (hidden.h). Below it each object with such facts has a directory, named by its inode and
 * generation, and in that a file for each fact, named as the attribute would be. So a fact follows
 * its file wherever anybody renames it, and an inode number that is used again finds nothing. A
 * fact is written under another name and renamed: who reads meets the old one or the new one.
 *
 * A file with facts here has the mark (store_marked), so that nobody looks in vain.
 */
#ifndef LXSHIM_STORE_SIDECAR_H
#define LXSHIM_STORE_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>

#include "store/object.h"

/* The name of an object's directory. */
#define STORE_SIDECAR_KEY 34

/*
 * As getxattr: its size, -ENODATA, -ERANGE; a size of 0 asks for the size. -ENODATA also for what
 * cannot have facts here.
 */
long store_sidecar_get(const struct store_object *o, const char *name, void *value, size_t room);

/*
 * As setxattr. -EOPNOTSUPP where nothing tells the object from the next one with its inode number,
 * where it is on another file system than the root, or where its mode cannot hold the mark.
 */
long store_sidecar_set(const struct store_object *o, const char *name, const void *value,
                       size_t size);

/* As removexattr. */
long store_sidecar_remove(const struct store_object *o, const char *name);

/* As listxattr. */
long store_sidecar_list(const struct store_object *o, char *list, size_t room);

/*
 * For whoever removes an object: `about` before, and where it is true `drop` after that, by the
 * key. False, and next to nothing done, where there are no facts or another hard link keeps them.
 */
bool store_sidecar_about(const struct store_object *o, char key[STORE_SIDECAR_KEY]);
void store_sidecar_drop(const char *root, const char *key);

#endif
