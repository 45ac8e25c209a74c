/* SPDX-License-Identifier: MIT */
/*
 * Who is in which group. A group is known by its hierarchy and the inode of its directory in the
 * run's tree.
 *
 * Nobody of ours sees a process move: it writes ids to a file, and forks. So what is opened for
 * that is a file of its own in the tree ("moves"), which keeps what was written and when; and a
 * process that was never moved is where its parent was when it began.
 */
#ifndef LXSHIM_FS_CGROUPFS_MEMBERS_H
#define LXSHIM_FS_CGROUPFS_MEMBERS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/policy.h"

/* The group that everybody is in who was not moved. */
#define MEMBERS_ROOT 0

/* Version 2's hierarchy. Those of version 1 have numbers from 1 on, as they were mounted. */
#define MEMBERS_UNIFIED 0

struct group {
    unsigned hierarchy;
    uint64_t inode; /* or MEMBERS_ROOT */
};

/* The hierarchy of a mount, and the mount that a hierarchy was mounted by at the run's start; NULL
 * where there is none. */
unsigned members_hierarchy(const struct lx_policy *policy, const struct lx_mount *mount);
const struct lx_mount *members_mount(const struct lx_policy *policy, unsigned hierarchy);

/* True where somebody in a hierarchy may have been moved: without that all are in its root. */
bool members_moved(const struct lx_policy *policy, unsigned hierarchy);

/* A look at all processes, and all moves in a hierarchy: large, and of its caller. */
struct members;

/* Takes one; NULL where the run has no groups, or there is no memory. */
struct members *members_look(const struct lx_policy *policy, unsigned hierarchy);

/* Gives it back. NULL does nothing. */
void members_end(struct members *look);

/* The group of a process that is there; MEMBERS_ROOT for any other. */
uint64_t members_of(const struct members *look, int pid);

/* The next process of a group after `pid` (0 at first), by their numbers; 0 after the last. */
int members_next(const struct members *look, uint64_t group, int pid);

/*
 * Opens what a program gets that opened a group's list to write to it: flags as of open, `pid` the
 * program's. A descriptor or -errno.
 */
int members_open(const struct lx_policy *policy, struct group group, int pid, int flags);

/* Notes a group's path below its hierarchy's root, by which /proc shows it. */
int members_note(const struct lx_policy *policy, struct group group, const char *path);

/*
 * Takes a group's directory out of its hierarchy: of several who remove it one does. By its own
 * path in the tree, since another mount's is another mount to rename(2). 0 or -errno.
 * members_forget then forgets what was kept of the group, and removes the directory, which is to be
 * empty.
 */
int members_take(const struct lx_policy *policy, struct group group);
void members_forget(const struct lx_policy *policy, struct group group);

/* That path, "/" for the root; and how many groups there are, the root among them. */
void members_path(const struct lx_policy *policy, struct group group, char out[PATH_MAX]);
unsigned members_groups(const struct lx_policy *policy, unsigned hierarchy);

#endif
