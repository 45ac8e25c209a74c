/* SPDX-License-Identifier: MIT */
#include "bisect/narrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"

/* Overrides that a policy may have, less those that are in each test. */
#define CALLS_MOST 16000

/* A rule that spoke, an override of the policy's own that acted, or what else there was. */
struct suspect {
    enum { SUSPECT_OVERRIDE, SUSPECT_RULE, SUSPECT_SCANNER, SUSPECT_LATENCY } kind;
    unsigned number; /* an enum lx_rule, or of the override */
};

/* What the tests of a cause have in common. */
struct frame {
    const json_t *excluded;
    const json_t *own; /* the policy's */
    const struct suspect *suspects;
    size_t suspect_count;
    const struct plan_cause *cause;
    json_t *const *events; /* of a scanner, texts */
    size_t event_count;
    /* Calls, and of one kind all occurrences, or the single ones that are items. */
    const struct calls *calls;
    const size_t *kinds; /* their places */
    size_t kind_count;
    const struct item *items;
    size_t item_count;
};

/* An occurrence of a kind, by the kind's place among those of the frame. */
struct item {
    size_t kind;
    uint32_t at;
};

/*
 * Refusals first: they are what programs fail over, mostly, and the search is shorter then. What
 * takes long comes last, since most tests are without the last ones.
 */
static size_t list_suspects(const struct session *s, const struct calls *all, struct suspect *out)
{
    const struct beside_part beside = beside_all(&s->beside);
    size_t own = json_array_size(s->overrides);
    size_t n = 0;
    for (size_t i = 0; i < own && i < all->overridden_count; i++)
        if (all->overridden[i])
            out[n++] = (struct suspect){SUSPECT_OVERRIDE, (unsigned)i};
    if (beside.scanner && all->events != NULL)
        out[n++] = (struct suspect){SUSPECT_SCANNER, 0};
    for (unsigned i = 0; (i = lx_ruleset_next(&all->denied, i)) < LX_RULE_COUNT; i++)
        out[n++] = (struct suspect){SUSPECT_RULE, i};
    for (unsigned i = 0; (i = lx_ruleset_next(&all->altered, i)) < LX_RULE_COUNT; i++)
        if (!lx_ruleset_has(&all->denied, i))
            out[n++] = (struct suspect){SUSPECT_RULE, i};
    if (beside.latency)
        out[n++] = (struct suspect){SUSPECT_LATENCY, 0};
    return n;
}

/* With a set of the rules and overrides, on all calls. */
static struct trial with_rules(struct session *s, const void *items, const bool *in)
{
    const struct frame *f = items;
    struct lx_ruleset rules = {{0}};
    struct beside_part beside = {.scanner = false};
    json_t *overrides = json_array();
    compose_join(overrides, f->excluded);
    for (size_t i = 0; i < f->suspect_count; i++) {
        const struct suspect *suspect = &f->suspects[i];
        if (in[i] && suspect->kind == SUSPECT_RULE)
            lx_ruleset_add(&rules, suspect->number);
        else if (in[i] && suspect->kind == SUSPECT_OVERRIDE)
            json_array_append(overrides, json_array_get(f->own, suspect->number));
        beside.scanner |= in[i] && suspect->kind == SUSPECT_SCANNER;
        beside.latency |= in[i] && suspect->kind == SUSPECT_LATENCY;
    }
    compose_rest(overrides, true);
    struct trial test = {.enforce = compose_enforce(&s->arena, &rules),
                         .overrides = compose_text(&s->arena, overrides)};
    beside_put(&s->beside, &beside, &s->arena, &test);
    return test;
}

/* The policy's own overrides that are part of the cause. */
static void join_own(json_t *overrides, const struct frame *f)
{
    for (size_t i = 0; i < f->cause->override_count; i++)
        if (f->cause->overrides[i])
            json_array_append(overrides, json_array_get(f->own, i));
}

