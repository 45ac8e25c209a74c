/* SPDX-License-Identifier: MIT */
/*
 * What VolFs keeps of a file that was removed while it was open: a name in a directory of the
 * tree's own in `temp`, which is beside its root. Here it is a second link of the file, so that for
 * Linux the removal is one as any other. Both names are numbers of what they belong to (by
 * store_identify_number): what is called otherwise is somebody else's, and never touched.
 */
#ifndef LXSHIM_STORE_TEMP_H
#define LXSHIM_STORE_TEMP_H

#include <stdbool.h>

#include "store/identity.h"
#include "store/object.h"

#define STORE_TEMP_NAME (STORE_HEX + 1) /* with its NUL */

/* True for a root, absolute, beside which `temp` is WSL's: it is called rootfs. Pure. */
bool store_temp_belongs(const char *root);

/*
 * Gives the regular file `o` a name there before its last one goes, and tells which. 0 or -errno:
 * then nothing has changed, and it has to go without.
 */
int store_temp_keep(const struct store_object *o, char name[STORE_TEMP_NAME]);

/* Takes it back. */
void store_temp_drop(const char *root, const char *name);

/* True where an object has a name there. */
bool store_temp_has(const struct store_object *o);

/* True where a root has nothing there, as far as one may look. */
bool store_temp_absent(const char *root);

/*
 * Removes what nobody has open, and at last the directory in `temp`. `leaving`: this process is
 * about to end, and what only it holds goes as well. Returns how many have to be looked at again.
 * What cannot be removed stays, and does not count.
 */
unsigned store_temp_empty(const char *root, bool leaving);

/*
 * The same, and tells what cannot be removed though nobody has it open: why, -errno, and the
 * absolute path of the first such thing, which may be the directory, or `temp` itself where that
 * cannot be looked into. 0 where there is none.
 */
int store_temp_stuck(const char *root, char path[PATH_MAX]);

#endif
