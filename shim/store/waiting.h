/* SPDX-License-Identifier: MIT */
/*
 * The list of what waits to be deleted in a drive, in its hidden directory: what we are sure about.
 * A note is a symlink, named by a hash of the identity of the file, of the directory it is in, and
 * of its name, and leads to the path it has; so a copy, an archive, a hard link or a rename carries
 * no note along.
 *
 * Who changes the list, or removes what it notes, has it locked: in between, a link of the same
 * file may get the same name, and be the user's. The lock is flock's on the list's directory, and
 * goes with its process.
 */
#ifndef LXSHIM_STORE_WAITING_H
#define LXSHIM_STORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "store/identity.h"
#include "store/object.h"

/*
 * The number under which an object is noted that has, or would have, the path of `marked`. 0; or
 * -errno: -EOPNOTSUPP where its file system cannot tell it from the next one with its inode number.
 */
int store_waiting_number(const struct store_object *o, const struct store_object *marked,
                         uint64_t *number);

/* The same, and the identity of the object. */
int store_waiting_identify(const struct store_object *o, const struct store_object *marked,
                           uint64_t *number, struct store_identity *id);

/* True where the object that is open behind fd, wherever it is by now, is the one of a number; and
 * its identity. */
bool store_waiting_is(const struct store_object *marked, uint64_t number, int fd,
                      struct store_identity *id);

/* Whom what is noted waits for. */
enum store_waits_for {
    STORE_WAITS_FOR_HANDLES,
    STORE_WAITS_FOR_WATCHES /* and for who watches it by inotify */
};

/*
 * Opens a drive's list where it has a note of that number, without the lock: that may be over. A
 * descriptor, or -errno: -ENOENT for no such note.
 */
int store_waiting_open(const char *root, uint64_t number, enum store_waits_for *what);

/* How a list is locked. */
enum store_waiting_lock {
    STORE_WAITING_LATER,  /* by who can look again later */
    STORE_WAITING_NEEDED, /* by who cannot */
    STORE_WAITING_MADE    /* the same, and it is made where it is missing */
};

/*
 * Locks a drive's list, and opens it. A descriptor, to be given to the functions below and then to
 * store_waiting_unlock; or -errno: -ENOENT for no list, -EAGAIN where somebody has it for long, as
 * only a stopped process does.
 */
int store_waiting_lock(const char *root, enum store_waiting_lock how);

/* The same of a list that was opened, which is closed where it is not the one that is returned. */
int store_waiting_lock_opened(const char *root, int list, enum store_waiting_lock how);

/*
 * Unlocks and closes it, and removes it where nothing is in it any more. Who has just noted
 * something closes it: nothing of that is to be asked.
 */
void store_waiting_unlock(const char *root, int list);

/* Notes an object that has, or will have, the path of `marked`. 0 or -errno. */
int store_waiting_add(int list, const struct store_object *marked, uint64_t number,
                      enum store_waits_for what);

/* Whether it is noted, *what (or NULL): for whom it waits; and takes a note back. */
bool store_waiting_noted(int list, uint64_t number, enum store_waits_for *what);
void store_waiting_drop(int list, uint64_t number);

/*
 * Removes the object that is noted and has that identity, from where it is marked. By its name
 * there may be somebody else's a moment later: it is moved into the list first, and looked at
 * there; what is another one gets its path back. 0; -ESTALE for such; or -errno of the move.
 */
int store_waiting_remove(int list, const struct store_object *marked, uint64_t number,
                         const struct store_identity *meant);

/*
 * Calls `each` for every note of a drive, the list not locked: its number, and the object that it
 * leads to. Returns how many there are. What a killed process has left in the middle of a removal
 * is brought to its end before.
 */
typedef void store_waiting_each(const struct store_object *marked, uint64_t number,
                                enum store_waits_for what, void *data);
unsigned store_waiting_list(const char *root, store_waiting_each *each, void *data);

#endif
