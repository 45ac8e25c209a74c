/* SPDX-License-Identifier: MIT */
#include "bisect/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/narrow.h"

/* All that the policy says itself, but for calls that are excluded; traced. */
static struct trial full_test(struct session *s, const json_t *excluded)
{
    json_t *all = json_array();
    compose_join(all, excluded);
    compose_join(all, s->overrides);
    compose_rest(all, true);
    struct trial test = {.traced = true, .every = true, .overrides = compose_text(&s->arena, all)};
    const struct beside_part beside = beside_all(&s->beside);
    beside_put(&s->beside, &beside, &s->arena, &test);
    return test;
}

static int read_calls(const struct session *s, const struct trial *test, struct calls *out)
{
    FILE *trace = session_trace(s, test);
    if (trace == NULL)
        return -errno;
    int r = calls_read(out, trace, NULL);
    fclose(trace);
    return r;
}

/* The command alone. False where that ends it all. */
static bool native_passes(struct session *s, struct plan_result *out)
{
    const struct trial test = {.native = true, .every = true};
    s->step = "natively";
    s->left = 0;
    const struct trial_outcome *o = session_ask(s, &test);
    if (o != NULL) {
        out->native = *o;
        out->verdict = PLAN_NATIVE;
    }
    out->native_known = o != NULL && o->answer == TRIAL_PASS;
    if (out->native_known)
        out->verdict = PLAN_STOPPED;
    return out->native_known;
}

/* With all that the policy says. False where that ends it all. */
static bool profile_fails(struct session *s, const struct trial *full, struct plan_result *out)
{
    const struct trial plain = {.every = true, .scanner = full->scanner, .latency = full->latency};
    s->step = "with all rules";
    const struct trial_outcome *o = session_ask(s, full);
    if (o == NULL)
        return false;
    out->full = *o;
    out->full_known = o->answer == TRIAL_FAIL;
    out->verdict = o->answer == TRIAL_SKIP ? PLAN_UNTESTABLE : PLAN_PASSES;
    if (o->answer != TRIAL_PASS)
        return o->answer == TRIAL_FAIL;
    o = session_ask(s, &plain);
    out->verdict = o == NULL ? PLAN_STOPPED : o->answer == TRIAL_FAIL ? PLAN_UNTRACED : PLAN_PASSES;
    return false;
}

static void join_fired(struct lx_ruleset *to, const struct calls *calls)
{
    lx_ruleset_join(to, &calls->denied);
    lx_ruleset_join(to, &calls->altered);
}

/* True where a cause needs a scanner, or calls that take long: it is gone without those. */
static bool needs_beside(const struct plan_cause *c)
{
    return c->beside.scanner || c->beside.latency;
}

/* Everything but what a cause needs beside rules, or else its calls. */
static struct trial without(struct session *s, json_t *excluded, const struct plan_cause *c)
{
    if (needs_beside(c)) {
        beside_leave_out(&s->beside, &c->beside);
        return full_test(s, excluded);
    }
    for (size_t i = 0; i < c->call_count; i++)
        compose_calls(excluded, &c->calls[i], false);
    return full_test(s, excluded);
}

/* A cause of which only rules are known: what else speaks than those. */
static bool passes_without_rules(struct session *s, const struct calls *all, const json_t *excluded,
                                 const struct plan_cause *c)
{
    struct lx_ruleset others = {{0}};
    json_t *overrides = json_array();
    join_fired(&others, all);
    for (unsigned i = 0; (i = lx_ruleset_next(&c->rules, i)) < LX_RULE_COUNT; i++)
        lx_ruleset_remove(&others, i);
    compose_join(overrides, excluded);
    for (size_t i = 0; i < json_array_size(s->overrides); i++)
        if (i >= c->override_count || !c->overrides[i])
            json_array_append(overrides, json_array_get(s->overrides, i));
    compose_rest(overrides, true);
    struct trial test = {.enforce = compose_enforce(&s->arena, &others),
                         .overrides = compose_text(&s->arena, overrides)};
    const struct beside_part beside = beside_all(&s->beside);
    beside_put(&s->beside, &beside, &s->arena, &test);
    const struct trial_outcome *o = session_ask(s, &test);
    return o != NULL && o->answer == TRIAL_PASS;
}

/* Looks for one cause after the other, in what is left without those before. */
static void find_causes(struct session *s, struct trial full, struct plan_result *out)
{
    json_t *excluded = json_array();
    for (bool more = true; more && out->cause_count < PLAN_CAUSES;) {
        struct plan_cause *c = &out->causes[out->cause_count];
        struct calls calls;
        more = false;
        out->verdict = PLAN_STOPPED;
        if (read_calls(s, &full, &calls) < 0) {
            snprintf(s->problem, sizeof(s->problem), "a trace cannot be read: %s", strerror(errno));
            break;
        }
        if (out->cause_count == 0) {
            join_fired(&out->fired, &calls);
            out->calls = calls_fired(&calls, NULL);
        }
        out->verdict = narrow(s, &calls, excluded, c);
        if (out->verdict == PLAN_FOUND) {
            out->cause_count++;
            s->step = "without just these";
            s->left = 0;
            if (needs_beside(c) || (c->call_count > 0 && c->override_count == 0)) {
                full = without(s, excluded, c);
                const struct trial_outcome *o = session_ask(s, &full);
                c->passes_without = o != NULL && o->answer == TRIAL_PASS;
                more = o != NULL && o->answer == TRIAL_FAIL;
                if (o == NULL)
                    out->verdict = PLAN_STOPPED;
            } else {
                c->passes_without = passes_without_rules(s, &calls, excluded, c);
            }
        } else if (out->cause_count > 0 && out->verdict != PLAN_STOPPED) {
            out->verdict = PLAN_FOUND; /* of the rest no more is known than that it fails */
        }
        calls_free(&calls);
    }
    json_decref(excluded);
}

void plan_run(struct session *session, struct plan_result *result)
{
    json_t *none = json_array();
    *result = (struct plan_result){.verdict = PLAN_STOPPED};
    const struct trial full = full_test(session, none);
    json_decref(none);
    if (!native_passes(session, result) || !profile_fails(session, &full, result)) {
        struct calls calls;
        if (result->verdict == PLAN_PASSES && read_calls(session, &full, &calls) == 0) {
            join_fired(&result->fired, &calls);
            result->calls = calls_fired(&calls, NULL);
            calls_free(&calls);
        }
        return;
    }
    find_causes(session, full, result);
}

void plan_free(struct plan_result *result)
{
    for (size_t i = 0; i < PLAN_CAUSES; i++) {
        struct plan_cause *c = &result->causes[i];
        for (size_t k = 0; k < c->call_count; k++)
            free(c->calls[k].at);
        free(c->calls);
        free(c->overrides);
        free(c->trace);
        json_decref(c->minimal);
        json_decref((json_t *)(uintptr_t)c->beside.events);
    }
}
