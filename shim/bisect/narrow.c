/* SPDX-License-Identifier: MIT */
#include "bisect/narrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"

/* Overrides that a policy may have, less those that are in each test. */
#define CALLS_MOST 16000

/* A rule that spoke, or an override of the policy's own that acted. */
struct suspect {
    enum lx_rule rule; /* LX_RULE_NONE: the override */
    size_t number;
};

/* What the tests of a cause have in common. */
struct frame {
    const json_t *excluded;
    const json_t *own; /* the policy's */
    const struct suspect *suspects;
    size_t suspect_count;
    const struct plan_cause *cause;
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

/* Refusals first: they are what programs fail over, mostly, and the search is shorter then. */
static size_t list_suspects(const struct calls *all, size_t own, struct suspect *out)
{
    size_t n = 0;
    for (size_t i = 0; i < own && i < all->overridden_count; i++)
        if (all->overridden[i])
            out[n++] = (struct suspect){LX_RULE_NONE, i};
    for (unsigned i = 0; (i = lx_ruleset_next(&all->denied, i)) < LX_RULE_COUNT; i++)
        out[n++] = (struct suspect){(enum lx_rule)i, 0};
    for (unsigned i = 0; (i = lx_ruleset_next(&all->altered, i)) < LX_RULE_COUNT; i++)
        if (!lx_ruleset_has(&all->denied, i))
            out[n++] = (struct suspect){(enum lx_rule)i, 0};
    return n;
}

/* With a set of the rules and overrides, on all calls. */
static struct trial with_rules(struct session *s, const void *items, const bool *in)
{
    const struct frame *f = items;
    struct lx_ruleset rules = {{0}};
    json_t *overrides = json_array();
    compose_join(overrides, f->excluded);
    for (size_t i = 0; i < f->suspect_count; i++) {
        const struct suspect *suspect = &f->suspects[i];
        if (!in[i])
            continue;
        if (suspect->rule != LX_RULE_NONE)
            lx_ruleset_add(&rules, suspect->rule);
        else
            json_array_append(overrides, json_array_get(f->own, suspect->number));
    }
    compose_rest(overrides, true);
    return (struct trial){.enforce = compose_enforce(&s->arena, &rules),
                          .overrides = compose_text(&s->arena, overrides)};
}

/* The policy's own overrides that are part of the cause. */
static void join_own(json_t *overrides, const struct frame *f)
{
    for (size_t i = 0; i < f->cause->override_count; i++)
        if (f->cause->overrides[i])
            json_array_append(overrides, json_array_get(f->own, i));
}

/* Takes overrides of chosen calls, and ends them: all other calls pass by the rules. */
static struct trial with_choices(struct session *s, const struct frame *f, json_t *overrides)
{
    compose_rest(overrides, false);
    return (struct trial){.enforce = compose_enforce(&s->arena, &f->cause->rules),
                          .overrides = compose_text(&s->arena, overrides)};
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
    return with_choices(s, f, overrides);
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
    return with_choices(s, f, overrides);
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
        if (!in[i])
            continue;
        if (f->suspects[i].rule != LX_RULE_NONE) {
            lx_ruleset_add(&cause->rules, f->suspects[i].rule);
        } else if (cause->overrides != NULL) {
            cause->overrides[f->suspects[i].number] = true;
            cause->override_count = own;
        }
    }
}

/* Finds the rules. *test is the one with just these, and has a trace. */
static enum plan_verdict narrow_rules(struct session *s, const struct calls *all, struct frame *f,
                                      struct plan_cause *cause, struct trial *test)
{
    size_t own = json_array_size(f->own);
    struct suspect *suspects =
        lx_arena_alloc(&s->arena, (LX_RULE_COUNT + own) * sizeof(suspects[0]));
    bool *in = lx_arena_alloc(&s->arena, (LX_RULE_COUNT + own) * sizeof(in[0]));
    enum plan_verdict verdict = PLAN_NO_RULE;
    f->suspects = suspects;
    f->suspect_count = list_suspects(all, own, suspects);
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
        verdict = narrow_calls(session, all, &f, cause, &test);
    if (verdict == PLAN_FOUND) {
        cause->trace = session_trace_path(session, &test);
        cause->minimal = json_loads(test.overrides, 0, NULL);
        for (size_t i = 0; i < json_array_size(excluded); i++)
            json_array_remove(cause->minimal, 0); /* what is in front is of no account here */
    }
    return verdict;
}
