/* SPDX-License-Identifier: MIT */
/* Finding a file by the 8.3 name that Windows gives it beside its own, and nobody lists. */
#ifndef LXSHIM_STORE_SHORTNAMES_H
#define LXSHIM_STORE_SHORTNAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "store/object.h"

/* How a name is looked for: in any case, and whichever number it has, unless it is said here. */
enum store_short {
    STORE_SHORT_EXACT = 1, /* in capitals */
    STORE_SHORT_HEED = 2,  /* in capitals where the directory has the flag */
    STORE_SHORT_ALONE = 4  /* where no other shares the beginning, nor one that is pending */
};

/*
 * Looks in a directory for the entry with such a name (n bytes), `how`: a set of enum store_short.
 * They are not stored, but worked out, numbered in the order in which the files were made. Writes
 * the entry's own name to out and returns its length; 0 where there is none, or -errno. Of a name
 * that is of another form nothing is asked.
 */
long store_short_lookup(const struct store_object *dir, unsigned how, const char *name, size_t n,
                        char *out, size_t room);

/* When Windows would say that an object was made. 0 or -errno. */
int store_created(const struct store_object *o, struct timespec *when);

#endif
