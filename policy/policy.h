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
#include "policy/ruleset.h"
#include "policy/table.h"

/* Who wants to hear of calls. */
enum lx_watch {
    LX_WATCH_TRACE = 1, /* the trace: of those that a rule has to do with */
    LX_WATCH_ALL = 2,   /* of all */
    LX_WATCH_DEBUG = 4, /* LXSHIM_DEBUG, of all */
    LX_WATCH_COST = 8   /* a latency, of all in a drive */
};

/* Floors that say what they decide: see debug.h. */
enum lx_debug {
    LX_DEBUG_MOUNTS = 1,
    LX_DEBUG_LOCATE = 2,
    LX_DEBUG_WALK = 4,
    LX_DEBUG_FS = 8,
    LX_DEBUG_SUPERVISOR = 16,
    LX_DEBUG_ALL = 31
};

struct lx_policy {
    const struct lx_image *image;
    const char *trace;    /* the trace file, or NULL */
    const char *programs; /* the directory of our programs that stand in for WSL's, or NULL */
    const char *handler;  /* that runs programs of Windows', or NULL */
    const char *record;   /* where it is told how they are called, or NULL */
    struct lx_stats *stats;
    const char *debug_file; /* that LXSHIM_DEBUG is appended to, or NULL: */
    int debug_fd;           /* where it is written then */
    uint8_t debug;          /* enum lx_debug */
    uint8_t watches;        /* enum lx_watch */
    bool observe;
    bool shows; /* some rule of the run is on: names of the host's have other answers */
    bool stubs; /* some of Windows' own programs are there */
    bool trace_all;
    bool stacks;              /* of refused calls, into the trace: the supervisor's */
    bool trace_own;           /* see LX_IMAGE_TRACE_OWN */
    bool may_link;            /* Windows lets its user make symlinks: Developer Mode, or elevated */
    bool elevated;            /* the token of Windows is an administrator's */
    uint64_t override_ops;    /* the operations some override is about, one bit each */
    uint64_t judged_ops;      /* those, and of what moves bytes those some drive's rule is about */
    struct lx_ruleset silent; /* rules that only say what they would do, beside observe */
    const struct lx_image_scanner *scanner; /* NULL: there is none */
    const struct lx_mounts *fixed;          /* what is mounted at the start */
    const struct lx_table *table;           /* of the run; NULL: nothing is mounted later */
    uint64_t space;  /* this process's mount namespace, if not the one where the run began; or 0 */
    unsigned origin; /* the view that it began as a copy of, see vfs_enter_space */
    const struct lx_policy *run; /* of which this is what one program sees; NULL: this is it */
};

/* Lays out a checked image. Returns 0 or -EINVAL. The image must outlive the policy. */
int lx_policy_attach(struct lx_policy *policy, const struct lx_image *image, size_t size);

/* What a rule of the run says, which no mount carries: LX_OFF where nobody says anything. */
enum lx_value lx_rule_of_run(const struct lx_policy *policy, enum lx_rule rule);

/* What a scanner has open; NULL where the policy has none, or its memory could not be had. */
static inline struct lx_scans *lx_scans(const struct lx_policy *policy)
{
    return policy->scanner == NULL || policy->stats == NULL
               ? NULL
               : lx_stats_scans(policy->stats, policy->image->counters);
}

/* Where processes of the run leave lines of the trace; NULL where each is written by itself. */
static inline struct lx_trace_lines *lx_trace_lines(const struct lx_policy *policy)
{
    if (policy->stats == NULL || (policy->image->flags & LX_IMAGE_LINES) == 0)
        return NULL;
    return (struct lx_trace_lines *)(void *)((char *)policy->stats +
                                             lx_stats_room(policy->image->counters,
                                                           policy->scanner != NULL, false));
}

/* The view of the table by which a policy that has one goes. */
static inline unsigned lx_policy_view(const struct lx_policy *policy)
{
    return lx_table_view(policy->table, policy->space, policy->origin);
}

/* What is mounted. */
static inline const struct lx_mounts *lx_mounts(const struct lx_policy *policy)
{
    const struct lx_mounts *mounted = NULL;
    if (policy->table != NULL)
        mounted = lx_table_mounts(policy->table, lx_policy_view(policy));
    return mounted == NULL ? policy->fixed : mounted;
}

/* True where some mount's backing is elsewhere. */
static inline bool lx_redirects(const struct lx_policy *policy)
{
    return lx_mounts(policy)->translated > 0;
}

/* The run's own policy, of whichever view. */
static inline const struct lx_policy *lx_policy_of_run(const struct lx_policy *policy)
{
    return policy->run != NULL ? policy->run : policy;
}

/* What is mounted in the run, by the names that it was mounted by: what mount tables go by. */
static inline const struct lx_mounts *lx_mounts_of_run(const struct lx_policy *policy)
{
    return lx_mounts(lx_policy_of_run(policy));
}

#endif