/* Takes overrides, and ends them: on all other calls the rules of the cause speak, or do not. */
static struct trial with_overrides(struct session *s, const struct frame *f,
                                   const struct beside_part *beside, json_t *overrides, bool speak)
{
    compose_rest(overrides, speak);
    struct trial test = {.enforce = compose_enforce(&s->arena, &f->cause->rules),
                         .overrides = compose_text(&s->arena, overrides)};
    beside_put(&s->beside, beside, &s->arena, &test);
    return test;
}

static json_t *chosen_events(const struct frame *f, const bool *in)
{
    json_t *events = json_array();
    for (size_t i = 0; i < f->event_count; i++)
        if (in[i])
            json_array_append(events, f->events[i]);
    return events;
}

/* The rules of the cause on all calls, with a scanner that comes for a set of events alone. */
static struct trial with_events(struct session *s, const void *items, const bool *in)
{
    const struct frame *f = items;
    json_t *overrides = json_array();
    json_t *events = chosen_events(f, in);
    struct beside_part beside = f->cause->beside;
    beside.events = events;
    compose_join(overrides, f->excluded);
    join_own(overrides, f);
    struct trial test = with_overrides(s, f, &beside, overrides, true);
    json_decref(events);
    return test;
}

static struct call_choice choice_of(const struct call_kind *k)
{
    return (struct call_choice){.op = k->op,
                                .path = k->path,
                                .glob = k->glob,
                                .generic = k->generic,
                                .matches = k->matches};
}

/* The rules of the cause, on a set of the kinds of calls. */
static struct trial with_kinds(struct session *s, const void *items, const bool *in)
{
    const struct frame *f = items;
    json_t *overrides = json_array();
    compose_join(overrides, f->excluded);
    join_own(overrides, f);
    for (size_t i = 0; i < f->kind_count; i++) {
        const struct call_choice choice = choice_of(&f->calls->kinds[f->kinds[i]]);
        if (in[i])
            compose_calls(overrides, &choice, true);
    }
    return with_overrides(s, f, &f->cause->beside, overrides, false);
}

/*
 * Makes choices of a set of occurrences: those of one kind are one, and all of them are the kind.
 * `at` has room for all items. Returns how many.
 */
static size_t choose(const struct frame *f, const bool *in, uint32_t *at, struct call_choice *out)
{
    size_t n = 0;
    for (size_t k = 0; k < f->kind_count; k++) {
        const struct call_kind *kind = &f->calls->kinds[f->kinds[k]];
        size_t count = 0;
        size_t all = 0;
        for (size_t i = 0; i < f->item_count; i++) {
            if (f->items[i].kind != k)
                continue;
            all++;
            if (in[i])
                at[count++] = f->items[i].at;
        }
        if (all > 0 && count == 0)
            continue;
        out[n] = choice_of(kind);
        if (count < all) {
            out[n].at = at;
            out[n].count = count;
            at += count;
        }
        n++;
    }
    return n;
}

static struct trial with_occurrences(struct session *s, const void *items, const bool *in)
{
    const struct frame *f = items;
    json_t *overrides = json_array();
    uint32_t *at = lx_arena_alloc(&s->arena, (f->item_count + 1) * sizeof(at[0]));
    struct call_choice *choices =
        lx_arena_alloc(&s->arena, (f->kind_count + 1) * sizeof(choices[0]));
    size_t n = choose(f, in, at, choices);
    compose_join(overrides, f->excluded);
    join_own(overrides, f);
    for (size_t i = 0; i < n; i++)
        compose_calls(overrides, &choices[i], true);
    return with_overrides(s, f, &f->cause->beside, overrides, false);
}

/* A test with a trace. Returns PLAN_FOUND where it fails, as it has to. */
static enum plan_verdict confirm(struct session *s, struct trial *test)
{
    test->traced = true;
    const struct trial_outcome *o = session_ask(s, test);
    if (o == NULL)
        return PLAN_STOPPED;
    return o->answer == TRIAL_FAIL ? PLAN_FOUND : PLAN_FICKLE;
}

