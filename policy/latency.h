/* SPDX-License-Identifier: MIT */
/* What operations on a drive cost by its client: see latency.def. Pure functions. */
#ifndef LXSHIM_POLICY_LATENCY_H
#define LXSHIM_POLICY_LATENCY_H

#include <stddef.h>
#include <stdint.h>

/* Kinds of operations that cost alike. */
enum lx_cost {
    LX_COST_STAT,
    LX_COST_MISSING, /* of a name that is not there, whatever is asked of it */
    LX_COST_OPEN,    /* to read, with the close to come */
    LX_COST_WRITE,   /* to write */
    LX_COST_CREATE,
    LX_COST_UNLINK,
    LX_COST_RENAME,
    LX_COST_MKDIR,
    LX_COST_LIST,   /* a directory opened, read and closed, but for its entries */
    LX_COST_CHANGE, /* mode, owner, times, length, attributes */
    LX_COSTS
};

/* The number of a client by its word, from 1; 0 for none. */
unsigned lx_latency_find(const char *word);

/* Its word and its evidence; NULL for a number that none has. */
const char *lx_latency_word(unsigned client);
const char *lx_latency_evidence(unsigned client);

/* What a kind of calls is called: "stat". */
const char *lx_cost_word(enum lx_cost cost);

/*
 * Nanoseconds that a call takes on a client, `depth` components below where its walk starts. `luck`
 * picks one of a log-normal distribution whose mean is the table's figure, the same each time.
 */
uint64_t lx_latency(unsigned client, enum lx_cost cost, unsigned depth, uint64_t luck);

/* The figure of the table itself. */
uint64_t lx_latency_mean(unsigned client, enum lx_cost cost, unsigned depth);

/*
 * Counters of the costs of a run, in the shared ones from `costs` on: of each kind calls, and
 * nanoseconds, and a set of the directories they were in, a bit of a hash each.
 */
#define LX_COST_BITS 16384u
#define LX_COST_SET  (LX_COST_BITS / 64)
#define LX_COST_EACH (2 + LX_COST_SET)
#define LX_COST_ALL  (LX_COSTS * LX_COST_EACH)

/* About how many different hashes have set so many bits (linear counting). */
uint64_t lx_cost_distinct(unsigned bits);

#endif
