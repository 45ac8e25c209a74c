/* SPDX-License-Identifier: MIT */
#include "bisect/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/index.h"

/* Lines that are shown of what a run has printed. */
#define SAID 10

/* What a test is known by in the log. */
static void key_of(const struct trial *t, char out[24])
{
    char *text = NULL;
    if (asprintf(&text, "%d%d%d %s\n%s\n%s\n%s", t->native, t->traced, t->every,
                 t->enforce != NULL ? t->enforce : "*", t->overrides != NULL ? t->overrides : "",
                 t->scanner != NULL ? t->scanner : "", t->latency != NULL ? t->latency : "") < 0)
        text = NULL;
    log_key(text != NULL ? text : "", out);
    free(text);
}

char *session_trace_path(const struct session *session, const struct trial *test)
{
    char key[24];
    key_of(test, key);
    return log_trace(&session->log, key);
}

FILE *session_trace(const struct session *session, const struct trial *test)
{
    char *path = session_trace_path(session, test);
    FILE *trace = path == NULL ? NULL : fopen(path, "re");
    free(path);
    return trace;
}

static const struct trial_outcome *known(const struct session *session, const struct trial *test)
{
    char key[24];
    key_of(test, key);
    return log_find(&session->log, key, test->traced);
}

void session_clear_line(const struct session *session)
{
    if (session->shows)
        fputs("\r\033[K", stderr);
}

void session_put_said(const struct trial_outcome *outcome, const char *title, FILE *out)
{
    const char *at = outcome->said;
    size_t lines = 1;
    for (const char *c = at; *c != '\0'; c++)
        lines += *c == '\n';
    for (; lines > SAID; lines--)
        at = strchr(at, '\n') + 1;
    if (*at != '\0')
        fputs(title, out);
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        fprintf(out, "  | %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
}

static void show_end(struct session *session, const struct trial_outcome *o)
{
    static const char *const words[] = {"passes", "fails", "cannot be tested", "has no end"};
    session->runs += o->runs;
    session_clear_line(session);
    fprintf(stderr, "lxshim: run %u: %s", session->runs, session->step);
    if (session->left > 0)
        fprintf(stderr, " among %zu", session->left);
    fprintf(stderr, ": %s", words[o->answer]);
    if (o->timed_out)
        fprintf(stderr, " (stopped at the time limit)");
    else if (o->answer != TRIAL_PASS)
        fprintf(stderr, " (exit %d)", o->status);
    if (o->runs > 1)
        fprintf(stderr, ", %u of %u runs", o->failed, o->runs);
    if (!session->shows || session->verbose)
        putc('\n', stderr);
    if (session->verbose)
        session_put_said(o, "", stderr);
    fflush(stderr);
}

/* Runs tests at once, and keeps how they ended. False where one has no answer. */
static bool run_round(struct session *session, const struct trial *tests, size_t count)
{
    struct runner_job jobs[RUNNER_JOBS_MAX];
    char keys[RUNNER_JOBS_MAX][24];
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        key_of(&tests[i], keys[i]);
        jobs[i] = (struct runner_job){
            .test = &tests[i], .trace = tests[i].traced ? log_trace(&session->log, keys[i]) : NULL};
    }
    int r = runner_round(&session->runner, jobs, count);
    for (size_t i = 0; i < count; i++) {
        struct trial_outcome *o = &jobs[i].outcome;
        free((char *)(uintptr_t)jobs[i].trace);
        if (r < 0)
            continue;
        if (o->answer == TRIAL_STOP) {
            snprintf(session->problem, sizeof(session->problem), "%s", o->problem);
            all = false;
            continue;
        }
        log_add(&session->log, keys[i], o);
        show_end(session, o);
    }
    if (r < 0 && r != -EINTR)
        snprintf(session->problem, sizeof(session->problem), "cannot start a run: %s",
                 strerror(-r));
    return all && r == 0;
}

const struct trial_outcome *session_ask(struct session *session, const struct trial *test)
{
    const struct trial_outcome *o = known(session, test);
    if (o != NULL)
        return o;
    return run_round(session, test, 1) ? known(session, test) : NULL;
}

/* A set of items, as searches ask about it again and again. */
static uint64_t hash_of(const bool *in, size_t count)
{
    return index_hash(INDEX_HASH, (const char *)in, count * sizeof(in[0]));
}

/* Sets whose answer is known. */
struct memory {
    struct {
        uint64_t set;
        enum trial_answer answer;
    } * known;
    size_t count;
    size_t room;
};