/* Whether a test ends as it has to; *verdict where there is no answer. */
static bool ends(struct session *s, const struct trial *test, enum trial_answer answer,
                 enum plan_verdict *verdict)
{
    const struct trial_outcome *o = session_ask(s, test);
    if (o == NULL)
        *verdict = PLAN_STOPPED;
    return o != NULL && o->answer == answer;
}

/* The rules, and the policy's own overrides, of the cause. `in` says which of the suspects. */
static void keep_rules(const struct frame *f, const bool *in, struct plan_cause *cause)
{
    size_t own = json_array_size(f->own);
    cause->overrides = calloc(own + 1, sizeof(cause->overrides[0]));
    for (size_t i = 0; i < f->suspect_count; i++) {
        const struct suspect *suspect = &f->suspects[i];
        if (!in[i])
            continue;
        cause->beside.scanner |= suspect->kind == SUSPECT_SCANNER;
        cause->beside.latency |= suspect->kind == SUSPECT_LATENCY;
        if (suspect->kind == SUSPECT_RULE) {
            lx_ruleset_add(&cause->rules, suspect->number);
        } else if (suspect->kind == SUSPECT_OVERRIDE && cause->overrides != NULL) {
            cause->overrides[suspect->number] = true;
            cause->override_count = own;
        }
    }
}

/* Finds the rules. *test is the one with just these, and has a trace. */
static enum plan_verdict narrow_rules(struct session *s, const struct calls *all, struct frame *f,
                                      struct plan_cause *cause, struct trial *test)
{
    size_t most = LX_RULE_COUNT + json_array_size(f->own) + 2;
    struct suspect *suspects = lx_arena_alloc(&s->arena, most * sizeof(suspects[0]));
    bool *in = lx_arena_alloc(&s->arena, most * sizeof(in[0]));
    enum plan_verdict verdict = PLAN_NO_RULE;
    f->suspects = suspects;
    f->suspect_count = list_suspects(s, all, suspects);
    s->step = "rules";
    s->left = f->suspect_count;
    const struct trial none = with_rules(s, f, in);
    if (!ends(s, &none, TRIAL_PASS, &verdict))
        return verdict;
    if (f->suspect_count == 0)
        return PLAN_FICKLE; /* it passes, and nothing else has changed */
    if (session_search(s, f->suspect_count, with_rules, f, in) < 0)
        return PLAN_STOPPED;
    keep_rules(f, in, cause);
    *test = with_rules(s, f, in);
    return confirm(s, test);
}

/* Reads the trace of a test, by the names of an earlier one. */
static int read_calls(struct session *s, const struct trial *test, const struct calls *other,
                      struct calls *out)
{
    FILE *trace = session_trace(s, test);
    *out = (struct calls){.count = 0};
    int r = trace == NULL ? -errno : calls_read(out, trace, other);
    if (trace != NULL)
        fclose(trace);
    if (r < 0)
        snprintf(s->problem, sizeof(s->problem), "a trace cannot be read: %s", strerror(-r));
    return r;
}

/*
 * Finds the events of a scanner that is part of the cause. *test is the one with just these, and
 * has a trace. cause->no_events where they cannot be told apart.
 */
static enum plan_verdict narrow_events(struct session *s, struct frame *f, struct plan_cause *cause,
                                       struct trial *test)
{
    struct calls now;
    const char *key;
    json_t *value;
    enum plan_verdict verdict = PLAN_FOUND;
    if (!cause->beside.scanner)
        return PLAN_FOUND;
    if (read_calls(s, test, NULL, &now) < 0)
        return PLAN_STOPPED;
    json_t **events =
        lx_arena_alloc(&s->arena, (json_object_size(now.events) + 1) * sizeof(json_t *));
    bool *in = lx_arena_alloc(&s->arena, json_object_size(now.events) + 1);
    json_t *all = json_array(); /* which keeps the texts */
    json_object_foreach(now.events, key, value)
    {
        json_array_append_new(all, json_string(key));
    }
    calls_free(&now);
    f->event_count = json_array_size(all);
    for (size_t i = 0; i < f->event_count; i++)
        events[i] = json_array_get(all, i);
    f->events = events;
    s->step = "events of the scanner";
    s->left = f->event_count;
    memset(in, 1, f->event_count);
    const struct trial whole = with_events(s, f, in);
    if (strlen(whole.scanner) > BESIDE_LONGEST)
        cause->no_events = "there are too many for an option to name";
    else if (!ends(s, &whole, TRIAL_FAIL, &verdict))
        cause->no_events = "names of files differ from run to run";
    else if (session_search(s, f->event_count, with_events, f, in) < 0)
        verdict = PLAN_STOPPED;
    if (verdict == PLAN_FOUND && cause->no_events == NULL) {
        *test = with_events(s, f, in);
        verdict = confirm(s, test);
        cause->beside.events = chosen_events(f, in);
    }
    json_decref(all);
    return verdict;
}

