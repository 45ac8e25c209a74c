/* SPDX-License-Identifier: MIT */
/* Loads a policy: the built-in profiles, files and flags, merged and checked. */
#ifndef LXSHIM_POLICY_LOAD_H
#define LXSHIM_POLICY_LOAD_H

#include "policy/added.h"
#include "policy/effective.h"

/* What to load. Everything but directory may be NULL or 0. */
struct lx_request {
    const char *directory; /* absolute: the current directory of who asks */
    const char *root;      /* in which absolute targets of mounts are, or NULL for "/": canonical */
    const char *file;      /* a policy, as it was named */
    const char *file_from; /* "--policy" or "LXSHIM_POLICY", for messages; NULL: nobody */
    bool found;            /* nobody has named it: it is there, in `directory` (policy/found.h) */
    const char *text;      /* its content, where the caller has it: the file is not opened then */
    size_t size;
    bool alone; /* a policy may not open other files: `extends` is refused */
    const char *profile;
    const char *profile_from; /* "--era", for messages; NULL: "--profile" */
    const char *filesystem;   /* the kind that all volumes are of, whatever the policy says */
    char *const *mounts;      /* --mount TYPE:SOURCE:TARGET[:BACKING][,OPTIONS] */
    size_t mount_count;
    const struct lx_added *added; /* what is mounted besides what the policy, or --mount, says */
    size_t added_count;
    const char *made;  /* a directory that is there for drives, by a session's init, with all that
                        * it is in: absolute; or NULL */
    char *const *sets; /* --set RULE=VALUE */
    size_t set_count;
    const char *trace;      /* FILE or all:FILE, relative to directory */
    const char *trace_from; /* "--trace" or "LXSHIM_TRACE" */
    bool observe;
    const char *enforce;   /* ids of the rules that speak, divided by commas; the others observe */
    const char *latency;   /* [count:]CLIENT[:SEED] */
    const char *overrides; /* a file with an array of them, instead of the policy's */
    bool without_interop;  /* what the policy says of programs of Windows' does not count */
    const char *scanner;   /* --scanner: over what the policy says of one */
    uid_t uid;             /* who owns the built-in mount */
    gid_t gid;
};

/*
 * Loads and checks. Returns 0, or -EINVAL with problem set. Give the policy back with
 * lx_effective_free in either case.
 */
int lx_effective_load(struct lx_effective *policy, const struct lx_request *request);

#endif
