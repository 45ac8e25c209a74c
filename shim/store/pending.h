/* SPDX-License-Identifier: MIT */
/*
 * Pending deletion: a file or directory that was removed while somebody had it open.
 *
 * It keeps its place under a marked name (see NT_PENDING_SUFFIX), so that its own name is free of
 * anything the kernel would find, its directory cannot be removed, and listings can show it. A name
 * alone proves nothing: it counts where the drive has a note of this very file (waiting.h), and
 * everything else that is named so is an ordinary file. It goes when the last handle does: whoever
 * closes one looks, and whoever next looks for the name, lists the directory or the notes.
 */
#ifndef LXSHIM_STORE_PENDING_H
#define LXSHIM_STORE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "store/object.h"

/*
 * Marks an object. `watches`: who watches it by inotify counts as somebody who has it open. 0;
 * -ENAMETOOLONG where its name has no room for the mark, -EEXIST where the marked name is
 * somebody's, -EOPNOTSUPP where nothing could prove it later, or -errno: nothing has changed then.
 */
int store_pending_mark(const struct store_object *o, bool watches);

/*
 * Gives a marked object its own name back: somebody of Windows has changed his mind. 0; -EINVAL for
 * what is not marked, -EEXIST where something has the name by now, or -errno.
 */
int store_pending_revive(const struct store_object *marked);

/* What an object with a marked name is. */
enum store_pending {
    STORE_NOT_PENDING,  /* an ordinary one */
    STORE_PENDING_HELD, /* somebody has it open */
    STORE_PENDING_GONE  /* nobody had: it is removed, by us or by somebody before us */
};

/* Looks at an object with a marked name, and removes it for good where nobody holds it any more. */
enum store_pending store_pending_look(const struct store_object *marked);

/* True where it is pending, and nothing more is asked or done. */
bool store_pending_proved(const struct store_object *marked);

/*
 * The type (S_IFREG, S_IFDIR ...) of what is waiting to be deleted under an object's name, 0 for
 * nothing. Removes it for good, and says 0, where nobody holds it any more.
 */
mode_t store_pending_blocks(const struct store_object *o);

/*
 * True where the directory that an object is in is waiting to be deleted. Only a descriptor or a
 * current directory still leads there.
 */
bool store_pending_directory(const struct store_object *o);

/* True for a descriptor of what is waiting to be deleted. */
bool store_pending_open(const char *root, int fd);

/* Finishes what nobody holds in a directory of a drive. True where something was removed. */
bool store_pending_sweep(const char *root, int dir);

/*
 * Finishes what nobody holds in a drive, by its notes. `leaving`: this process is about to end, and
 * what only it holds goes as well. Returns how many are left.
 */
unsigned store_pending_settle(const char *root, bool leaving);

/*
 * Takes the mark off a path of a drive, if it is pending by its last component, in place. Returns
 * the new length. Only for a path with marks: see nt_name_scan.
 */
size_t store_pending_unmark(const char *root, char *path, size_t n);

#endif
