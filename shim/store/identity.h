/* SPDX-License-Identifier: MIT */
/*
 * What tells an object from all others that ever have its inode number: a copy, what an archive is
 * unpacked to, and a later file never have it.
 */
#ifndef LXSHIM_STORE_IDENTITY_H
#define LXSHIM_STORE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/object.h"

struct store_identity {
    uint64_t inode;
    uint64_t life; /* a hash of what tells the inode's lives apart */
    uint32_t device[2];
    mode_t mode;
    uint32_t links;
};

/* What an object's lives are told apart by. */
enum store_life {
    STORE_BY_BIRTH, /* its time of birth, or else its handle: stays what it is wherever it moves */
    STORE_BY_BOTH   /* both, as far as there are: two lives within a tick of the clock, too */
};

/*
 * Asks for an object's identity. 0; -EOPNOTSUPP where nothing tells its lives apart (FUSE without
 * birth times, old kernels with a file system that cannot be exported); or -errno of statx.
 */
int store_identify(const struct store_object *o, enum store_life by, struct store_identity *out);

/* One number for both of an identity's. */
uint64_t store_identity_number(const struct store_identity *id);

/* That of an object, by its inode and its time of birth. 0 or -errno, as above. */
int store_identify_number(const struct store_object *o, uint64_t *number);

/* FNV-1a, started by STORE_HASH_START and carried on by more data. */
#define STORE_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t store_hash(uint64_t hash, const void *data, size_t n);

/*
 * A drive's root, or NULL, as caches know it: a hash of its path, even and not 0. Not the path's
 * address, which another mount of the same directory has not, and another directory's may have
 * later.
 */
uint64_t store_hash_root(const char *root);

/* Writes 16 hexadecimal digits and returns what follows them. No NUL. */
#define STORE_HEX 16
char *store_put_hex(char *out, uint64_t value);

#endif
