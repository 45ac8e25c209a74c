/* SPDX-License-Identifier: MIT */
/*
 * The calls of a trace, as overrides tell them apart: by operation, by the path inside the mount,
 * and by how often both have come before.
 */
#ifndef LXSHIM_BISECT_CALLS_H
#define LXSHIM_BISECT_CALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "policy/arena.h"
#include "policy/ruleset.h"

/* An operation on a path, and its occurrences in the trace. */
struct call_kind {
    const char *op;
    const char *path; /* inside the mount; a glob where `generic` */
    bool generic;     /* names that differ from run to run: it stands for all that fit */
    const char *glob; /* for an override */
    uint32_t matches; /* how often an override that names both meets it */
    uint32_t *fired;  /* the occurrences at which a rule spoke, from 0 */
    size_t fired_count;
    size_t fired_room;
    struct lx_ruleset rules; /* that spoke */
};

struct calls {
    struct lx_arena arena;
    struct call_kind *kinds;
    size_t count;
    size_t room;
    uint32_t *table; /* of a power of two entries: index + 1 */
    size_t table_size;
    struct lx_ruleset denied;  /* rules that refused something */
    struct lx_ruleset altered; /* rules that changed something */
    uint64_t unplaced;         /* calls of which it is not known where overrides would look */
    json_t *events;            /* of a scanner that was in the way, the keys of an object */
    bool *overridden;          /* the overrides that acted, by number */
    size_t overridden_count;
};

/*
 * Reads a trace of all calls. Names that differ from run to run are those that `other`, an earlier
 * reading of another run, does not have, and that are like one of its own that this one does not
 * have; NULL: none are. Returns 0 or -errno. Give it back with calls_free.
 */
int calls_read(struct calls *calls, FILE *trace, const struct calls *other);

/* How many calls rules spoke on: of those rules, all where it is NULL. */
size_t calls_fired(const struct calls *calls, const struct lx_ruleset *rules);

void calls_free(struct calls *calls);

/* A glob that a path fits, and no other one. */
const char *calls_glob(struct lx_arena *arena, const char *path);

#endif
