/* SPDX-License-Identifier: MIT */
/* lxshim bisect: what was asked for, made into tests. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bisect/examples.h"
#include "bisect/words.h"
#include "cli/bug.h"
#include "cli/cli.h"
#include "cli/relay.h"
#include "cli/show.h"
#include "cli/trials.h"
#include "policy/latency.h"
#include "policy/shown.h"
#include "trial/copy.h"

/* What one bisect has, between its steps. */
struct order {
    struct cli_trials trials;
    struct bisect_about about;
    json_t *overrides;    /* the policy's own */
    struct beside beside; /* and its scanner and latency */
    const char *identity; /* what an interrupted bisect is known by */
};

static json_t *own_overrides(const struct lx_effective *policy)
{
    static const char *const counts[] = {"times", "every", "after"};
    json_t *all = json_array();
    for (size_t i = 0; i < policy->override_count; i++) {
        json_t *o = cli_override_json(&policy->overrides[i]);
        json_object_del(o, "from");
        /* A count of 0 is none: "times" 0 would read as if it never acted. */
        for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
            if (json_integer_value(json_object_get(o, counts[k])) == 0)
                json_object_del(o, counts[k]);
        json_array_append_new(all, o);
    }
    return all;
}

/* A latency that is only counted makes nothing fail. */
static struct beside beside_of(const struct lx_effective *policy, struct lx_arena *arena)
{
    struct beside beside = {.scanner = NULL};
    if (policy->scanner.preset != NULL)
        beside.scanner = scanner_brief(&policy->scanner);
    if (policy->latency != 0 && !policy->latency_counted)
        beside.latency = policy->latency_seed == 0
                             ? lx_latency_word(policy->latency)
                             : lx_arena_format(arena, "%s:%u", lx_latency_word(policy->latency),
                                               policy->latency_seed);
    return beside;
}

/* All that answers depend on, as far as we know it. */
static void identify(struct order *o)
{
    const struct cli_trials *t = &o->trials;
    const struct trial_options *b = &t->options;
    json_t *words = json_array();
    json_t *rules = json_array();
    json_array_append_new(words, json_string_nocheck(LXSHIM_VERSION));
    json_array_append_new(words, json_string_nocheck(b->directory));
    for (size_t i = 0; i < t->run_count; i++)
        json_array_append_new(words, json_string_nocheck(t->run[i]));
    json_array_append_new(words, json_string("--"));
    for (int i = 0; i < o->trials.arguments->count; i++)
        json_array_append_new(words, json_string_nocheck(o->trials.arguments->rest[i]));
    for (size_t m = 0; m < o->trials.policy.mount_count; m++)
        for (unsigned i = 0; i < LX_RULE_COUNT; i++)
            json_array_append_new(rules, json_integer(o->trials.policy.mounts[m].rules[i].value));
    json_t *all = json_pack("{s:o, s:o, s:O, s:s?, s:i, s:i, s:i, s:O?, s:s?}", "words", words,
                            "rules", rules, "overrides", o->overrides, "setup", b->setup, "runs",
                            (int)b->runs, "time", (int)b->time_limit, "fresh", (int)b->fresh,
                            "scanner", o->beside.scanner, "latency", o->beside.latency);
    char *text = json_dumps(all, JSON_COMPACT);
    o->identity = lx_arena_format(&o->trials.arena, "%s", text == NULL ? "" : text);
    for (unsigned i = 0; i < 256; i++)
        if (b->answer[i] != TRIAL_FAIL)
            o->identity =
                lx_arena_format(&o->trials.arena, "%s %u=%u", o->identity, i, b->answer[i]);
    free(text);
    json_decref(all);
}

/* Says before the first run what is to be known of it. */
static void say_ways(struct order *o, const struct session *s)
{
    if (o->trials.options.fresh == TRIAL_IN_PLACE)
        cli_error("runs are made here, and each finds what the one before has left");
    if (o->trials.options.fresh == TRIAL_WORKTREE)
        cli_error("runs are made in work trees of HEAD: what is not committed is not in them");
    if (s->log.known > 0)
        cli_error("goes on from an earlier bisect of this command, of which %zu test%s known; "
                  "--restart forgets them",
                  s->log.known, s->log.known == 1 ? " is" : "s are");
    if (s->log.changed)
        cli_error("the directory has changed since this bisect was interrupted: it begins anew");
    if (s->log.lasting == NULL)
        cli_error("neither XDG_STATE_HOME nor HOME has room for what is known: this bisect cannot "
                  "go on after it was interrupted");
}

