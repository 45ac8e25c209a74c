/* SPDX-License-Identifier: MIT */
/*
 * How a process of a run comes to what lxshim run has open where /proc does not let it: by a socket
 * with an abstract name. Who knows the run's secret is given the counters, then the table of
 * mounts, in one message. The names of such sockets are everybody's to read (/proc/net/unix), the
 * secret is in LXSHIM_STATE alone.
 */
#ifndef LXSHIM_POLICY_GIVER_H
#define LXSHIM_POLICY_GIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "policy/image.h"

#define LX_GIVER_PREFIX "lxshim-" /* of the abstract name */

/* Descriptors of the message, in this order. The table may be missing. */
enum lx_giver_what { LX_GIVER_STATS, LX_GIVER_TABLE, LX_GIVER_COUNT };

/* The address that a state's giver has: writes it to *at and returns its length. */
static inline socklen_t lx_giver_address(const char *giver, struct sockaddr_un *at)
{
    const size_t n = sizeof(LX_GIVER_PREFIX) - 1;
    memset(at, 0, sizeof(*at));
    at->sun_family = AF_UNIX;
    memcpy(at->sun_path + 1, LX_GIVER_PREFIX, n);
    memcpy(at->sun_path + 1 + n, giver, LX_GIVER_NAME);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n + LX_GIVER_NAME);
}

/* What it is asked by: LX_GIVER_SECRET bytes. */
static inline const char *lx_giver_secret(const char *giver)
{
    return giver + LX_GIVER_NAME;
}

/* Whether two secrets are the same; how long that takes says nothing of where they differ. */
static inline bool lx_giver_same(const char *one, const char *other)
{
    volatile unsigned char differ = 0;
    for (unsigned i = 0; i < LX_GIVER_SECRET; i++)
        differ = (unsigned char)(differ | (unsigned char)(one[i] ^ other[i]));
    return differ == 0;
}

#endif
