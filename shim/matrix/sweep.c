/* SPDX-License-Identifier: MIT */
#include "matrix/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "matrix/blame.h"
#include "matrix/outcome.h"
#include "matrix/refused.h"
#include "trial/copy.h"

/* Before so many seconds nobody wants to hear how far it is, unless on a terminal. */
#define PATIENCE 2

static const char *const answers[] = {"pass", "fail", "skip", "none"};

/* What is known while it goes on. */
struct progress {
    struct sweep *sweep;
    const struct cell *const *cells; /* as jobs have them */
    const struct runner_job *jobs;
    size_t count;
    size_t done;
    time_t from;
};

static time_t seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void show(const struct progress *p, const char *name, const char *what)
{
    if (!p->sweep->shows && seconds() - p->from < PATIENCE)
        return;
    fprintf(stderr, "%slxshim: %zu of %zu%s%s %s%s", p->sweep->shows ? "\r\033[K" : "", p->done,
            p->count, name[0] != '\0' ? ": " : "", name, what, p->sweep->shows ? "" : "\n");
    fflush(stderr);
}

static void ended(void *context, const struct runner_job *job)
{
    static const char *const words[] = {"passes", "fails", "cannot be tested", "has no end"};
    struct progress *p = context;
    p->done++;
    show(p, p->cells[job - p->jobs]->name, words[job->outcome.answer]);
}

/* What is said of a cell, as the results have it. */
static json_t *describe(const struct runner *runner, const struct cell *cell,
                        const struct runner_job *job)
{
    const struct trial_outcome *o = &job->outcome;
    json_t *r = json_pack("{s:s, s:s, s:s?, s:s, s:i, s:i, s:i, s:b, s:s}", "cell", cell->name,
                          "era", cell->era, "filesystem", cell->filesystem, "answer",
                          answers[o->answer], "status", o->status, "runs", (int)o->runs, "failed",
                          (int)o->failed, "timed_out", o->timed_out, "said", o->said);
    outcome_gaps(r, &o->gaps);
    if (job->trace != NULL)
        refused_add(r, runner, job);
    return r;
}

/* The jobs of a shard. */
struct work {
    const struct cell **cells;
    struct trial *trials;
    struct runner_job *jobs;
    size_t count;
};

static void prepare(struct work *w, const struct sweep *s, const struct runner *runner)
{
    const size_t most = s->cells->count + 1;
    w->cells = calloc(most, sizeof(w->cells[0]));
    w->trials = calloc(most, sizeof(w->trials[0]));
    w->jobs = calloc(most, sizeof(w->jobs[0]));
    if (w->cells == NULL || w->trials == NULL || w->jobs == NULL)
        return;
    for (size_t i = 0; i < s->cells->count; i++) {
        const struct cell *c = &s->cells->list[i];
        bool native = strcmp(c->era, CELL_NATIVE) == 0;
        char *trace = NULL;
        if (!shard_has(&s->shard, i))
            continue;
        if (!native && asprintf(&trace, "%s/trace-%zu", runner->place, i) < 0)
            trace = NULL;
        w->cells[w->count] = c;
        w->trials[w->count] = (struct trial){.native = native,
                                             .changed = true,
                                             .profile = native ? NULL : c->era,
                                             .filesystem = c->filesystem};
        w->jobs[w->count] = (struct runner_job){.test = &w->trials[w->count], .trace = trace};
        w->count++;
    }
}

static void give_back(struct work *w)
{
    for (size_t i = 0; w->jobs != NULL && i < w->count; i++)
        free((char *)(uintptr_t)w->jobs[i].trace);
    free(w->cells);
    free(w->trials);
    free(w->jobs);
}

/* Runs them all, and describes each. */
static int run_all(struct progress *p, struct runner *runner, const struct work *w)
{
    struct sweep *s = p->sweep;
    runner->ended = ended;
    runner->context = p;
    if (s->shows && w->count > 0)
        show(p, "", "cells");
    int r = runner_round(runner, w->jobs, w->count);
    runner->ended = NULL;
    for (size_t i = 0; r == 0 && i < w->count; i++) {
        if (w->jobs[i].outcome.answer == TRIAL_STOP) {
            snprintf(s->problem, sizeof(s->problem), "%s: %s", w->cells[i]->name,
                     w->jobs[i].outcome.problem);
            r = -EIO;
        }
        json_array_append_new(s->result, describe(runner, w->cells[i], &w->jobs[i]));
    }
    return r;
}

/* Finds the rules of each cell that fails, by what was found for the one before where that fits. */
static int blame_all(struct progress *p, struct runner *runner, const struct work *w)
{
    const json_t *known = NULL; /* a result's own */
    for (size_t i = 0; i < w->count && runner->interrupted == 0; i++) {
        json_t *result = json_array_get(p->sweep->result, i);
        p->done = i + 1;
        if (w->jobs[i].outcome.answer != TRIAL_FAIL || w->trials[i].native)
            continue;
        show(p, w->cells[i]->name, "fails by which rules?");
        struct trial_gaps gaps = w->jobs[i].outcome.gaps;
        json_t *rules = blame_find(runner, &w->trials[i], result, known, &gaps);
        outcome_gaps(result, &gaps);
        known = rules != NULL ? rules : known;
        json_object_set_new(result, "rules", rules != NULL ? rules : json_null());
    }
    return runner->interrupted != 0 ? -EINTR : 0;
}

static int run_and_blame(struct sweep *s, struct runner *runner)
{
    struct work w = {.count = 0};
    prepare(&w, s, runner);
    struct progress p = {.sweep = s, .jobs = w.jobs, .count = w.count, .from = seconds()};
    p.cells = (const struct cell *const *)w.cells;
    int r = w.jobs == NULL ? -ENOMEM : run_all(&p, runner, &w);
    if (r == 0 && s->blame)
        r = blame_all(&p, runner, &w);
    if (s->shows)
        fputs("\r\033[K", stderr);
    give_back(&w);
    return r;
}

int sweep_run(struct sweep *s)
{
    struct runner runner;
    const char *why = NULL;
    int r = runner_begin(&runner, s->options, &why);
    s->result = json_array();
    if (r < 0)
        snprintf(s->problem, sizeof(s->problem), "cannot make copies: %s", why);
    else
        r = run_and_blame(s, &runner);
    s->interrupted = runner.interrupted;
    runner_end(&runner);
    if (r < 0 && s->problem[0] == '\0')
        snprintf(s->problem, sizeof(s->problem), "cannot run the cells: %s", strerror(-r));
    return s->interrupted != 0 ? -ECANCELED : r;
}
