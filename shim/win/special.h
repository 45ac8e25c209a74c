/* SPDX-License-Identifier: MIT */
/*
 * FIFOs, sockets and devices: for Windows an empty file with a reparse point that says which, and
 * EAs for mode, owner and number; for Linux an object that has all of it in its inode.
 */
#ifndef LXSHIM_WIN_SPECIAL_H
#define LXSHIM_WIN_SPECIAL_H

#include <sys/types.h>

#include "nt/ea.h"
#include "win/win.h"

/* Puts a new empty file of a mode in the place of what is there. 0 or -errno. */
long win_put_empty(const char *native, mode_t mode);

/*
 * Makes an empty file that gets a tag, and its attributes, the object that they say; `mode` is that
 * of one without. A device takes a number and a mode that is a device's, who may make one, and that
 * `devices` are made: it is a file with a reparse point until then. 1, 0 where the file stays what
 * it is, or -errno.
 */
long win_become_special(const char *native, uint32_t tag, mode_t mode, bool devices);

/*
 * Sets one of WSL's attributes of what is neither file nor directory: its inode's, as there is no
 * place for another. 0; -EOPNOTSUPP for a value that no inode has, and for none; or -errno.
 */
long win_special_set(const char *native, enum nt_lx_field field, const struct nt_ea *ea);

#endif
