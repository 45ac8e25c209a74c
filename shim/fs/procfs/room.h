/* SPDX-License-Identifier: MIT */
/* What is worked with where a file is made up: the kernel's text, and ours. */
#ifndef LXSHIM_FS_PROCFS_ROOM_H
#define LXSHIM_FS_PROCFS_ROOM_H

#include <stddef.h>

#define ROOM_TEXT 65536 /* bytes of a file: none has a page of them */

struct room {
    char given[ROOM_TEXT];
    char out[ROOM_TEXT];
};

/*
 * One that nobody else has, until room_drop. It is the library's own, whose pages are touched from
 * the first time on; another thread's, a signal handler's and, if a fork came between, a child's
 * are mapped anew. NULL where there is no memory.
 */
struct room *room_take(void);

/* Gives it back; NULL is none. */
void room_drop(struct room *room);

#endif
