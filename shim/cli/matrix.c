/* SPDX-License-Identifier: MIT */
/* lxshim matrix: a command in every era, and results of several machines put together. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/relay.h"
#include "cli/reports.h"
#include "cli/trials.h"
#include "matrix/emit.h"
#include "matrix/merge.h"
#include "matrix/outcome.h"
#include "matrix/sweep.h"
#include "policy/nearest.h"

#define HELP "lxshim help matrix"

/* Where results go: what --report asks for, and a table where nothing else is on the terminal. */
struct target {
    struct report_order *orders;
    size_t count;
    bool each;
};

/* False after saying what is wrong, with *status. */
static bool read_target(const struct cli_arguments *a, struct target *out, int *status)
{
    bool printed = false;
    *status = CLI_USAGE;
    *out = (struct target){.orders = calloc(a->report_count + 1, sizeof(out->orders[0])),
                           .count = a->report_count,
                           .each = a->each};
    if (out->orders == NULL ||
        !cli_orders_read(outcome_formats, HELP, a->reports, out->count, out->orders))
        return false;
    for (size_t i = 0; i < out->count; i++)
        printed |= out->orders[i].file == NULL;
    if (!printed)
        out->orders[out->count++] = (struct report_order){.format = &outcome_formats[0]};
    *status = CLI_NO;
    return cli_orders_check(out->orders, out->count);
}

/* Writes a document, which is given back. False where something could not be written. */
static bool tell(const struct target *target, json_t *document)
{
    struct outcome o = {.document = document, .each = target->each};
    o.report.about.command = json_string_value(json_object_get(document, "command"));
    bool written = cli_orders_write(target->orders, target->count, &o.report);
    lx_arena_free(&o.report.arena);
    return written;
}

static bool read_cells(const struct cli_arguments *a, struct lx_arena *arena, struct cells *out)
{
    struct cells_problem problem;
    if (cells_make(arena, a->eras != NULL ? a->eras : "all", a->volumes, a->clients, out, &problem))
        return true;
    if (problem.what == NULL)
        cli_error("no era of --eras has a client of --clients");
    else
        cli_unknown(problem.what, problem.word, problem.nearest,
                    strcmp(problem.what, "era") == 0 ? "lxshim policy profiles" : HELP);
    return false;
}

/* What a scanner and a client's latency are besides, where options say it. */
static void add_beside(struct cli_trials *t)
{
    if (t->request.scanner != NULL)
        cli_trials_add(t, "--scanner", t->request.scanner);
    if (t->request.latency != NULL)
        cli_trials_add(t, "--latency", t->request.latency);
}

/* "--set RULE=VALUE -- make test": how each run is made, whatever its cell. */
static const char *repeat_run(struct cli_trials *t)
{
    const char *text = "";
    for (size_t i = 0; i < t->run_count; i++)
        text = lx_arena_format(&t->arena, "%s%s ", text, cli_trials_quote(t, t->run[i]));
    return lx_arena_format(&t->arena, "%s-- %s", text, t->command);
}

/* "--eras all -- make test": what a job runs the same cells by. */
static const char *repeat(struct cli_trials *t)
{
    const struct cli_arguments *a = t->arguments;
    const char *const all[][2] = {
        {"--eras", a->eras},       {"--volumes", a->volumes},
        {"--clients", a->clients}, {"--runs", a->runs},
        {"--good", a->good},       {"--bad", a->bad},
        {"--skip", a->skip},       {"--time-limit", a->time_limit},
        {"--jobs", a->jobs},       {"--fresh", a->fresh},
        {"--setup", a->setup},
    };
    const char *text = a->blame ? "--blame " : "";
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i][1] != NULL)
            text = lx_arena_format(&t->arena, "%s%s %s ", text, all[i][0],
                                   cli_trials_quote(t, all[i][1]));
    return lx_arena_format(&t->arena, "%s%s", text, repeat_run(t));
}

