/* SPDX-License-Identifier: MIT */
/* lxshim bisect: what was asked for, made into tests. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bisect/copy.h"
#include "bisect/examples.h"
#include "bisect/words.h"
#include "cli/cli.h"
#include "cli/relay.h"
#include "policy/path.h"

/* What one bisect has, between its steps. */
struct order {
    const struct cli_arguments *arguments;
    struct lx_request request;
    struct lx_effective policy;
    struct bisect_options options;
    struct bisect_about about;
    struct lx_arena arena;
    const char **run; /* options of lxshim run */
    size_t run_count;
    const char *identity; /* what an interrupted bisect is known by */
};

/* A number from an option. False after saying what is wrong with it. */
static bool read_number(const char *option, const char *text, unsigned least, unsigned most,
                        unsigned *out)
{
    char *end;
    if (text == NULL)
        return true;
    unsigned long n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < least || n > most) {
        cli_error("%s is \"%s\", expected a number from %u to %u", option, text, least, most);
        return false;
    }
    *out = (unsigned)n;
    return true;
}

/* "0,3-5": what these statuses mean. */
static bool read_codes(const char *option, const char *text, enum bisect_answer answer,
                       unsigned char of[256])
{
    const char *at = text;
    while (at != NULL) {
        char *end;
        unsigned long first = strtoul(at, &end, 10);
        unsigned long last = first;
        if (*at >= '0' && *at <= '9' && *end == '-' && end[1] >= '0' && end[1] <= '9')
            last = strtoul(end + 1, &end, 10);
        if (*at < '0' || *at > '9' || (*end != '\0' && *end != ',') || last > 255 || first > last) {
            cli_error("%s is \"%s\", expected exit statuses such as 0 or 1,3-5", option, text);
            return false;
        }
        memset(of + first, (int)answer, last - first + 1);
        at = *end == ',' ? end + 1 : NULL;
    }
    return true;
}

static bool read_fresh(const char *word, enum bisect_fresh *out)
{
    if (word == NULL)
        return true;
    for (int i = 0; cli_fresh[i] != NULL; i++)
        if (strcmp(cli_fresh[i], word) == 0) {
            *out = (enum bisect_fresh)i;
            return true;
        }
    cli_error("unknown --fresh \"%s\": copy, worktree or none", word);
    return false;
}

/* Reads what is said of tests. */
static bool read_options(struct order *o)
{
    const struct cli_arguments *a = o->arguments;
    struct bisect_options *out = &o->options;
    *out = (struct bisect_options){.command = a->rest, .setup = a->setup, .runs = 1, .jobs = 1};
    memset(out->answer, a->bad != NULL ? BISECT_SKIP : BISECT_FAIL, sizeof(out->answer));
    if (!read_codes("--bad", a->bad, BISECT_FAIL, out->answer) ||
        !read_codes("--skip", a->skip != NULL ? a->skip : "125", BISECT_SKIP, out->answer) ||
        !read_codes("--good", a->good != NULL ? a->good : "0", BISECT_PASS, out->answer) ||
        !read_number("--runs", a->runs, 1, 1000, &out->runs) ||
        !read_number("-j", a->jobs, 1, RUNNER_JOBS_MAX, &out->jobs) ||
        !read_number("--time-limit", a->time_limit, 1, 1000000, &out->time_limit) ||
        !read_fresh(a->fresh, &out->fresh))
        return false;
    if (out->fresh == BISECT_IN_PLACE && out->jobs > 1) {
        cli_error("--fresh none with -j: runs at once would share their files");
        return false;
    }
    return true;
}

static void add(struct order *o, const char *option, const char *value)
{
    o->run[o->run_count++] = option;
    if (value != NULL)
        o->run[o->run_count++] = value;
    o->about.options =
        lx_arena_format(&o->arena, "%s%s%s%s ", o->about.options, option, value != NULL ? " " : "",
                        value != NULL ? example_quote(&o->arena, value) : "");
}

