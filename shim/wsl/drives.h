/* SPDX-License-Identifier: MIT */
/* Which mounts are drives of Windows', by /proc/self/mountinfo of any era of WSL. Pure. */
#ifndef LXSHIM_WSL_DRIVES_H
#define LXSHIM_WSL_DRIVES_H

#include "sys/mountinfo.h"
#include "wsl/text.h"

/*
 * Of a virtiofs mount the table shows a tag: writes what Windows path it stands for, with a NUL.
 * Returns its length, or -1 where that is not known. WSL keeps a link for each in
 * /run/wsl/virtiofs.
 */
typedef long wsl_tag_reader(const char *tag, char *out, size_t room);

struct wsl_table {
    struct sys_span text; /* /proc/self/mountinfo */
    wsl_tag_reader *tag;  /* or NULL */
};

enum wsl_kind { WSL_NONE, WSL_DRVFS, WSL_9P, WSL_VIRTIOFS };

struct wsl_drive {
    char point[PATH_MAX];    /* where it is mounted */
    struct wsl_text windows; /* what it is to Windows, without a separator at its end: "C:", "C:\x",
                                "\\server\share" */
};

/* What kind of drive a mount is, with drive->windows; WSL_NONE: it is none. */
enum wsl_kind wsl_drive_of(const struct wsl_table *table, const struct sys_mount_line *line,
                           struct wsl_drive *drive);

/*
 * The drive that an absolute Linux path is on: the last of the table to be mounted over it, unless
 * something else was mounted over it later.
 */
bool wsl_drive_of_path(const struct wsl_table *table, const char *path, struct wsl_drive *drive);

/*
 * The drive that an absolute Windows path is on: of those whose names it begins with, in any case,
 * the longest, the last of equal ones; unless something was mounted over that one later. `rest`:
 * what of the path comes behind, "" or from a separator on.
 */
bool wsl_drive_of_windows(const struct wsl_table *table, const char *windows,
                          struct wsl_drive *drive, const char **rest);

/* The kind of the first drive in the table; WSL_NONE where there is none. */
enum wsl_kind wsl_kind_of_table(const struct wsl_table *table);

/* Adds a Linux path ("/a/b:c") as Windows spells it: "\a\b<U+F03A>c". */
void wsl_add_escaped(struct wsl_text *t, const char *path);

#endif
