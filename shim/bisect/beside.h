/* SPDX-License-Identifier: MIT */
/* What runs have beside rules and overrides: a scanner that comes to files, calls that take long.
 */
#ifndef LXSHIM_BISECT_BESIDE_H
#define LXSHIM_BISECT_BESIDE_H

#include <jansson.h>

#include "policy/arena.h"
#include "trial/trial.h"

/* Bytes of a scanner that an option can have. */
#define BESIDE_LONGEST 100000

struct beside {
    json_t *scanner;     /* as a policy has it, an object; NULL: there is none */
    const char *latency; /* as --latency has it; NULL: there is none */
    json_t *past;        /* events of causes that are known: it does not come for them; or NULL */
    bool no_scanner;     /* it is a cause as a whole that is known, */
    bool no_latency;     /* and so is that */
};

/* A part of it. */
struct beside_part {
    bool scanner;
    const json_t *events; /* for which alone it comes, an array; NULL: for all */
    bool latency;
};

/* All that is not known for a cause yet. */
struct beside_part beside_all(const struct beside *beside);

/* Has a test run with a part of it; texts are the arena's. */
void beside_put(const struct beside *beside, const struct beside_part *part, struct lx_arena *arena,
                struct trial *test);

/* A scanner as a policy has it, which comes for some events alone (NULL: for all). */
json_t *beside_scanner(const struct beside *beside, const json_t *events);

/* From here on tests are without a part. */
void beside_leave_out(struct beside *beside, const struct beside_part *part);

#endif