/* False, having said so, where a mount is of the directory itself, and not of a copy. */
static bool moves_along(struct order *o, const char *what, const char *path)
{
    const char *at = strstr(path, o->options.directory);
    size_t n = strlen(o->options.directory);
    if (o->options.fresh == BISECT_IN_PLACE || n == 1 || at == NULL ||
        (at[n] != '\0' && strchr("/:,", at[n]) == NULL))
        return true;
    cli_error("%s is of %s, where copies are not: name it relative to the policy in this "
              "directory, or use --fresh none",
              what, path);
    return false;
}

/*
 * How the runs get the policy. One in the directory is copied with it, and so are the places that
 * it names relative to itself; one that was found is found in each copy, with all that it may not.
 */
static bool place_policy(struct order *o)
{
    const struct lx_effective *p = &o->policy;
    const char *file = o->request.file;
    char *real = file == NULL ? NULL : realpath(file, NULL);
    bool within = real != NULL && lx_path_within(real, o->options.directory);
    bool ok = true;
    if (p->others != NULL && o->options.fresh != BISECT_IN_PLACE) {
        cli_error("%s: in a copy that would be yours; name the policy with --policy, or use "
                  "--fresh none",
                  p->others);
        ok = false;
    }
    for (size_t i = 0; ok && i < p->mount_count && file != NULL && !within; i++)
        if (o->request.mount_count == 0 && p->mounts[i].origin.kind == LX_ORIGIN_FILE)
            ok = moves_along(o, "a mount of the policy", p->mounts[i].backing) &&
                 moves_along(o, "a mount of the policy", p->mounts[i].target);
    for (size_t i = 0; ok && i < o->request.mount_count; i++)
        ok = moves_along(o, "--mount", o->request.mounts[i]);
    if (ok && file != NULL) {
        const char *path = within ? lx_path_below(real, o->options.directory) : real;
        o->about.extends = lx_arena_string(&o->arena, path == NULL ? file : path,
                                           strlen(path == NULL ? file : path));
        if (p->standing != LX_GUEST) {
            o->run[o->run_count++] = "--policy";
            o->run[o->run_count++] = o->about.extends;
        }
    }
    free(real);
    return ok;
}

/* The options of lxshim run that each run has. */
static bool gather_run(struct order *o)
{
    const struct cli_arguments *a = o->arguments;
    o->run = lx_arena_alloc(&o->arena, (o->request.mount_count + o->request.set_count + 8) * 2 *
                                           sizeof(o->run[0]));
    o->about.options = "";
    if (!place_policy(o))
        return false;
    if (o->request.profile != NULL) {
        o->run[o->run_count++] = "--profile";
        o->run[o->run_count++] = o->request.profile;
        o->about.chosen = true;
    }
    for (size_t i = 0; i < o->request.set_count; i++) {
        o->run[o->run_count++] = "--set";
        o->run[o->run_count++] = o->request.sets[i];
    }
    for (size_t i = 0; i < o->request.mount_count; i++)
        add(o, "--mount", o->request.mounts[i]);
    if (a->lane != NULL)
        add(o, "--lane", a->lane);
    if (a->bind != NULL)
        add(o, "--bind", a->bind);
    if (a->complete)
        add(o, "--require-complete", NULL);
    o->options.run = (char *const *)(uintptr_t)o->run;
    o->options.run_count = o->run_count;
    return true;
}

static json_t *own_overrides(const struct lx_effective *policy)
{
    json_t *all = json_array();
    for (size_t i = 0; i < policy->override_count; i++) {
        json_t *o = cli_override_json(&policy->overrides[i]);
        json_object_del(o, "from");
        json_array_append_new(all, o);
    }
    return all;
}

