/* SPDX-License-Identifier: MIT */
/*
 * Adding to the table of a run's mounts (policy/table.h). One process at a time does: its lock
 * belongs to its open file description, and goes with it, SIGKILL or not. What a writer that was
 * killed had added is nowhere said to be good, and the next one writes over it, but for what the
 * kernel has mounted already.
 */
#ifndef LXSHIM_MOUNTS_TABLE_H
#define LXSHIM_MOUNTS_TABLE_H

#include "policy/policy.h"

/* Somebody who adds. Fields are table.c's. */
struct mounts_writer {
    struct lx_table *table; /* mapped for writing */
    uint32_t mapped;        /* bytes of it */
    int fd;
    unsigned view;
    uint64_t space;
    uint32_t used;
    uint32_t number;
    unsigned count;            /* places of what is to be mounted */
    uint32_t at[LX_PLACE_MAX]; /* their records, with LX_GONE those of what was there; 0: none */
};

/*
 * Takes the lock, for as long as it takes others to leave it. What is mounted in the policy's view
 * is in the writer then, to be changed. 0; -ENOSYS where the run has no table; -EBUSY where nobody
 * gives the lock back; -EPERM where the table is another user's; or -errno.
 */
int mounts_write(const struct lx_policy *policy, struct mounts_writer *w);

/* What the writer has at a place, from 1; NULL where that is empty. */
const struct lx_mount *mounts_written(const struct mounts_writer *w, unsigned place);

/* A mount that was found before the lock was taken, as the writer has it; NULL where it is gone. */
const struct lx_mount *mounts_still(const struct mounts_writer *w, const struct lx_mount *found);

/*
 * Adds a mount that is like a record but for its texts, at a place of its own, or at that of
 * `instead`, which it takes the place of. Returns it; NULL with *error where the table is full
 * (-ENOSPC), there is no place (-ENOSPC too), or no memory (-ENOMEM).
 */
const struct lx_mount *mounts_add(struct mounts_writer *w, const struct lx_mount *like,
                                  const struct lx_mount_texts *texts,
                                  const struct lx_mount *instead, int *error);

/* Takes a mount away. */
void mounts_drop(struct mounts_writer *w, const struct lx_mount *mount);

/*
 * Writes down what the writer has, before the kernel does its part at a point (the kernel's name of
 * the directory that is mounted on, or unmounted); "" where it has none. Once only. 0, -ENOSPC or
 * -ENOMEM.
 */
int mounts_prepare(struct mounts_writer *w, const char *point);

/* Says that what was prepared is what is mounted. */
void mounts_commit(struct mounts_writer *w);

/* Forgets what was prepared; the writer has what is mounted again. 0 or -errno. */
int mounts_abandon(struct mounts_writer *w, const struct lx_policy *policy);

/*
 * Keeps what was prepared where the kernel has done its part, and forgets it else: for who made the
 * call has died over it, and cannot say. The writer has what is mounted again. 0 or -errno.
 */
int mounts_find_out(struct mounts_writer *w, const struct lx_policy *policy);

/*
 * Wakes whoever watches the table (vfs/watch.h), after a change in which the kernel had no part:
 * for its own part it wakes them itself.
 */
void mounts_wake(const struct mounts_writer *w);

/* Gives the lock back. */
void mounts_leave(struct mounts_writer *w);

#endif
