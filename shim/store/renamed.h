/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that a file was opened by before it was renamed, for who answers as a server that
 * goes by names. What is noted is of the open file description: it follows dup, fork and exec, and
 * nothing has to be forgotten.
 */
#ifndef LXSHIM_STORE_RENAMED_H
#define LXSHIM_STORE_RENAMED_H

#include <stdbool.h>

/*
 * After a regular file was renamed to dfd/path: notes that with who has it open, as far as this
 * process may look into others. A file that nobody has open costs a lease.
 */
void store_note_renamed(int dfd, const char *path);

/* True where that was noted of a descriptor of this process. */
bool store_was_renamed(int fd);

#endif