/* The places of kinds on which a rule spoke. */
static size_t list_kinds(const struct calls *calls, size_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < calls->count; i++)
        if (calls->kinds[i].fired_count > 0)
            out[n++] = i;
    return n;
}

/*
 * Finds the kinds of calls. `in` says which; *test is the one with just these, and has a trace.
 * PLAN_FOUND with cause->no_calls where they cannot be told apart.
 */
static enum plan_verdict narrow_kinds(struct session *s, struct frame *f, struct plan_cause *cause,
                                      bool *in, struct trial *test)
{
    enum plan_verdict verdict = PLAN_FOUND;
    s->step = "calls";
    s->left = f->kind_count;
    if (f->kind_count == 0 || f->kind_count > CALLS_MOST) {
        cause->no_calls = f->kind_count == 0
                              ? "these rules speak before it is known where a call leads"
                              : "there are too many calls for a policy to name";
        return PLAN_FOUND;
    }
    memset(in, 0, f->kind_count * sizeof(in[0]));
    const struct trial none = with_kinds(s, f, in);
    memset(in, 1, f->kind_count * sizeof(in[0]));
    const struct trial all = with_kinds(s, f, in);
    if (!ends(s, &none, TRIAL_PASS, &verdict))
        cause->no_calls = "these rules speak before it is known where a call leads";
    else if (!ends(s, &all, TRIAL_FAIL, &verdict))
        cause->no_calls = "names of files differ from run to run";
    if (verdict == PLAN_STOPPED || cause->no_calls != NULL)
        return verdict;
    if (session_search(s, f->kind_count, with_kinds, f, in) < 0)
        return PLAN_STOPPED;
    *test = with_kinds(s, f, in);
    return confirm(s, test);
}

/* The kind of another trace that is the same. */
static const struct call_kind *same_kind(const struct calls *calls, const struct call_kind *k)
{
    for (size_t i = 0; i < calls->count; i++)
        if (strcmp(calls->kinds[i].op, k->op) == 0 && strcmp(calls->kinds[i].path, k->path) == 0)
            return &calls->kinds[i];
    return NULL;
}

/* Lists the occurrences that are to be told apart: of a kind that has several. */
static size_t list_items(const struct frame *f, const struct calls *now, struct item *out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->kind_count; i++) {
        const struct call_kind *k = &f->calls->kinds[f->kinds[i]];
        const struct call_kind *seen = k->generic ? NULL : same_kind(now, k);
        if (seen == NULL || seen->fired_count < 2)
            continue;
        for (size_t at = 0; out != NULL && at < seen->fired_count; at++)
            out[n + at] = (struct item){i, seen->fired[at]};
        n += seen->fired_count;
    }
    return n;
}

