/* SPDX-License-Identifier: MIT */
/*
 * Mount tables that are files of a file system of the run's own (FUSE), whose mount is in no
 * namespace: such a descriptor is written anew by whoever goes back to its beginning, and wakes
 * whoever waits for it, by poll, select or epoll, as the kernel's own does. Nobody has to be told
 * of these calls.
 *
 * One process serves it, which the master starts when the first table is opened.
 */
#ifndef LXSHIM_SUPERVISOR_LIVETABLE_H
#define LXSHIM_SUPERVISOR_LIVETABLE_H

#include <limits.h>

#include "supervisor/pool.h"
#include "supervisor/request.h"

/* What a worker asks for: a file for the kernel's table, which goes along. */
struct livetable_ask {
    uint64_t number; /* of this asking, which the answer repeats */
    uint64_t space;  /* as in struct lx_policy */
    unsigned origin;
    char name[256];      /* of the kernel's file */
    char root[PATH_MAX]; /* see tables_root: the worker may be where its caller is */
};

/*
 * In a worker: opens a table by the name of the kernel's file, of which fd is one, as the caller
 * wants it (flags of open). A descriptor, or -errno where there can be none.
 */
int livetable_open(const struct request *r, const char *name, int fd, int flags);

/* True for a descriptor of this process that is of such a file. */
bool livetable_is(int fd);

/* In the process that the master has started for it: serves until it is killed. */
_Noreturn void livetable_serve(const struct lx_policy *policy, struct pool *pool);

/*
 * For that: the device by which it is asked, and a directory of what it serves, as descriptors. 0
 * or -errno.
 */
int livetable_mount(int *device, int *directory);

#endif
