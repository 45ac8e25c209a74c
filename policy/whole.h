/* SPDX-License-Identifier: MIT */
#ifndef LXSHIM_POLICY_WHOLE_H
#define LXSHIM_POLICY_WHOLE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Reads what is left of a descriptor, up to one byte more than `most` or a little beyond that, into
 * *text, to be freed. Returns 0 or -errno.
 */
int lx_read_whole(int fd, size_t most, char **text, size_t *size);

/*
 * Opens a file that an option or a variable names, to read it to its end. Nobody waits for the
 * writer of a FIFO, and nothing is asked of a device but /dev/null: it may have no end. A pipe that
 * a shell hands on, as by <(...), is read as it comes. A descriptor, or -errno: EISDIR for a
 * directory, EINVAL for what else is no file.
 */
int lx_open_plain(const char *file);

/* The same as a stream, or NULL with errno. */
FILE *lx_stream_plain(const char *file);

/* What to say of an error of theirs. */
const char *lx_plain_word(int error);

#endif
