/* SPDX-License-Identifier: MIT */
#include "cli/trials.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/examples.h"
#include "cli/leftovers.h"
#include "policy/path.h"
#include "trial/runner.h"

bool cli_read_number(const char *option, const char *text, unsigned least, unsigned most,
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
static bool read_codes(const char *option, const char *text, enum trial_answer answer,
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

static bool read_fresh(const char *word, enum trial_fresh *out)
{
    if (word == NULL)
        return true;
    for (int i = 0; cli_fresh[i] != NULL; i++)
        if (strcmp(cli_fresh[i], word) == 0) {
            *out = (enum trial_fresh)i;
            return true;
        }
    cli_error("unknown --fresh \"%s\": copy, worktree or none", word);
    return false;
}

bool cli_trials_read(struct cli_trials *t, const struct cli_arguments *a)
{
    struct trial_options *out = &t->options;
    *t = (struct cli_trials){.arguments = a, .request = a->request};
    *out = (struct trial_options){.command = a->rest, .setup = a->setup, .runs = 1, .jobs = 1};
    memset(out->answer, a->bad != NULL ? TRIAL_SKIP : TRIAL_FAIL, sizeof(out->answer));
    if (!read_codes("--bad", a->bad, TRIAL_FAIL, out->answer) ||
        !read_codes("--skip", a->skip != NULL ? a->skip : "125", TRIAL_SKIP, out->answer) ||
        !read_codes("--good", a->good != NULL ? a->good : "0", TRIAL_PASS, out->answer) ||
        !cli_read_number("--runs", a->runs, 1, 1000, &out->runs) ||
        !cli_read_number("-j", a->jobs, 1, RUNNER_JOBS_MAX, &out->jobs) ||
        !cli_read_number("--time-limit", a->time_limit, 1, 1000000, &out->time_limit) ||
        !read_fresh(a->fresh, &out->fresh))
        return false;
    if (out->fresh == TRIAL_IN_PLACE && out->jobs > 1) {
        cli_error("--fresh none with -j: runs at once would share their files");
        return false;
    }
    return true;
}

void cli_trials_add(struct cli_trials *t, const char *option, const char *value)
{
    t->run[t->run_count++] = option;
    if (value != NULL)
        t->run[t->run_count++] = value;
    t->options.run_count = t->run_count;
    t->repeated =
        lx_arena_format(&t->arena, "%s%s%s%s ", t->repeated, option, value != NULL ? " " : "",
                        value != NULL ? example_quote(&t->arena, value) : "");
}

/* False, having said so, where a mount is of the directory itself, and not of a copy. */
static bool moves_along(struct cli_trials *t, const char *what, const char *path)
{
    const char *at = strstr(path, t->options.directory);
    size_t n = strlen(t->options.directory);
    if (t->options.fresh == TRIAL_IN_PLACE || n == 1 || at == NULL ||
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
static bool place_policy(struct cli_trials *t)
{
    const struct lx_effective *p = &t->policy;
    const char *file = t->request.file;
    char *real = file == NULL ? NULL : realpath(file, NULL);
    bool within = real != NULL && lx_path_within(real, t->options.directory);
    bool ok = true;
    if (p->others != NULL && t->options.fresh != TRIAL_IN_PLACE) {
        cli_error("%s: in a copy that would be yours; name the policy with --policy, or use "
                  "--fresh none",
                  p->others);
        ok = false;
    }
    for (size_t i = 0; ok && i < p->mount_count && file != NULL && !within; i++)
        if (t->request.mount_count == 0 && p->mounts[i].origin.kind == LX_ORIGIN_FILE)
            ok = moves_along(t, "a mount of the policy", p->mounts[i].backing) &&
                 moves_along(t, "a mount of the policy", p->mounts[i].target);
    for (size_t i = 0; ok && i < t->request.mount_count; i++)
        ok = moves_along(t, "--mount", t->request.mounts[i]);
    if (ok && file != NULL) {
        const char *path = within ? lx_path_below(real, t->options.directory) : real;
        t->extends = lx_arena_string(&t->arena, path == NULL ? file : path,
                                     strlen(path == NULL ? file : path));
        if (p->standing != LX_GUEST) {
            t->run[t->run_count++] = "--policy";
            t->run[t->run_count++] = t->extends;
        }
    }
    free(real);
    return ok;
}

/* The options of lxshim run that each run has. */
static bool gather_run(struct cli_trials *t)
{
    const struct cli_arguments *a = t->arguments;
    t->run = lx_arena_alloc(&t->arena, (t->request.mount_count + t->request.set_count + 10) * 2 *
                                           sizeof(t->run[0]));
    t->repeated = "";
    if (!place_policy(t))
        return false;
    if (t->request.profile != NULL) {
        t->run[t->run_count++] = "--profile";
        t->run[t->run_count++] = t->request.profile;
    }
    for (size_t i = 0; i < t->request.set_count; i++) {
        t->run[t->run_count++] = "--set";
        t->run[t->run_count++] = t->request.sets[i];
    }
    for (size_t i = 0; i < t->request.mount_count; i++)
        cli_trials_add(t, "--mount", t->request.mounts[i]);
    if (t->request.filesystem != NULL)
        cli_trials_add(t, "--filesystem", t->request.filesystem);
    if (a->lane != NULL)
        cli_trials_add(t, "--lane", a->lane);
    if (a->bind != NULL)
        cli_trials_add(t, "--bind", a->bind);
    if (a->complete)
        cli_trials_add(t, "--require-complete", NULL);
    t->options.run = (char *const *)(uintptr_t)t->run;
    t->options.run_count = t->run_count;
    return true;
}

static const char *join(char *const *words, int count, struct lx_arena *arena)
{
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = lx_arena_format(arena, "%s%s%s", text, i > 0 ? " " : "",
                               example_quote(arena, words[i]));
    return text;
}

const char *cli_trials_quote(struct cli_trials *t, const char *word)
{
    return example_quote(&t->arena, word);
}

/* False, having said so, where the runs could not begin: none of them would say why. */
static bool can_preload(const struct cli_arguments *a)
{
    char library[PATH_MAX * 2];
    return (a->lane != NULL && strcmp(a->lane, "supervisor") == 0) ||
           cli_library_ready(library, sizeof(library));
}

bool cli_trials_begin(struct cli_trials *t)
{
    if (getenv(LX_STATE_VARIABLE) != NULL) {
        cli_error("this is on a drive already (" LX_STATE_VARIABLE
                  " is set): nothing here would run natively");
        return false;
    }
    if (t->request.file == NULL)
        cli_default_policy(&t->request);
    t->directory = realpath(".", NULL);
    if (t->directory == NULL || cli_program(t->program, sizeof(t->program)) < 0) {
        cli_error("the current directory cannot be reached: %s", strerror(errno));
        return false;
    }
    t->options.directory = t->directory;
    t->options.program = t->program;
    t->command = join(t->arguments->rest, t->arguments->count, &t->arena);
    if (!can_preload(t->arguments) || !cli_load(&t->request, &t->policy) || !gather_run(t))
        return false;
    cli_say_policy(&t->request, &t->policy);
    return true;
}

void cli_trials_settle_lane(struct cli_trials *t)
{
    const struct cli_arguments *a = t->arguments;
    const char *lane = cli_lane_of_runs(a->lane, a->complete);
    t->options.lane = lane == a->lane ? NULL : lane;
}

/* A run that was killed, by a signal to us or over a limit of time, could not tidy up itself. */
void cli_trials_end(struct cli_trials *t)
{
    leftovers_remove(NULL, true);
    lx_effective_free(&t->policy);
    lx_arena_free(&t->arena);
    free(t->directory);
}
