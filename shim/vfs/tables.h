/* SPDX-License-Identifier: MIT */
/*
 * The mount tables of /proc, with the mounts of the run in them: /proc/PID/mounts, mountinfo and
 * mountstats, by whatever path they are reached (/proc/mounts, /etc/mtab).
 */
#ifndef LXSHIM_VFS_TABLES_H
#define LXSHIM_VFS_TABLES_H

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "fs/call.h"

/* True for a path (n bytes) whose last name is that of a table. A look at a few bytes. */
bool tables_named(const char *path, size_t n);

/*
 * True for a name (n bytes) that the kernel has for something which we answer for: one of those
 * files, or a made-up one.
 */
bool tables_native_name(const char *name, size_t n);

/* True, with the kernel's name for it, where a descriptor is one of a file of /proc. */
bool tables_in_proc(int fd, char path[PATH_MAX]);

/* True for a call that opens something outside every mount, to read it. */
static inline bool tables_reads(const struct lx_call *c)
{
    return c->op == LX_OP_OPEN && c->at[0].mount == NULL &&
           (c->flags & (O_ACCMODE | O_PATH)) == O_RDONLY;
}

/*
 * True for such a call that may open one of them, by its last name: that which the walk has come
 * to, if the path was walked.
 */
bool tables_names_one(const struct lx_call *c);
static inline bool tables_may_open(const struct lx_call *c)
{
    const size_t n = c->path_length[0];
    /* By its last byte nearly every path is none: "mounts", "mountinfo", "mountstats". */
    return tables_reads(c) &&
           (c->at[0].given != NULL || (n != 0 && n != LX_BAD_ADDRESS &&
                                       (c->path[0][n - 1] == 's' || c->path[0][n - 1] == 'o'))) &&
           tables_names_one(c);
}

/* True where a mount of the run is to be shown, or other words. */
bool tables_show(const struct lx_policy *policy);

/*
 * True for a call that opens "/proc/mounts", of this process and for itself: a symlink, which need
 * not be walked, since the name of what is opened tells where it has led.
 */
#define TABLES_STRAIGHT (sizeof("/proc/mounts") - 1)
bool tables_goes_straight(const struct lx_call *c);
static inline bool tables_straight(const struct lx_call *c)
{
    return c->path_length[0] == TABLES_STRAIGHT && tables_reads(c) && tables_goes_straight(c);
}

/*
 * What the program gets in place of fd, which the kernel has opened for such a call: the same
 * number, with the mounts in it; or as it was, where it is another file or of another mount
 * namespace, nothing is to be shown, or something is in the way, such as a limit of the program's.
 * -LX_EWALK, fd being closed, where a call that is straight has opened no table.
 */
long tables_open(struct lx_call *c, long fd);

/* Where the "/" is of the process whose table has that name, as this one sees it; "" for ours. */
void tables_root(const char *path, char root[PATH_MAX]);

/*
 * Writes the table of that name, of which fd is the kernel's, at its beginning, to memory: a
 * descriptor of that, or a negative number. `root`: see tables_root; NULL: as that says.
 */
int tables_written(const struct lx_task *task, const char *path, const char *root, int fd);

/* Waits until no change of what is mounted is under way, but for one that nobody ends. */
void tables_settle(const struct lx_policy *policy);

/*
 * Copies what the task's mountinfo would say of a mount, by its number there: a line without its
 * end, of `room` bytes at most. Its length, or 0.
 */
long tables_line(const struct lx_task *task, unsigned long id, char *out, size_t room);

/* Copies all of it, `room` bytes at most. Its length, or a negative number. */
long tables_info(const struct lx_task *task, char *out, size_t room);

#endif
