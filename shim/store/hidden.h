/* SPDX-License-Identifier: MIT */
/*
 * The hidden directory in a drive's root: what we have to keep in a drive and no file of it can
 * hold. Its name has the root's own identity, so that one that came with a copy, in an archive or
 * with another drive's root is an ordinary directory: listed, and removed by whoever removes it.
 */
#ifndef LXSHIM_STORE_HIDDEN_H
#define LXSHIM_STORE_HIDDEN_H

#include <stdbool.h>

#include "nt/names.h"
#include "store/identity.h"

/* Listings look closer at names with these characters; 16 hexadecimal digits follow. */
#define STORE_HIDDEN_PREFIX ".lxshim" NT_PENDING_SUFFIX
#define STORE_HIDDEN_NAME   (sizeof(STORE_HIDDEN_PREFIX) + STORE_HEX) /* with its NUL */

/* Opens it for reading. A descriptor; -ENOENT where there is none, or root is NULL; or -errno. */
int store_hidden_open(const char *root);

/*
 * The same, made where it is missing, with the root's own permissions: who may add files to the
 * drive may add to this. -EOPNOTSUPP where the root has no identity.
 */
int store_hidden_make(const char *root);

/* True where a drive has one at all: also where it may not be looked into. */
bool store_hidden_exists(const char *root);

/*
 * True where a drive surely has none: one stat, as long as nothing changes in its root. False means
 * no more than that nobody knows.
 */
bool store_hidden_absent(const char *root);

/*
 * True where a name in the drive's root is this drive's own hidden directory; of a root that is
 * open behind fd, or by its path.
 */
bool store_hidden_is(const char *root, int fd, const char *name);
bool store_hidden_is_in(const char *root, const char *name);

/* The same for a directory in it. */
int store_hidden_open_part(const char *root, const char *part);
int store_hidden_make_part(const char *root, const char *part);

/* Removes that, which is open behind fd, and then the hidden directory, where nothing is in them.
 * Of what others lock, by who has the lock: an empty one may be somebody's who is about to write to
 * it. */
void store_hidden_tidy_part(const char *root, int fd, const char *part);

/* Removes the hidden directory where nothing is in it. */
void store_hidden_tidy(const char *root);

#endif
