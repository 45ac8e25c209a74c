/* SPDX-License-Identifier: MIT */
/* Extended attributes as Windows has them: WSL's metadata, and what Samba keeps of others. */
#ifndef LXSHIM_WIN_EA_H
#define LXSHIM_WIN_EA_H

#include "nt/ea.h"
#include "win/file.h"

/* The largest chain of a file: all its attributes together. [NTFS: 64 KiB] */
#define WIN_EA_ROOM 65536

/*
 * Writes the chain of all of a file's attributes, WSL's first: those of a file with metadata that
 * is its inode's own, too. Its size goes to *size; 0 for a file without any.
 */
nt_status win_ea_query(const char *native, uint8_t chain[WIN_EA_ROOM], size_t *size);

/*
 * Sets one attribute, or removes it where it has no value, as NtSetEaFile does. One of WSL's is
 * kept as it is given, and the inode follows where it can, but for what would make a file read-only
 * or writable, which is an attribute of Windows' own.
 */
nt_status win_ea_set(const char *native, const struct nt_ea *ea);

/* Sets or removes every attribute of a chain; STATUS_EA_LIST_INCONSISTENT for what is none. */
nt_status win_ea_set_all(const char *native, const uint8_t *chain, size_t size);

/*
 * Takes from an object what no overwrite leaves: WSL's metadata and every other EA, since the
 * request has none, and its named streams. [MS-FSA 2.1.5.1.2; streams: Samba, clear_ads]
 * Attributes, times and other names stay, and so does what is behind a reparse point. 0 or -errno.
 */
int win_lose_eas(const struct store_object *o);

#endif
