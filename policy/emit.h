/* SPDX-License-Identifier: MIT */
/* From the effective policy to what processes get: the image, the counters, LXSHIM_STATE. */
#ifndef LXSHIM_POLICY_EMIT_H
#define LXSHIM_POLICY_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/effective.h"
#include "policy/stamp.h"

/* Files that an image names; NULL for one that it does without. */
struct lx_emit_files {
    const char *stats;      /* its counters */
    const char *table;      /* the run's mounts */
    const char *table_file; /* the same, for who may not go by that name */
};

/*
 * Makes the image.
 * Returns its size with *image to be freed, or -EXDEV where the policy cannot be used here (the
 * built-in mount in /), or -ENOMEM, -ENOSPC.
 */
long lx_emit_image(const struct lx_effective *policy, const struct lx_emit_files *files,
                   void **image);

/* True where an override counts, or there is a scanner: that has to be shared by the process tree.
 */
bool lx_emit_counts(const struct lx_effective *policy);

/* Bytes of the counters of a policy. */
size_t lx_emit_stats_room(const struct lx_effective *policy);

/* The counters of a policy: how many, and the first of those that some of its overrides, or its
 * latency, share. */
struct lx_counters {
    uint32_t count;
    uint32_t occurrences; /* 0: none */
    uint32_t costs;
};
struct lx_counters lx_emit_counters(const struct lx_effective *policy);

/* Sizes a file for the counters of a policy and begins it. Returns 0 or -errno. */
int lx_emit_stats(const struct lx_effective *policy, int fd);

/*
 * Sizes a file for the table of a run's mounts and begins it: the run starts in our mount
 * namespace, which `stays` for as long as the table does, since we are in it. Returns 0 or -errno.
 */
int lx_emit_table(int fd, bool stays);

/*
 * The value of LXSHIM_STATE for an image, to be freed; *value is set. A large image goes to a file
 * in one of the directories for files that live as long as a boot, made for `owner`. giver:
 * LX_GIVER_LENGTH digits, or NULL where nobody gives. Returns 0 or -errno.
 */
int lx_emit_state(const void *image, size_t size, const struct lx_stamp *owner, const char *giver,
                  char **value);

/* Makes a file of counters there and writes its path to *path, to be freed. Returns 0 or -errno. */
int lx_emit_stats_file(const struct lx_effective *policy, const struct lx_stamp *owner,
                       char **path);

/* The same of a table of the run's mounts, which other users may read; `stays` as lx_emit_table. */
int lx_emit_table_file(const struct lx_stamp *owner, bool stays, char **path);

#endif
