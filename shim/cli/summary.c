/* SPDX-License-Identifier: MIT */
#include "cli/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "policy/shown.h"
#include "report/report.h"

struct row {
    const char *name;
    uint64_t denied;
    uint64_t altered;
    uint64_t observed;
    bool refuses;  /* its example is of a call that fails, or would have */
    bool expected; /* see report_is_probed */
    char example[sizeof(((struct lx_stats_rule *)NULL)->example)];
};

/* True of an example that ends "NAME: EPERM (PROGRAM, pid 1)". */
static bool has_errno(const char *example)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const char *at = example;
    while ((at = strstr(at, ": E")) != NULL) {
        at += strlen(": ");
        if (strncmp(at + strspn(at, letters), " (", 2) == 0)
            return true;
    }
    return false;
}

/* A copy of a rule's counters; its example made fit for a terminal. */
static struct row row_of(const struct lx_stats_rule *rule, const char *name)
{
    struct row row = {
        .name = name, .denied = rule->denied, .altered = rule->altered, .observed = rule->observed};
    if (atomic_load_explicit(&rule->ready, memory_order_acquire) == 1)
        memcpy(row.example, rule->example, sizeof(row.example) - 1);
    lx_shown(row.example, false);
    row.refuses = has_errno(row.example);
    return row;
}

static int descending(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}

/*
 * What was denied first, then what would have been, then what else was only watched, then what was
 * denied as expected, then what was altered; most often first.
 */
static int compare(const void *one, const void *other)
{
    const struct row *a = one;
    const struct row *b = other;
    int order = descending(a->expected ? 0 : a->denied, b->expected ? 0 : b->denied);
    if (order == 0)
        order = descending(a->observed > 0 && a->refuses, b->observed > 0 && b->refuses);
    if (order == 0)
        order = descending(a->observed, b->observed);
    if (order == 0)
        order = descending(a->denied, b->denied);
    if (order == 0)
        order = descending(a->altered, b->altered);
    return order != 0 ? order : strcmp(a->name, b->name);
}

/* The programs that were noted: how many. */
static uint32_t noted(const struct lx_stats_lane *lane)
{
    uint32_t count = lane->programs;
    return count < LX_STATS_PROGRAMS ? count : LX_STATS_PROGRAMS;
}

#define NAME_ROOM sizeof(((struct lx_stats_program *)NULL)->name)

/* The name of a program that was noted. */
static void take_name(const struct lx_stats_program *p, char name[NAME_ROOM])
{
    memcpy(name, p->name, NAME_ROOM - 1);
    name[NAME_ROOM - 1] = '\0';
    lx_shown(name, false);
}

/* What the library is not in, and why. */
static void print_programs(const struct lx_stats_lane *lane)
{
    static const char *const words[] = {"static", "musl", "setuid", "environment emptied",
                                        "32-bit", "x32",  "?"};
    const char *before = "\n  outside the library: ";
    for (uint32_t i = 0; i < noted(lane); i++) {
        const struct lx_stats_program *p = &lane->program[i];
        unsigned why = p->why <= LX_OUTSIDE_UNKNOWN ? p->why : LX_OUTSIDE_UNKNOWN;
        char name[NAME_ROOM];
        take_name(p, name);
        fprintf(stderr, "%s%s (%s)", before, name, words[why]);
        before = ", ";
    }
    fputs(noted(lane) == LX_STATS_PROGRAMS ? ", ...\n" : "\n", stderr);
}

void summary_x32(const struct lx_stats *stats)
{
    const struct lx_stats_lane *lane = &stats->lane;
    char names[LX_STATS_PROGRAMS * (NAME_ROOM + 2)] = "";
    char name[NAME_ROOM];
    for (uint32_t i = 0; i < noted(lane); i++) {
        if (lane->program[i].why != LX_OUTSIDE_X32)
            continue;
        take_name(&lane->program[i], name);
        size_t n = strlen(names);
        snprintf(names + n, sizeof(names) - n, "%s%s", n > 0 ? ", " : "", name);
    }
    if (lane->x32 > 0)
        cli_error("programs of the x32 ABI cannot run under the supervisor, which refuses their "
                  "system calls; with --lane=preload they do, uncovered: %s",
                  names);
}