/* Which engine runs how many jobs. False after saying what is wrong with that. */
static bool read_engine(const char *text, size_t cells, const struct emit_engine **engine,
                        unsigned *jobs)
{
    const size_t n = strcspn(text, ":");
    const struct emit_engine *e = emit_engines;
    struct lx_nearest nearest;
    char word[32];
    snprintf(word, sizeof(word), "%.*s", (int)n, text);
    lx_nearest_start(&nearest, word);
    for (; e->word != NULL && strcmp(e->word, word) != 0; e++)
        lx_nearest_try(&nearest, e->word);
    if (e->word == NULL) {
        cli_unknown("engine", word, lx_nearest_found(&nearest), HELP);
        return false;
    }
    *engine = e;
    *jobs = cells < e->most ? (unsigned)cells : e->most;
    if (text[n] == ':' && !cli_read_number("--emit", text + n + 1, 1, 100000, jobs))
        return false;
    if (*jobs > e->most) {
        cli_error("--emit %s: %s runs at most %u jobs of a matrix", text, e->name, e->most);
        return false;
    }
    if (*jobs > cells) {
        cli_error("--emit %s: there are %zu cells, a job for each", text, cells);
        *jobs = (unsigned)cells;
    }
    return true;
}

/* Bazel takes a test for one that cannot be divided unless it touches this. */
static void touch_status_file(void)
{
    const char *file = getenv("TEST_SHARD_STATUS_FILE");
    int fd = file == NULL
                 ? -1
                 : open(file, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd >= 0)
        close(fd);
}

static int status_of(const json_t *document)
{
    const struct outcome_counts n = outcome_count(document);
    return n.fail + n.other + n.missing > 0 ? CLI_NO : CLI_OK;
}

/* Says that a command which fails without lxshim, too, tells nothing of an era. False: it did. */
static bool say_native(const struct cli_trials *t, const json_t *document)
{
    struct lx_arena arena = {NULL};
    bool passes = true;
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(document, "results"), i, r)
    {
        if (strcmp(json_string_value(json_object_get(r, "cell")), "native") != 0 ||
            strcmp(json_string_value(json_object_get(r, "answer")), "pass") == 0)
            continue;
        passes = false;
        cli_error("natively, without lxshim, the command %s%s: what fails there is not WSL's%s",
                  outcome_words(&arena, r),
                  json_integer_value(json_object_get(r, "status")) == 127 ? ", not found" : "",
                  t->options.fresh == TRIAL_IN_PLACE
                      ? ""
                      : " (runs are in copies of this directory alone; --fresh none is in itself)");
    }
    lx_arena_free(&arena);
    return passes;
}

/* Says which line finds out why, of the first cell that fails. */
static void say_why(struct cli_trials *t, const json_t *document)
{
    const json_t *results = json_object_get(document, "results");
    const json_t *first = NULL;
    for (size_t i = 0; first == NULL && i < json_array_size(results); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(results, i), "answer")),
                   "fail") == 0)
            first = json_array_get(results, i);
    if (first == NULL)
        return;
    const char *filesystem = json_string_value(json_object_get(first, "filesystem"));
    const char *options = lx_arena_format(
        &t->arena, "--profile %s%s%s", json_string_value(json_object_get(first, "era")),
        filesystem == NULL ? "" : " --filesystem ", filesystem == NULL ? "" : filesystem);
    cli_error("over which rules, and calls: lxshim bisect %s %s", options, repeat_run(t));
}

/* Runs the cells. Returns the exit status, or -signal where one has ended it. */
static int sweep(struct cli_trials *t, const struct cells *cells, const struct shard *shard,
                 const struct target *target)
{
    struct sweep s = {.options = &t->options,
                      .cells = cells,
                      .shard = *shard,
                      .blame = t->arguments->blame,
                      .shows = cli_terminal(stderr)};
    int status = CLI_FAILED;
    int r = sweep_run(&s);
    if (r < 0 && s.interrupted == 0)
        cli_error("%s", s.problem);
    json_t *document = outcome_make(t->command, cells, shard, s.result);
    if (r == 0) {
        status = tell(target, document) ? status_of(document) : CLI_FAILED;
        if (say_native(t, document))
            say_why(t, document);
    }
    if (s.interrupted != 0)
        cli_error("interrupted: nothing of a matrix is kept; --shard I/N runs a part of it");
    json_decref(document);
    return s.interrupted != 0 ? -s.interrupted : status;
}

