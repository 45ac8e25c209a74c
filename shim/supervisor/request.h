/* SPDX-License-Identifier: MIT */
/* A trapped call with its arguments: brought over, and what it wrote brought back. */
#ifndef LXSHIM_SUPERVISOR_REQUEST_H
#define LXSHIM_SUPERVISOR_REQUEST_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>

#include "fs/call.h"
#include "supervisor/calls.h"
#include "supervisor/compat.h"
#include "supervisor/tracee.h"
#include "sys/sys.h"

struct held;
struct pool;
struct slot;

#define REQUEST_ARGUMENTS 6 /* of a system call, whatever the machine */

struct request {
    struct tracee tracee;
    struct lx_task task;
    const struct supervise_call *call;
    struct compat compat;         /* of a call of 32-bit x86; else zero */
    const uint64_t *given;        /* the arguments as they came, or as those became ours */
    long args[REQUEST_ARGUMENTS]; /* and as this process can use them */
    int descriptors[2];           /* fetched ones, to be closed */
    unsigned descriptor_count;
    struct sys_open_how how; /* of an openat2, read with its strings */
    off_t offset;            /* of the directory it reads, before; or -1 */
    int start;               /* the descriptor its relative paths start from: see request_start */
    int unread;              /* -errno of its strings, or of an address to be bound; or 0 */
    bool looked_at;          /* not left alone before any rule was asked */
    bool there;              /* this process is a child that has gone where the caller is */
    bool confined;           /* it does itself what changes anything: see errand.h */

    /* Whose the hooks of its task are: see hooks.h. */
    const struct lx_policy *policy; /* the run's, whichever view of it the task has */
    struct pool *pool;
    struct slot *slot; /* this worker's */
    struct held *held; /* its caller, where it can be held to make calls: mounting.c */
    unsigned scripts;  /* that the kernel would find, but perhaps not their interpreters */
    bool answered;     /* the caller has its answer already */
    bool refused;      /* by a rule, and the trace has it */
    bool masked;       /* this process has the caller's umask */
    bool narrow;       /* what it opens ends at 2 GiB, unless it says otherwise: see int80.h */
};

/* True for an openat2, whose structure says more than its other arguments do. */
static inline bool request_is_openat2(const struct request *r)
{
    return r->call->number == SYS_openat2;
}

/* Its string argument i, here; NULL where the caller gave none. */
static inline const char *request_string(const struct request *r, unsigned i)
{
    return (const char *)(uintptr_t)r->args[i];
}

/* What argument i, a string or an address that was read, is in the caller's own words. */
const char *request_words(const struct request *r, unsigned i);

/* True for a kind of argument that is a path. */
static inline bool request_is_path(char kind)
{
    return kind == 'p' || kind == 'P' || kind == 'e';
}

/* The descriptor a path starts from; of P, the kernel knows no other than the current directory. */
static inline int request_base(const struct request *r, unsigned i)
{
    const char *kind = r->call->arguments + i;
    bool given = i > 0 && (*kind == 'p' || *kind == 'e') && kind[-1] == 'f';
    return given ? (int)r->given[i - 1] : AT_FDCWD;
}

/* True for a path that starts from a directory; of NULL and "" none does. */
static inline bool request_is_relative(const char *path)
{
    return path != NULL && path[0] != '/' && path[0] != '\0';
}

/*
 * In this order. Each returns 0 or -errno, but where it says otherwise; what they read is the
 * caller's only if it still waits (tracee_waits).
 *
 * request_strings reads its strings; "/proc/self" in one is the caller's.
 */
int request_strings(struct request *r);

/*
 * Where a call starts that has relative paths, and an address may be one: a descriptor, AT_FDCWD or
 * PLACE_NONE. Of two it is the first's; the current directory, where it is one of two, since it has
 * no descriptor. `anyhow`: from there even if no path of it is relative.
 */
int request_start(const struct request *r, bool anyhow);

/* Brings everything else, and this process to where the call starts. */
int request_bring(struct request *r);

/* Writes back what the call has written, before request_put_down. Its result, or -EFAULT. */
long request_take_back(struct request *r, long result);

/*
 * Closes what was fetched, before the caller goes on: it is not to meet us as somebody who has it.
 */
void request_put_down(struct request *r);

#endif
