/* SPDX-License-Identifier: MIT */
/* Processes that are an ld.so which was run for a program: see program.h. */
#ifndef LXSHIM_VFS_LOADER_H
#define LXSHIM_VFS_LOADER_H

#include <limits.h>
#include <stdbool.h>

/* True for the name of an ld.so, which has no interpreter itself. */
bool loader_is(const char *name);

/*
 * Puts the program that a process is in place of `name`, an ld.so that was run for it, where a link
 * of /proc's says that the process is that. `dirfd`, `path`: the link. False where it is no such
 * process, or its words are too long.
 */
bool loader_program(int dirfd, const char *path, char name[PATH_MAX]);

#endif
