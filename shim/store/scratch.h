/* SPDX-License-Identifier: MIT */
/*
 * Files that are written out of sight, in the drive's hidden directory, and then take a name's
 * place in one step: until then the old file is there whole, whatever becomes of who writes.
 */
#ifndef LXSHIM_STORE_SCRATCH_H
#define LXSHIM_STORE_SCRATCH_H

#include <sys/types.h>

#include "store/identity.h"

#define STORE_SCRATCH_NAME (STORE_HEX + 1)

/* Makes one, for reading and writing, mode 0600, and writes its name. A descriptor, or -errno. */
int store_scratch_make(const char *root, char name[STORE_SCRATCH_NAME]);

/* Makes a FIFO, a socket or a device, by its type, and writes its name. 0 or -errno. */
int store_scratch_special(const char *root, mode_t type, dev_t device,
                          char name[STORE_SCRATCH_NAME]);

/* Makes one that is another link of the file at a native path, and writes its name. 0 or -errno. */
int store_scratch_link(const char *root, const char *path, char name[STORE_SCRATCH_NAME]);

/* Renames it to a native path, in place of what is there. 0 or -errno: then it is still there. */
int store_scratch_place(const char *root, const char *name, const char *path);

/* Removes it. */
void store_scratch_drop(const char *root, const char *name);

/* Removes what killed processes have left. */
void store_scratch_sweep(const char *root);

#endif
