/* SPDX-License-Identifier: MIT */
/* The policy as the library reads it: the flat image with its mounts laid out, and rule look-ups.
 */
#ifndef LXSHIM_POLICY_POLICY_H
#define LXSHIM_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/image.h"
#include "policy/rules.h"

struct lx_mount {
    const char *source;  /* "C:" or "C:\dir", as the policy says it */
    const char *target;  /* where programs see it: absolute, no symlink, no trailing slash */
    const char *backing; /* the ordinary directory that holds it; equal to target when in place */
    const char
        *bind_alias; /* bind-mounted: the same directory's other name; NULL where it has none */
    size_t target_length;
    size_t backing_length;
    const char *label;
    const char *symlinkroot; /* symlinkroot=, or NULL */
    uint32_t serial;
    uid_t uid;
    gid_t gid;
    mode_t file_mask; /* umask= and fmask= */
    mode_t dir_mask;  /* umask= and dmask= */
    uint8_t index;    /* its place in the policy, from 0 */
    uint8_t type;
    uint8_t filesystem;
    uint8_t case_option;
    uint8_t flags;
    bool in_place;
    bool folds;           /* some directory below may ignore case */
    bool dac;             /* the masks take something away: permissions have to be checked */
    const uint8_t *rules; /* enum lx_value by enum lx_rule */
};

struct lx_policy {
    const struct lx_image *image;
    const char *trace; /* the trace file, or NULL */
    struct lx_stats *stats;
    bool observe;
    bool trace_all;
    bool trace_own;        /* see LX_IMAGE_TRACE_OWN */
    bool may_link;         /* Windows lets its user make symlinks: Developer Mode, or elevated */
    bool redirects;        /* some mount's backing is elsewhere */
    uint64_t override_ops; /* the operations some override is about, one bit each */
    unsigned mount_count;
    struct lx_mount mounts[LX_IMAGE_MOUNT_MAX];
};

/* Lays out a checked image. Returns 0 or -EINVAL. The image must outlive the policy. */
int lx_policy_attach(struct lx_policy *policy, const struct lx_image *image, size_t size);

/* What a mount's rule says. */
static inline enum lx_value lx_rule(const struct lx_mount *mount, enum lx_rule rule)
{
    return (enum lx_value)mount->rules[rule];
}

/* True where a mount keeps modes and owners of Linux' with its files: the option metadata. */
static inline bool lx_metadata(const struct lx_mount *mount)
{
    return (mount->flags & LX_MOUNT_METADATA) != 0;
}

#endif
