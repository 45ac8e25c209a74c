/* SPDX-License-Identifier: MIT */
/*
 * FIFOs, sockets and devices: for Windows an empty file with a reparse point that says which, and
 * EAs for mode, owner and number; for Linux an object that has all of it in its inode.
 */
#ifndef LXSHIM_WIN_SPECIAL_H
#define LXSHIM_WIN_SPECIAL_H

#include "nt/ea.h"
#include "win/win.h"

/*
 * Puts a new empty file in the place of what is there. 0 or -errno: then that is there still.
 */
long win_put_empty(const char *native);

/*
 * Makes an empty file that gets a tag, and its attributes, the object that they say. A device takes
 * a number and a mode that is a device's, and who may make one: it is a file with a reparse point
 * until then. 1, 0 where the file stays what it is, or -errno.
 */
long win_become_special(const char *native, uint32_t tag);

/*
 * Sets one of WSL's attributes of what is neither file nor directory: its inode's, as there is no
 * place for another. STATUS_EAS_NOT_SUPPORTED for a value that no inode has, and for none.
 */
nt_status win_special_set(const char *native, enum nt_lx_field field, const struct nt_ea *ea);

#endif