/* All that answers depend on, as far as we know it. */
static void identify(struct order *o)
{
    const struct bisect_options *b = &o->options;
    json_t *words = json_array();
    json_t *rules = json_array();
    json_array_append_new(words, json_string_nocheck(LXSHIM_VERSION));
    json_array_append_new(words, json_string_nocheck(b->directory));
    for (size_t i = 0; i < o->run_count; i++)
        json_array_append_new(words, json_string_nocheck(o->run[i]));
    json_array_append_new(words, json_string("--"));
    for (int i = 0; i < o->arguments->count; i++)
        json_array_append_new(words, json_string_nocheck(o->arguments->rest[i]));
    for (size_t m = 0; m < o->policy.mount_count; m++)
        for (unsigned i = 0; i < LX_RULE_COUNT; i++)
            json_array_append_new(rules, json_integer(o->policy.mounts[m].rules[i].value));
    json_t *all = json_pack("{s:o, s:o, s:O, s:s?, s:i, s:i, s:i}", "words", words, "rules", rules,
                            "overrides", b->overrides, "setup", b->setup, "runs", (int)b->runs,
                            "time", (int)b->time_limit, "fresh", (int)b->fresh);
    char *text = json_dumps(all, JSON_COMPACT);
    o->identity = lx_arena_format(&o->arena, "%s", text == NULL ? "" : text);
    for (unsigned i = 0; i < 256; i++)
        if (b->answer[i] != BISECT_FAIL)
            o->identity = lx_arena_format(&o->arena, "%s %u=%u", o->identity, i, b->answer[i]);
    free(text);
    json_decref(all);
}

/* Says before the first run what is to be known of it. */
static void say_ways(struct order *o, const struct session *s)
{
    if (o->options.fresh == BISECT_IN_PLACE)
        cli_error("runs are made here, and each finds what the one before has left");
    if (o->options.fresh == BISECT_WORKTREE)
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

static char *join(char *const *words, int count, struct lx_arena *arena)
{
    char *text = lx_arena_string(arena, "", 0);
    for (int i = 0; i < count; i++)
        text = lx_arena_format(arena, "%s%s%s", text, i > 0 ? " " : "",
                               example_quote(arena, words[i]));
    return text;
}

/* Tells what was found, and writes the policy. Returns the exit status. */
static int tell(struct order *o, struct session *s, const struct plan_result *result)
{
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
    if (o->arguments->json)
        words_json(s, result, &o->about, stdout);
    else
        words_text(s, result, &o->about, stdout);
    return status;
}

/* Bisects. Returns the exit status, or -signal where one has ended it. */
static int bisect(struct order *o)
{
    struct session s = {.options = &o->options, .shows = isatty(2) != 0, .log.fd = -1};
    struct plan_result result = {.verdict = PLAN_STOPPED};
    struct timespec from;
    struct timespec to;
    const char *why = NULL;
    int status = CLI_FAILED;
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (runner_begin(&s.runner, &o->options, &why) < 0) {
        cli_error("cannot make copies: %s", why);
        runner_end(&s.runner);
        return status;
    }
    int r = log_open(&s.log, o->identity, copy_state(&o->options), s.runner.place,
                     o->arguments->restart);
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
        else if (s.log.lasting != NULL && s.log.count > 0)
            cli_error("interrupted: the same command goes on from here");
    }
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
    struct order o = {.arguments = arguments, .request = arguments->request};
    char program[PATH_MAX];
    int status = CLI_FAILED;
    if (!read_options(&o))
        return CLI_USAGE;
    if (getenv(LX_STATE_VARIABLE) != NULL) {
        cli_error("this is on a drive already (" LX_STATE_VARIABLE
                  " is set): nothing here would run natively");
        return status;
    }
    if (!check_output(arguments->output))
        return CLI_NO;
    if (o.request.file == NULL)
        cli_default_policy(&o.request);
    char *directory = realpath(".", NULL);
    if (directory == NULL || cli_program(program, sizeof(program)) < 0) {
        cli_error("the current directory cannot be reached: %s", strerror(errno));
        free(directory);
        return status;
    }
    o.options.directory = directory;
    o.options.program = program;
    if (cli_load(&o.request, &o.policy) && gather_run(&o)) {
        cli_say_policy(&o.request, &o.policy);
        o.about.profile = o.policy.profile;
        o.about.sets = o.request.sets;
        o.about.set_count = o.request.set_count;
        o.about.output = arguments->output;
        o.about.command = join(arguments->rest, arguments->count, &o.arena);
        o.options.overrides = own_overrides(&o.policy);
        identify(&o);
        status = bisect(&o);
        json_decref(o.options.overrides);
    }
    lx_effective_free(&o.policy);
    lx_arena_free(&o.arena);
    free(directory);
    return status < 0 ? relay_end(-status) : status;
}