/* Tells what was found, and writes the policy. Returns the exit status. */
static int tell(struct order *o, struct session *s, const struct plan_result *result)
{
    struct trial_gaps gaps;
    int status = result->verdict == PLAN_FOUND ? CLI_OK : CLI_NO;
    for (size_t i = 0; i < result->cause_count; i++)
        o->about.examples[i] = example_of(s, &result->causes[i], o->about.profile);
    session_clear_line(s);
    if (o->about.output != NULL && result->cause_count > 0) {
        int r = minimal_write(o->about.output, &result->causes[0], &o->about);
        if (r < 0) {
            cli_error("cannot write the policy to %s: %s", o->about.output,
                      r == -EEXIST ? "it is none that lxshim bisect has made" : strerror(-r));
            o->about.output = NULL;
            status = CLI_NO;
        }
    }
    if (log_gaps(&s->log, &gaps) > 0)
        status = CLI_FAILED;
    if (o->trials.arguments->json)
        words_json(s, result, &o->about, stdout);
    else
        words_text(s, result, &o->about, stdout);
    return status;
}

/* What is known when a signal ends it, in one line, and whether the next one goes on with that. */
static void tell_interrupted(const struct session *s, const struct plan_result *result)
{
    char known[600];
    words_interrupted(s, result, known, sizeof(known));
    cli_error("%s%s", known,
              s->log.lasting != NULL && s->log.count > 0 ? "; the same command goes on from here"
                                                         : "");
}

/* Bisects. Returns the exit status, or -signal where one has ended it. */
static int bisect(struct order *o)
{
    struct session s = {.options = &o->trials.options,
                        .overrides = o->overrides,
                        .beside = o->beside,
                        .verbose = o->trials.arguments->verbose,
                        .shows = cli_terminal(stderr),
                        .log.fd = -1};
    struct plan_result result = {.verdict = PLAN_STOPPED};
    struct timespec from;
    struct timespec to;
    const char *why = NULL;
    int status = CLI_FAILED;
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (runner_begin(&s.runner, &o->trials.options, &why) < 0) {
        cli_error("cannot make copies: %s", why);
        runner_end(&s.runner);
        return status;
    }
    int r = log_open(&s.log, o->identity, copy_state(&o->trials.options), s.runner.place,
                     o->trials.arguments->restart);
    if (r == -EBUSY) {
        cli_error("the same bisect is under way already");
    } else if (r == 0) {
        say_ways(o, &s);
        plan_run(&s, &result);
        clock_gettime(CLOCK_MONOTONIC, &to);
        o->about.seconds =
            (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
        session_clear_line(&s);
        if (result.verdict != PLAN_STOPPED)
            status = tell(o, &s, &result);
        else if (s.runner.interrupted == 0)
            cli_error("%s", s.problem);
        else
            tell_interrupted(&s, &result);
    }
    json_decref(s.beside.past);
    bool done = result.verdict != PLAN_STOPPED && s.runner.interrupted == 0;
    plan_free(&result);
    log_close(&s.log, done);
    runner_end(&s.runner);
    lx_arena_free(&s.arena);
    return s.runner.interrupted != 0 ? -s.runner.interrupted : status;
}

static bool check_output(const char *file)
{
    int r = file == NULL ? 0 : minimal_check(file);
    if (r == -EEXIST)
        cli_error("%s is no policy that lxshim bisect has made: name another file, or remove it",
                  file);
    else if (r < 0)
        cli_error("cannot write the policy to %s: %s", file, strerror(-r));
    return r == 0;
}

int cli_bisect(const struct cli_arguments *arguments)
{
    struct order o = {.identity = NULL};
    struct cli_trials *t = &o.trials;
    int status = CLI_FAILED;
    if (!cli_trials_read(t, arguments))
        return CLI_USAGE;
    if (!check_output(arguments->output))
        return CLI_NO;
    if (cli_trials_begin(t)) {
        cli_trials_settle_lane(t);
        o.about = (struct bisect_about){.profile = t->policy.profile,
                                        .chosen = t->request.profile != NULL,
                                        .extends = t->extends,
                                        .options = t->repeated,
                                        .sets = t->request.sets,
                                        .set_count = t->request.set_count,
                                        .output = arguments->output,
                                        .command = t->command,
                                        .policy = &t->policy};
        if (t->policy.override_count == 0)
            o.about.elsewhere = bug_builds(
                lx_shown(lx_arena_format(&t->arena, "%s", t->command), false), &t->arena);
        o.overrides = own_overrides(&t->policy);
        o.beside = beside_of(&t->policy, &t->arena);
        o.about.beside = &o.beside;
        identify(&o);
        status = bisect(&o);
        json_decref(o.overrides);
        json_decref(o.beside.scanner);
    }
    cli_trials_end(t);
    return status < 0 ? relay_end(-status) : status;
}
