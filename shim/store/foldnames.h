/* SPDX-License-Identifier: MIT */
/* Finding a name in a directory that ignores case. */
#ifndef LXSHIM_STORE_FOLDNAMES_H
#define LXSHIM_STORE_FOLDNAMES_H

#include <stddef.h>

/*
 * Looks in the directory at an absolute native path for an entry that NTFS takes for the same name
 * (n bytes, NT spelling), writes it to out and returns its length; 0 where there is none, or
 * -errno. A directory's names are kept and compared with its times and inode at every look, so that
 * a miss does not read it again while a change by anyone is seen at once.
 */
long store_fold_lookup(const char *dir, const char *name, size_t n, char *out, size_t room);

#endif