/* Runs a shard. Returns the exit status, or -signal. */
static int run_shard(struct cli_trials *t, const struct cells *cells)
{
    const char *text = t->arguments->shard;
    struct shard shard;
    struct target target = {.count = 0};
    const char *why = "";
    int status = CLI_USAGE;
    if (!shard_read(text, getenv, &shard, &why))
        cli_error("--shard is \"%s\": %s", text, why);
    else if (read_target(t->arguments, &target, &status)) {
        status = CLI_FAILED;
        if (text != NULL && strncmp(text, "auto", 4) == 0)
            touch_status_file();
        if (cli_trials_begin(t)) {
            cli_trials_settle_lane(t);
            add_beside(t);
            status = sweep(t, cells, &shard, &target);
        }
    }
    free(target.orders);
    return status;
}

static int emit(struct cli_trials *t, const struct cells *cells)
{
    const struct emit_engine *engine;
    unsigned jobs;
    if (!read_engine(t->arguments->emit, cells->count, &engine, &jobs))
        return CLI_USAGE;
    if (!cli_trials_begin(t))
        return CLI_FAILED;
    add_beside(t);
    engine->write(cells, jobs, repeat(t), stdout);
    return CLI_OK;
}

int cli_matrix(const struct cli_arguments *arguments)
{
    struct cli_trials t;
    struct cells cells;
    int status = CLI_USAGE;
    if (cli_trials_read(&t, arguments) && read_cells(arguments, &t.arena, &cells))
        status = arguments->emit != NULL ? emit(&t, &cells) : run_shard(&t, &cells);
    cli_trials_end(&t);
    return status < 0 ? relay_end(-status) : status;
}

/* Reads the results of shards that fit the first. False where one had to be left out. */
static bool read_all(const struct cli_arguments *a, struct lx_arena *arena, json_t **out,
                     size_t *count)
{
    bool all = true;
    const char *first = NULL;
    for (int i = 0; i < a->count; i++) {
        const char *why = "";
        json_t *document = merge_read(arena, a->rest[i], &why);
        if (document == NULL) {
            cli_error("%s: %s", a->rest[i], why);
            all = false;
        } else if (first != NULL && !merge_fits(out[0], document)) {
            cli_error("%s is of another matrix than %s: another command, or other cells",
                      a->rest[i], first);
            json_decref(document);
            all = false;
        } else {
            first = first != NULL ? first : a->rest[i];
            out[(*count)++] = document;
        }
    }
    return all;
}

/* Says which cells came more often than once, or not at all. */
static void say_gaps(const json_t *document)
{
    size_t i;
    json_t *e;
    json_array_foreach(json_object_get(document, "twice"), i, e)
    {
        cli_error("%s came %lld times, %s", json_string_value(json_object_get(e, "cell")),
                  (long long)json_integer_value(json_object_get(e, "times")),
                  json_is_true(json_object_get(e, "differ"))
                      ? "with results that differ: the worst counts"
                      : "with one result");
    }
    json_array_foreach(json_object_get(document, "results"), i, e)
    {
        if (strcmp(json_string_value(json_object_get(e, "answer")), "missing") == 0)
            cli_error("%s is missing", json_string_value(json_object_get(e, "cell")));
    }
}

static int merge(const struct cli_arguments *a)
{
    struct target target;
    struct lx_arena arena = {NULL};
    json_t **documents = calloc((size_t)a->count + 1, sizeof(documents[0]));
    size_t count = 0;
    int status;
    if (read_target(a, &target, &status) && documents != NULL) {
        bool all = read_all(a, &arena, documents, &count);
        status = CLI_NO;
        if (count > 0) {
            json_t *document = merge_all(documents, count);
            say_gaps(document);
            status = tell(&target, document) && all ? status_of(document) : CLI_NO;
            json_decref(document);
        }
    }
    for (size_t i = 0; i < count; i++)
        json_decref(documents[i]);
    free(documents);
    free(target.orders);
    lx_arena_free(&arena);
    return status;
}

const struct cli_command cli_matrix_commands[] = {
    {
        .name = "merge",
        .usage = "[--report FORMAT[:FILE]]... FILE...",
        .summary = "put the results of shards together",
        .help =
            "Puts together what \"lxshim matrix --shard I/N --report json:FILE\" has written on "
            "several machines,\nand prints the table. A cell that is in none of the files is "
            "missing; of one that is in several\nthe worst result counts, and both are said. "
            "Exits 0 where each cell is there and passes.\n",
        .options = CLI_REPORT | CLI_EACH,
        .least = 1,
        .most = 100000,
        .run = merge,
    },
    {.name = NULL},
};
