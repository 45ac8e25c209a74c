/* SPDX-License-Identifier: MIT */
/*
 * The kernel's mount tables with the mounts of a run in them: /proc/PID/mounts, mountinfo and
 * mountstats. Pure: a text and a list of mounts in, a text out.
 */
#ifndef LXSHIM_MOUNTS_LINES_H
#define LXSHIM_MOUNTS_LINES_H

#include <limits.h>

#include "mounts/drive_line.h"
#include "sys/mountinfo.h"

/*
 * The number in mountinfo of a mount that the kernel has not is the record's behind a multiple of
 * this, which is behind all of the kernel's.
 */
#define LINES_ID_STEP 100000ul

enum lines_file { LINES_MOUNTS, LINES_MOUNTINFO, LINES_MOUNTSTATS };

/* A mount of the run. Those of LX_MOUNT_HOST are given as well: each has a line of the kernel's. */
struct lines_drive {
    const struct lx_mount *mount;
    const char *point; /* where it is mounted, as the table's reader sees it */
    const char
        *root; /* of a bind mount: the directory in its source, by programs' names; or NULL */

    /* lines.c's own: */
    long above;           /* how many mounts of the kernel's cover it at its point */
    long lines;           /* at its point, of those that were looked at */
    long line;            /* the kernel's that is its own, or -1 */
    long before;          /* the line that one of its own comes before, or -1 */
    unsigned long id;     /* of one of its own */
    unsigned long parent; /* the same of the mount that it is in */
    size_t depth;         /* bytes of that one's point */
    bool own;             /* it has a line of its own */
};

/* A line of the kernel's, and other words for it. */
struct lines_words {
    const char *point;
    struct sys_span type;
    bool read_only;

    const char *source; /* NULL: only `without` and `with` count */
    const char *shown_type;
    unsigned long flags;
    const char *data;    /* options of the file system, without rw or ro */
    const char *without; /* an option with its comma, which is left out; or NULL */
    const char *with;    /* one that is said last, unless it is said; or NULL */
};

/* What a text is worked on with: large, and not for a signal's stack. */
struct lines_work {
    /* False for a line that stays as it is. NULL: all do. `who`: its own. */
    bool (*words)(const void *who, struct lines_words *words);
    const void *who;
    struct lines_drive drive[LX_PLACE_MAX];
    bool covers; /* lines_write: some drive covers lines of the kernel's */
    size_t count;
    char point[PATH_MAX];
};

/* True for a mount that has a line and is none of the kernel's. */
bool lines_is_own(const struct lx_mount *m);

/*
 * Writes a table, with a line for each of work's drives: in place of the kernel's where that has
 * mounted it, else one more. `text`: the kernel's own, of which nothing else is lost.
 */
void lines_write(struct lines_work *work, enum lines_file file, struct sys_span text,
                 struct lines_out *out);

#endif
