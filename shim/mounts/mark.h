/* SPDX-License-Identifier: MIT */
/*
 * What says of a descriptor of a directory that it is a mount which is nowhere yet, or was: a read
 * lock on one byte of its open file description, far beyond where any program locks. Whoever is
 * given the descriptor has it, and it goes with the last copy.
 */
#ifndef LXSHIM_MOUNTS_MARK_H
#define LXSHIM_MOUNTS_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/mount.h"

#define MARK_FIRST (INT64_C(1) << 62) /* of the bytes; those of store/shares.h are farther */

#define MARK_FLAGS    0x3ffffffUL      /* of mount(2), up to MS_LAZYTIME */
#define MARK_ATTACHED (MARK_FLAGS + 1) /* it is mounted by now */

/* The byte of a mount, by its number, with MARK_FLAGS and MARK_ATTACHED. */
int64_t mark_byte(uint32_t number, unsigned long flags);

/* What a byte says; false for one of somebody else's. */
bool mark_read(int64_t byte, uint32_t *number, unsigned long *flags);

/* Locks a byte for a descriptor that is open for reading, or gives it back. 0 or -errno. */
int mark_set(int fd, int64_t byte);
int mark_clear(int fd, int64_t byte);

/* False where nobody has a descriptor any more that is marked with a mount's number. */
bool mark_is_held(const struct lx_mount *mount);

#endif