/* A test that may come, and what it would come after. */
struct guess {
    uint64_t set;
    struct trial test;
    size_t after;             /* the place of another one, */
    enum trial_answer answer; /* and how that would have ended */
};

struct question {
    struct session *session;
    size_t count;
    session_make *make;
    const void *items;
    struct memory *memory;
    /* While nothing is run: what is taken for known, a guess and those it is after. */
    const struct guess *guesses;
    size_t from;
    enum trial_answer answer;
    struct guess *missing; /* what was asked for then and is not known */
};

static void remember(struct memory *m, uint64_t set, enum trial_answer answer)
{
    if (m->count == m->room) {
        size_t room = m->room * 2 + 64;
        void *all = realloc(m->known, room * sizeof(m->known[0]));
        if (all == NULL)
            return; /* the log has it */
        m->known = all;
        m->room = room;
    }
    m->known[m->count].set = set;
    m->known[m->count++].answer = answer;
}

/* The answer to a set, TRIAL_STOP where it is not known; *test is made then. */
static enum trial_answer recall(struct question *q, const bool *in, uint64_t set,
                                struct trial *test)
{
    for (size_t i = 0; i < q->memory->count; i++)
        if (q->memory->known[i].set == set)
            return q->memory->known[i].answer;
    *test = q->make(q->session, q->items, in);
    const struct trial_outcome *o = known(q->session, test);
    if (o == NULL)
        return TRIAL_STOP;
    remember(q->memory, set, o->answer);
    return o->answer;
}

/* The answer that is taken for known; TRIAL_STOP for none. */
static enum trial_answer assumed(const struct question *q, uint64_t set)
{
    size_t at = q->from;
    enum trial_answer answer = q->answer;
    while (q->guesses[at].set != set) {
        if (at == 0)
            return TRIAL_STOP;
        answer = q->guesses[at].answer;
        at = q->guesses[at].after;
    }
    return answer;
}

static enum trial_answer imagine(void *context, const bool *in)
{
    struct question *q = context;
    uint64_t set = hash_of(in, q->count);
    enum trial_answer answer = assumed(q, set);
    if (answer == TRIAL_STOP)
        answer = recall(q, in, set, &q->missing->test);
    if (answer == TRIAL_STOP)
        q->missing->set = set;
    return answer;
}

/* What the search would ask for after a guess has ended in some way. False for nothing new. */
static bool comes_after(struct question *q, struct guess *guesses, size_t count, size_t from,
                        enum trial_answer answer, bool *in)
{
    struct question imagined = *q;
    imagined.guesses = guesses;
    imagined.from = from;
    imagined.answer = answer;
    imagined.missing = &guesses[count];
    const struct bisect_search search = {q->count, imagine, &imagined};
    if (bisect_search(&search, in) != -ECANCELED)
        return false;
    for (size_t i = 0; i < count; i++)
        if (guesses[i].set == guesses[count].set)
            return false;
    guesses[count].after = from;
    guesses[count].answer = answer;
    return true;
}

/* Runs a test, and beside it those that come next, whether it fails or passes. */
static bool run_with_next(struct question *q, const struct trial *test, uint64_t set)
{
    struct guess guesses[RUNNER_JOBS_MAX] = {{.set = set, .test = *test}};
    struct trial tests[RUNNER_JOBS_MAX];
    bool *in = calloc(q->count + 1, sizeof(in[0]));
    size_t count = 1;
    for (size_t from = 0; in != NULL && from < count; from++)
        for (int fails = 1; fails >= 0 && count < q->session->options->jobs; fails--)
            count += comes_after(q, guesses, count, from, fails ? TRIAL_FAIL : TRIAL_PASS, in);
    free(in);
    for (size_t i = 0; i < count; i++)
        tests[i] = guesses[i].test;
    return run_round(q->session, tests, count);
}

static enum trial_answer ask(void *context, const bool *in)
{
    struct question *q = context;
    struct trial test;
    uint64_t set = hash_of(in, q->count);
    enum trial_answer answer = recall(q, in, set, &test);
    if (answer == TRIAL_STOP && run_with_next(q, &test, set))
        answer = recall(q, in, set, &test);
    return answer;
}

int session_search(struct session *session, size_t count, session_make *make, const void *items,
                   bool *in)
{
    struct memory memory = {.count = 0};
    struct question q = {
        .session = session, .count = count, .make = make, .items = items, .memory = &memory};
    const struct bisect_search search = {count, ask, &q};
    session->left = count;
    int r = bisect_search(&search, in);
    free(memory.known);
    return r;
}
