/* SPDX-License-Identifier: MIT */
/* Which files ProcFs, SysFs and CgroupFs answer for: their files.def, by paths and directories. */
#ifndef LXSHIM_FS_PROCFS_FILES_H
#define LXSHIM_FS_PROCFS_FILES_H

#include "fs/devfs/devfs.h"
#include "fs/procfs/pages.h"

enum file_when {
    FILE_OPENED,  /* the kernel has it: other words are in it */
    FILE_MISSING, /* the kernel has none: it is there */
    FILE_EITHER,  /* it is there with other words in it, whether the kernel has it or not */
    FILE_HIDDEN   /* it is not there, whatever the kernel has */
};

enum file_kind { FILE_PLAIN, FILE_DIRECTORY, FILE_SOCKET, FILE_DEVICE };

struct file {
    char directory[40]; /* "" for "/" */
    char name[32];
    size_t length; /* of that */
    enum lx_rule rule;
    enum file_when when;
    enum file_kind kind;
    unsigned since;         /* the first build of WSL1 that has it; 0: this is of every kernel */
    struct devfs_node node; /* of a device */
};

/* Who writes what is in it; NULL for what has nothing in it. */
page_write *file_writer(const struct file *file);

/* True where something of this name (n bytes) may be among them. */
bool file_named(const char *name, size_t n);

/* True where a directory of a path (n bytes) has the name of one that may be hidden. */
bool file_bars(const char *path, size_t n);

/*
 * False for a directory, by its absolute path (n bytes), where nothing is among them: neither in it
 * nor anywhere below.
 */
bool file_within(const char *directory, size_t n);

/* The directory of a path (n bytes) that is not there, by the run's rules; or NULL. Its length. */
const struct file *file_above(const struct lx_policy *policy, const char *path, size_t *n);

/* The file of that path (n bytes) which the run's rules have something to say of; or NULL. */
const struct file *file_find(const struct lx_policy *policy, const char *path, size_t n);

/* Which one a name (n bytes) is of those that a star in a file's name stands for; 0 without one. */
unsigned file_number(const struct file *file, const char *name, size_t n);

/* True for a directory in which there is such a file, or there may be. */
bool file_listed_in(const struct lx_policy *policy, const char *directory, size_t n);

/*
 * The file, with its name, that is there besides in a directory, whatever the kernel has: the first
 * at place *n (from 0) or behind, which is set to where it was found. NULL after the last.
 */
const struct file *file_besides(const struct lx_policy *policy, const char *directory,
                                size_t length, unsigned *n, const char **name);

#endif
