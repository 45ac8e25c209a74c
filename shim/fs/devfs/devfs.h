/* SPDX-License-Identifier: MIT */
/* The nodes in /dev of a session: files.def has them among what is made up (procfs/files.h). */
#ifndef LXSHIM_FS_DEVFS_DEVFS_H
#define LXSHIM_FS_DEVFS_DEVFS_H

#include <stdbool.h>

#include "fs/call.h"

enum devfs_era {
    DEVFS_WSL1 = 1,
    DEVFS_WSL2 = 2,
    DEVFS_SHUT = 4 /* nobody opens it, there or not */
};

/* A node, or a row of them with one number after the other. */
struct devfs_node {
    unsigned eras;  /* enum devfs_era */
    unsigned count; /* 1 for one alone */
    unsigned major;
    unsigned minor; /* of the first */
    unsigned mode;  /* without its type */
    gid_t gid;
    int error; /* of opening one that is not there */
};

/*
 * Answers a call on one of them, by its absolute path; `number`: which of its row. False where the
 * kernel's answer is right as it is.
 */
bool devfs_instead(struct lx_call *c, const struct devfs_node *node, unsigned number,
                   const char *path, enum lx_rule rule, long *result);

/* True for the number of one of them, wherever its node is. */
bool devfs_is_one(dev_t number);

/* Has the kernel's answer to stat or statx of a node say its mode and group. */
void devfs_say(const struct lx_call *c, const struct devfs_node *node);

/* The name of one of the serial lines, which alone are a row; NULL after the last. */
const char *devfs_row_name(unsigned number);

#endif