/* Calls by the way they came. */
static void print_lanes(const struct lx_stats_lane *lane, const struct relay_lanes *lanes)
{
    const char *comma = "";
    fputs("\nlxshim: calls:", stderr);
    if (lanes->preload) {
        fprintf(stderr, " library %" PRIu64, lane->library);
        comma = ",";
    }
    if (lane->trapped > 0)
        fprintf(stderr, "%s supervisor %" PRIu64 " answered, %" PRIu64 " passed on", comma,
                lane->answered, lane->trapped - lane->answered);
    if (lanes->preload)
        print_programs(lane);
    else
        fputc('\n', stderr);
    if (lane->elsewhere > 0)
        fprintf(stderr,
                "lxshim: %" PRIu64 " calls from other mount namespaces went by no rule: those "
                "cannot be entered, or have no /proc\n",
                lane->elsewhere);
}

void summary_deaths(const struct lx_stats *stats)
{
    uint64_t deaths = stats->lane.deaths;
    uint64_t failed = stats->lane.failed;
    if (deaths > 0)
        cli_error("%" PRIu64 " of the supervisor's processes died: %" PRIu64
                  " call%s answered EIO, done or not",
                  deaths, failed, failed == 1 ? " was" : "s were");
}

bool summary_trace(const struct lx_stats *stats, const char *file, const char *kept)
{
    uint64_t lines = stats->untold;
    int error = (int)stats->untold_errno;
    const char *s = lines == 1 ? "" : "s";
    if (lines == 0)
        return true;
    if (kept == NULL)
        cli_error("the trace lacks %" PRIu64 " line%s that could not be written to %s: %s", lines,
                  s, file, strerror(error));
    else if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO)
        cli_error("the report lacks %" PRIu64 " line%s that could not be kept in %s: %s; TMPDIR "
                  "chooses another directory",
                  lines, s, kept, strerror(error));
    else
        cli_error("the report lacks %" PRIu64 " line%s that processes of the run could not hand "
                  "over: %s",
                  lines, s, strerror(error));
    return false;
}

bool summary_lost(const struct lx_stats *stats, bool said, bool reports)
{
    uint64_t lost = stats->lane.lost;
    uint64_t elsewhere = stats->lane.unjudged;
    if (said && lost > 0)
        cli_error("%" PRIu64 " program%s, and what %s started, %s not counted: where %s ran, %s "
                  "could not reach lxshim; see \"lxshim help coverage\"",
                  lost, lost == 1 ? "" : "s", lost == 1 ? "it" : "they", lost == 1 ? "was" : "were",
                  lost == 1 ? "it" : "they", lost == 1 ? "it" : "they");
    if (reports && elsewhere > 0)
        cli_error("the report lacks what %" PRIu64 " call%s from other mount namespaces did: those "
                  "cannot be entered, or have no /proc",
                  elsewhere, elsewhere == 1 ? "" : "s");
    return lost == 0 && elsewhere == 0;
}

void summary_print(const struct lx_stats *stats, const struct relay_lanes *lanes, bool observe)
{
    struct row rows[LX_RULE_COUNT + 1];
    size_t count = 0;
    bool watched = observe; /* by rules that only count: all, or those that --enforce leaves out */
    int width = (int)sizeof("rule") - 1;
    for (size_t i = 0; i <= LX_RULE_COUNT; i++) {
        struct row row = i < LX_RULE_COUNT
                             ? row_of(&stats->rules[i], lx_rules[i].id)
                             : row_of(&stats->rules[LX_RULE_OVERRIDE], SUMMARY_OVERRIDES);
        if ((row.denied | row.altered | row.observed) == 0)
            continue;
        watched = watched || row.observed > 0;
        row.expected = i < LX_RULE_COUNT && report_is_probed((enum lx_rule)i);
        int n = (int)strlen(row.name);
        width = n > width ? n : width;
        rows[count++] = row;
    }
    /* The supervisor also answers for a few calls that come near a mount: they are no news. */
    uint64_t inside =
        lanes->preload ? stats->lane.library + stats->lane.programs : stats->lane.answered;
    if (count > 0 || inside > 0)
        print_lanes(&stats->lane, lanes);
    if (count == 0)
        return;
    qsort(rows, count, sizeof(rows[0]), compare);
    fprintf(stderr, "\nlxshim: %s\n  %-*s  %8s  %8s%s  first example\n",
            observe ? "what the rules would have done (observe mode)"
                    : "what the rules denied and altered",
            width, "rule", "denied", "altered", watched ? "  observed" : "");
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        fprintf(stderr, "  %-*s  %8" PRIu64 "  %8" PRIu64, width, r->name, r->denied, r->altered);
        if (watched)
            fprintf(stderr, "  %8" PRIu64, r->observed);
        fprintf(stderr, "  %s\n", r->example);
    }
    fprintf(stderr, "\"lxshim explain RULE\" tells more of each.\n");
}
