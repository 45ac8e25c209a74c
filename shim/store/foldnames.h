/* SPDX-License-Identifier: MIT */
/* Finding a name in a directory that ignores case. */
#ifndef LXSHIM_STORE_FOLDNAMES_H
#define LXSHIM_STORE_FOLDNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "store/object.h"

/*
 * True where an open directory of a drive has STORE_CASE: look-ups in it heed case. st: its facts;
 * NULL where nobody knows them, and then a flag that found no room among other attributes is not
 * seen.
 */
bool store_case_flagged(const char *root, int fd, const struct stat *st);

/*
 * Looks in a directory for an entry that NTFS takes for the same name (n bytes, NT spelling),
 * writes it to out and returns its length; 0 where there is none, or -errno. With `heed`, a flagged
 * directory has none. A directory's names are kept and compared with its times
 * and inode at every look, so that a miss does not read it again while a change by anyone is seen
 * at once.
 */
long store_fold_lookup(const struct store_object *dir, bool heed, const char *name, size_t n,
                       char *out, size_t room);

/* What a name that is to be made meets in a directory. */
enum store_fold {
    STORE_FOLD_OTHER = 1,  /* an entry that is spelled otherwise, and the same for NTFS */
    STORE_FOLD_SAME = 2,   /* perhaps the very name */
    STORE_FOLD_WAITING = 4 /* perhaps the very name, marked as one that waits to be deleted */
};

/*
 * Finds out by one look. Returns a set of enum store_fold, or -errno. *flagged: whether the
 * directory has STORE_CASE, a flag beside which there was no room perhaps not seen; NULL: nobody
 * asks.
 */
long store_fold_meets(const struct store_object *dir, bool heed, const char *name, size_t n,
                      bool *flagged);

#endif
