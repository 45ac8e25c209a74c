/* SPDX-License-Identifier: MIT */
/* A program's directory in /proc. */
#ifndef LXSHIM_SUPERVISOR_PROC_H
#define LXSHIM_SUPERVISOR_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROC_NAME_ROOM 64

/* "/proc/TID/WHAT", in `name`. */
const char *proc_name(pid_t tid, const char *what, char name[PROC_NAME_ROOM]);

/* Reads a file of it from its beginning. Returns how much there was for `room`; 0 for none. */
size_t proc_read(pid_t tid, const char *what, char *to, size_t room);

#define PROC_STATUS_ROOM 4096 /* what we look for stands at its beginning */

/* What follows a key ("\nTgid:") in its status, which is read into `text`; NULL for nothing. */
const char *proc_status(pid_t tid, const char *key, char text[PROC_STATUS_ROOM]);

/* The same of another key, in a status that was read. */
const char *proc_status_line(const char *text, const char *key);

/* The process of a thread; the thread itself where nobody may know. */
pid_t proc_process(pid_t tid);

/* True for a thread that is under one filter, which is then ours; Linux 5.9. */
bool proc_one_filter(pid_t tid);

#endif
