/* SPDX-License-Identifier: MIT */
/* How a mount of ours is shown: the parts of its line in a mount table, by its rule mount.line.
 * Pure. */
#ifndef LXSHIM_MOUNTS_DRIVE_LINE_H
#define LXSHIM_MOUNTS_DRIVE_LINE_H

#include "policy/mount.h"

/* A text that is put together, and handed on as it fills. */
struct lines_out {
    char *at;
    size_t n;
    size_t room;
    void (*flush)(struct lines_out *out); /* takes what is there and sets n to 0; or NULL */
    int fd;                               /* these two are of the flush's own: */
    size_t before;                        /* bytes that were handed on */
    bool failed;                          /* something is missing */
};

/* Adds bytes, a text, a number in decimal. */
void lines_add(struct lines_out *out, const char *text, size_t n);
void lines_put(struct lines_out *out, const char *text);
void lines_number(struct lines_out *out, unsigned long value);

/* False where the rule has the kernel's own line stay. */
bool drive_line_shows(const struct lx_mount *mount);

/* Adds a path as the mount's era writes it: escaped, or as it is. */
void drive_line_path(struct lines_out *out, const struct lx_mount *mount, const char *path);

void drive_line_source(struct lines_out *out, const struct lx_mount *mount);
void drive_line_type(struct lines_out *out, const struct lx_mount *mount);

/* What the kernel says of a mount's flags (MS_*) behind rw or ro, in its order: each behind a
 * comma. */
void drive_line_flags(struct lines_out *out, unsigned long flags);

/* "rw,noatime": the options of the mount. What is read-only is so in both kinds of options. */
void drive_line_options(struct lines_out *out, const struct lx_mount *mount);

/* "rw,uid=1000,case=off": those of its file system. */
void drive_line_super(struct lines_out *out, const struct lx_mount *mount);

/* All of them together, as /proc/mounts has them. */
void drive_line_all_options(struct lines_out *out, const struct lx_mount *mount);

#define LINES_TAG_LENGTH 36

/* The tag by which virtiofs has a source: the same for the same source, in the form of a GUID. */
void lines_tag(const char *source, char out[LINES_TAG_LENGTH + 1]);

#endif
