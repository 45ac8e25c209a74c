/* SPDX-License-Identifier: MIT */
/*
 * Windows' view of the directories that a policy makes drives of. It works on the files themselves,
 * by system calls that no preloaded library sees, and asks shim/nt for what Windows knows and
 * shim/store for who has a file open. Functions return NTSTATUS, as Windows' own would; a command
 * prints what cmd.exe prints for it.
 */
#ifndef LXSHIM_WIN_WIN_H
#define LXSHIM_WIN_WIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nt/ntstatus.h"
#include "policy/effective.h"

#define WIN_PATH   4096
#define WIN_STREAM 256

/* A volume of the policy by one of its places, or a mount that has one of its own. */
struct win_drive {
    char source[WIN_PATH]; /* "C:" or "C:\testing", without a separator at its end */
    const char *root;      /* the native directory */
    const char *target;    /* where programs see it: its name under lxshim run's bind mounts */
    const char *label;     /* or NULL */
    uint32_t serial;
    bool readonly;
};

struct win_command;

/* One session: nothing here is shared, and the program has one thread. */
struct win {
    struct win_drive drives[2 * LX_MOUNT_MAX];
    unsigned drive_count;
    const struct win_command *commands; /* that its prompt knows: win_commands */
    bool may_link;                      /* its user has the privilege to make symlinks */
    bool elevated;                      /* its token is an administrator's */
    char directory[WIN_PATH];           /* current: "C:\testing", or "C:\" */
    FILE *out; /* where commands print: standard output, or what ">" says */
    bool redirected;
    bool left; /* `exit` was said */
};

/*
 * Begins a session on the drives of a policy, which must outlive it, with some commands. The
 * current directory is this process's where that is on a drive, which is the answer, else the first
 * drive's root.
 */
bool win_start(struct win *win, const struct lx_effective *policy,
               const struct win_command *commands);

/* The drive that a full name is on, the innermost; NULL for none. */
const struct win_drive *win_drive_of(const struct win *win, const char *name);

/*
 * The root of the drive that a native path is in, the innermost; NULL for none. Of the session that
 * was started last: a program has one, and one thread.
 */
const char *win_root_of(const char *native);

/* A name without the "\\?\" that Win32's rules are not for what comes after. */
const char *win_plain(const char *name);

/* True where a full name is the root of a volume: "C:\". */
bool win_is_volume_root(const char *name);

/* The last component of a full name; and takes it off, with its separator. */
const char *win_leaf(const char *name);
void win_drop_leaf(char *name);

/* How the last component of a name is taken. */
enum win_resolve {
    WIN_FOLLOW = 0,
    WIN_NO_FOLLOW = 1, /* a reparse point is itself */
    WIN_WILD = 2       /* it may have * and ? */
};

/* Where a name leads. */
struct win_path {
    const struct win_drive *drive;
    /* The full name, "C:\testing\file.txt"; with the "\\?\" that it was typed with, without which
     * it may be that of another file. */
    char name[WIN_PATH];
    char native[WIN_PATH];    /* the file, or where it would be made */
    char stream[WIN_STREAM];  /* of "file:stream", or "" */
    bool exists;              /* the file; a stream has to be looked for */
    bool directory_wanted;    /* the name ended with a separator */
    bool linked;              /* a link was followed for the last component */
    bool linked_as_directory; /* and it was a link to a directory */
};

/*
 * The full name of what was typed, by Win32's rules: either slash, "." and "..", drive letters, the
 * current directory, trailing dots and spaces dropped, reserved names and illegal characters
 * refused; none of it after "\\?\". Splits off a stream. Does not look at any file.
 */
nt_status win_full_name(const struct win *win, const char *typed, unsigned how, char *name,
                        char *stream);

/*
 * Finds the file of a name. Names ignore case but in directories with the case-sensitive flag.
 * NT_SUCCESS with exists false: its directory is there and it is not. STATUS_DELETE_PENDING: it
 * waits to go. The others as NtCreateFile answers.
 */
nt_status win_resolve(const struct win *win, const char *typed, unsigned how, struct win_path *out);

/* True where a name that was resolved is that of a directory, or of a link to one. */
bool win_leads_to_directory(const struct win_path *path);

/*
 * Looks for one name in a native directory and writes its native path to out; one that is not there
 * is written as it would be made. True where it is there.
 */
bool win_find(const char *directory, const char *name, char out[WIN_PATH]);

/* True where a native directory has the case-sensitive flag. */
bool win_case_sensitive(const char *directory);

/* snprintf into a path's room; false where it does not fit. */
bool win_print_path(char out[WIN_PATH], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
