/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mountinfo, as the kernel writes it (Documentation/filesystems/proc.rst, 3.5): a line
 * for each mount of a namespace, in the order of its tree. Pure.
 */
#ifndef LXSHIM_SYS_MOUNTINFO_H
#define LXSHIM_SYS_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text. */
struct sys_span {
    const char *at;
    size_t n;
};

/* A line taken apart. The parts are as they are written: see sys_mount_unescape. */
struct sys_mount_line {
    struct sys_span id;
    struct sys_span parent;
    struct sys_span device;   /* "8:1" */
    struct sys_span root;     /* the directory in the file system that is mounted */
    struct sys_span point;    /* below the reader's root */
    struct sys_span options;  /* of the mount */
    struct sys_span optional; /* "shared:1 master:2", may be empty */
    struct sys_span type;
    struct sys_span source; /* may be empty */
    struct sys_span super;  /* options of the file system, may be empty */
};

/* Takes one line (n bytes, without its end) apart. False where it is none. */
bool sys_mount_line(const char *text, size_t n, struct sys_mount_line *line);

/*
 * Takes the next line off a text that can be taken apart, and passes over all others. False at the
 * end. `whole` (may be NULL): all of the line, without its end.
 */
bool sys_mount_next(struct sys_span *text, struct sys_mount_line *line, struct sys_span *whole);

/*
 * Writes a part as it is meant, with a NUL: blanks, line ends and backslashes are written as three
 * octal digits. Returns its length; -EINVAL for a part with a NUL in it; or -ENAMETOOLONG.
 */
long sys_mount_unescape(struct sys_span part, char *out, size_t room);

/* True where a part is these bytes. */
bool sys_span_is(struct sys_span part, const char *text);

#endif
