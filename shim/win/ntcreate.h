/* SPDX-License-Identifier: MIT */
/* Opening, deleting and renaming as NTFS does: every command goes through here. [MS-FSA 2.1.5] */
#ifndef LXSHIM_WIN_NTCREATE_H
#define LXSHIM_WIN_NTCREATE_H

#include "nt/access.h"
#include "win/file.h"
#include "win/ntwords.h"

/* Ours: what is to be overwritten stays until the new content is there (content.c). */
#define WIN_KEEP_OLD 0x80000000u

struct win_request {
    uint32_t access;
    uint32_t share;
    uint32_t disposition; /* enum win_disposition */
    uint32_t options;
    uint32_t attributes; /* of a file that is made, or overwritten: READONLY, HIDDEN, SYSTEM */
};

struct win_handle {
    struct win_path path;
    struct win_file file;
    int fd; /* for reading, with what it was opened for marked on it; -1 for what is no file */
    uint32_t access; /* granted: no generic right is left in it */
    unsigned shares; /* that: a set of enum store_share */
    bool keeps;      /* its old content is still there, by WIN_KEEP_OLD */
    enum win_information information;
};

/*
 * Opens or makes what a name says. On success the handle is to be given back with win_close; on
 * failure handle->path says how far the name led.
 */
nt_status win_create(const struct win *win, const char *name, const struct win_request *request,
                     struct win_handle *handle);

/* Gives back what a handle holds: its share of the file goes with it. */
void win_close(struct win_handle *handle);

/*
 * Takes the mark from a handle's file where nothing is left that it says: no link, nothing stored
 * beside the file, nobody else who has it open. One that was killed while it held it leaves that.
 */
void win_unmark(const struct win_handle *handle);

/*
 * Lets programs under the library see that the file is held, and takes that back. They look for
 * marks, which a file gets from its owner alone: -errno where this is somebody else.
 */
int win_announce(const struct win_handle *handle);
void win_withdraw(const struct win_handle *handle);

/*
 * Deletes what a handle with DELETE is on; the name is free at once, as since Windows 10 1809. Of a
 * stream that is the stream alone. [MS-FSA 2.1.5.5]
 */
nt_status win_delete(const struct win_handle *handle);

/*
 * Whether what has a name lets a handle's file have it: `replace`, and what of it is open, a
 * directory or read-only. The file itself does. [MS-FSA 2.1.5.15.6, 2.1.5.15.11]
 */
nt_status win_check_target(const struct win_handle *handle, const struct win_path *to,
                           bool replace);

/* Gives the file of a handle with DELETE another name; `replace`: a file that has it goes. */
nt_status win_rename(const struct win *win, const struct win_handle *handle, const char *name,
                     bool replace);

/* win_create for no other purpose than win_delete. */
nt_status win_remove(const struct win *win, const char *name, uint32_t options);

/*
 * Writes all of it from the beginning, or at the end. On failure the file is what it was before,
 * where it was opened with WIN_KEEP_OLD, or is written at its end.
 */
nt_status win_write(struct win_handle *handle, const void *data, size_t size, bool append);

/* Everything from one file or stream to another, which is empty, or opened with WIN_KEEP_OLD. */
nt_status win_copy_data(const struct win_handle *from, struct win_handle *to);

/* Everything in a file or stream, to be freed; NULL with *status. */
uint8_t *win_read(const struct win_handle *handle, size_t *size, nt_status *status);

#endif
