/* SPDX-License-Identifier: MIT */
/*
 * What the rules did to a command, gathered from a trace, for those who read it afterwards: people,
 * CI and its viewers. Calls that are alike are one kind, so that a report is of a size that does
 * not grow with the trace.
 */
#ifndef LXSHIM_REPORT_REPORT_H
#define LXSHIM_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/arena.h"
#include "policy/rules.h"
#include "report/cost.h"

/* Kinds that are kept; calls of further ones are counted. Code scanning shows as many. */
#define REPORT_KINDS 5000

/* Single calls whose time is kept, for a timeline; those after them are in their kinds alone. */
#define REPORT_MOMENTS 20000

#define REPORT_HOLDERS 4
#define REPORT_FRAMES  16

enum report_outcome {
    REPORT_DENIED,
    REPORT_OVERRIDDEN, /* by an override of the policy, and no rule */
    REPORT_OBSERVED    /* it would have been, but for observe mode */
};

/* How much a kind matters: what the command failed over comes first. */
enum report_level { REPORT_ERROR, REPORT_WARNING, REPORT_NOTE, REPORT_LEVELS };

struct report_holder {
    const char *comm;
    const char *by;    /* "descriptor", "cwd" ... as the trace has it */
    const char *event; /* what brought a scanner, or NULL */
    int pid;
};

/* Where a call came from, the innermost first. */
struct report_frame {
    const char *function; /* "?" where nothing tells it */
    const char *file;     /* relative to the project where it is in it; NULL: not known */
    unsigned line;
    bool own;       /* the file is the project's */
    const char *in; /* the program or library */
};

/* Calls that are alike: of one program's name, with the same words and the same end. Texts are
 * never NULL, but for those of which it is said. */
struct report_kind {
    const char *rule;    /* its id; "overrides" for an override */
    enum lx_rule number; /* LX_RULE_NONE for an override, and for a rule that we do not know */
    const char *call;
    const char *paths[2]; /* relative to the project where they are in it; NULL for none */
    const char *result;   /* "EACCES", or a number */
    const char *note;     /* an override's, or NULL */
    const char *comm;
    const char *chain; /* "npm > node > sh": comm, after those whose child it was at first */
    const char *evidence;
    enum report_outcome outcome;
    enum report_level level;
    uint64_t count;
    const char *first; /* when, as the trace has it */
    const char *last;
    struct report_holder holders[REPORT_HOLDERS];
    unsigned holder_count;
    const struct report_frame *frames; /* of the first that has any, with --stacks */
    unsigned frame_count;
    char fingerprint[20]; /* stays the same from run to run, and is nobody else's in this report */
};

/* One call, for a timeline. */
struct report_moment {
    uint32_t kind; /* its place among the kinds */
    int32_t pid;
    uint64_t milliseconds; /* since 1970 */
};

/* Who reports of what. */
struct report_about {
    const char *directory; /* the project's, absolute: paths are told relative to it */
    const char *command;   /* as it was typed; NULL where that is not known */
    const char *profile;   /* or NULL */
    const char *place; /* a file that stands for the whole run, relative to directory; or NULL */
    unsigned line;     /* in it, from 1 */
    int status;        /* the command's, or -1 where that is not known */
    void (*reading)(uint64_t lines); /* told now and then how many lines are read; or NULL */
};

struct report {
    struct report_about about;
    struct report_kind *kinds;
    size_t count;
    struct report_moment *moments;
    size_t moment_count;
    uint64_t lines;                  /* of the trace */
    uint64_t damaged;                /* of them, that are no lines of a trace */
    uint64_t refused;                /* calls that were denied, overridden or would have been */
    uint64_t left_out;               /* of them, of kinds that are not kept */
    uint64_t altered[LX_RULE_COUNT]; /* calls that went another way by a rule */
    struct report_costs costs;       /* of the last run that tells them */
    struct lx_arena arena;
    struct report_index *index;
    struct report_chains *chains;
};

/*
 * Begins a report. Give it back with report_free.
 */
void report_start(struct report *report, const struct report_about *about);

/* Adds what a trace has from where `trace` stands. Returns 0, or -errno where it cannot be read. */
int report_read(struct report *report, FILE *trace);

/* Orders the kinds, by level and then by how often, once all is read and `about.status` is known.
 */
void report_settle(struct report *report);

void report_free(struct report *report);

/* True where programs expect to be refused by a rule, and go another way, as on any file system
 * that lacks what they asked for. */
bool report_is_probed(enum lx_rule rule);

/* What usually cures a denial by a rule; NULL for none that is known. */
const char *report_cure(enum lx_rule rule);

/* "rename a to b was refused with EACCES", in memory of the report's. */
const char *report_sentence(struct report *report, const struct report_kind *kind);

/* Who has the file: "node (pid 7, descriptor)", "scanner (a.tmp#1)"; NULL for nobody. As above. */
const char *report_holders(struct report *report, const struct report_kind *kind);

/* The frame that is the project's own, the innermost of them; NULL where none is known. */
const struct report_frame *report_own_frame(const struct report_kind *kind);

/* "deep (src/a.c:12) < main (src/a.c:40)" with libraries in place of what is not known, as far as
 * `most` frames; NULL where there is no stack. As above. */
const char *report_stack(struct report *report, const struct report_kind *kind, unsigned most);

/* True where the trace has a refusal by one of the rules: ids, or "denied" for any that no program
 * expects, divided by commas; an id that is no rule's is in *unknown, and false is returned. */
bool report_fails_on(const struct report *report, const char *rules, const char **unknown);

#endif