/* Keeps what was chosen, with its occurrences. */
static void keep_choices(const struct frame *f, const bool *in, struct session *s,
                         struct plan_cause *cause)
{
    uint32_t *at = lx_arena_alloc(&s->arena, (f->item_count + 1) * sizeof(at[0]));
    cause->calls = calloc(f->kind_count + 1, sizeof(cause->calls[0]));
    if (cause->calls == NULL)
        return;
    cause->call_count = choose(f, in, at, cause->calls);
    for (size_t i = 0; i < cause->call_count; i++) {
        struct call_choice *c = &cause->calls[i];
        uint32_t *own = c->at == NULL ? NULL : calloc(c->count, sizeof(own[0]));
        if (own != NULL)
            memcpy(own, c->at, c->count * sizeof(own[0]));
        c->at = own;
        c->op = lx_arena_string(&s->arena, c->op, strlen(c->op));
        c->path = lx_arena_string(&s->arena, c->path, strlen(c->path));
        c->glob = lx_arena_string(&s->arena, c->glob, strlen(c->glob));
    }
}

/* Finds the occurrences of the kinds that are left, where there are several of one. */
static enum plan_verdict narrow_occurrences(struct session *s, struct frame *f,
                                            struct plan_cause *cause, struct trial *test)
{
    struct calls now;
    if (read_calls(s, test, NULL, &now) < 0)
        return PLAN_STOPPED;
    struct item *items = NULL;
    f->item_count = list_items(f, &now, NULL);
    if (f->item_count > 0)
        items = lx_arena_alloc(&s->arena, f->item_count * sizeof(items[0]));
    f->items = items;
    list_items(f, &now, items);
    calls_free(&now);
    bool *in = lx_arena_alloc(&s->arena, f->item_count + 1);
    enum plan_verdict verdict = PLAN_FOUND;
    if (f->item_count > 0) {
        s->step = "occurrences";
        if (session_search(s, f->item_count, with_occurrences, f, in) < 0)
            return PLAN_STOPPED;
        *test = with_occurrences(s, f, in);
        verdict = confirm(s, test);
    }
    if (verdict == PLAN_FOUND)
        keep_choices(f, in, s, cause);
    return verdict;
}

/* Which calls of the rules matter. */
static enum plan_verdict narrow_calls(struct session *s, const struct calls *all, struct frame *f,
                                      struct plan_cause *cause, struct trial *test)
{
    struct calls calls;
    if (!lx_ruleset_any(&cause->rules))
        return PLAN_FOUND; /* overrides say of themselves which calls they are about */
    if (read_calls(s, test, all, &calls) < 0)
        return PLAN_STOPPED;
    size_t *kinds = lx_arena_alloc(&s->arena, (calls.count + 1) * sizeof(kinds[0]));
    bool *in = lx_arena_alloc(&s->arena, (calls.count + 1) * sizeof(in[0]));
    f->calls = &calls;
    f->kinds = kinds;
    f->kind_count = list_kinds(&calls, kinds);
    cause->spoke = calls_fired(&calls, NULL);
    enum plan_verdict verdict = narrow_kinds(s, f, cause, in, test);
    if (verdict == PLAN_FOUND && cause->no_calls == NULL) {
        size_t n = 0;
        for (size_t i = 0; i < f->kind_count; i++)
            if (in[i])
                kinds[n++] = kinds[i];
        f->kind_count = n;
        verdict = narrow_occurrences(s, f, cause, test);
    }
    f->calls = NULL;
    f->kinds = NULL;
    calls_free(&calls);
    return verdict;
}

enum plan_verdict narrow(struct session *session, const struct calls *all, const json_t *excluded,
                         struct plan_cause *cause)
{
    struct trial test = {.traced = false};
    struct frame f = {.excluded = excluded, .own = session->overrides, .cause = cause};
    enum plan_verdict verdict = narrow_rules(session, all, &f, cause, &test);
    if (verdict == PLAN_FOUND)
        verdict = narrow_events(session, &f, cause, &test);
    if (verdict == PLAN_FOUND)
        verdict = narrow_calls(session, all, &f, cause, &test);
    if (verdict == PLAN_FOUND) {
        cause->trace = session_trace_path(session, &test);
        cause->minimal = json_loads(test.overrides, 0, NULL);
        for (size_t i = 0; i < json_array_size(excluded); i++)
            json_array_remove(cause->minimal, 0); /* what is in front is of no account here */
    }
    return verdict;
}
