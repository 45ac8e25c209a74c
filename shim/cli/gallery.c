/* SPDX-License-Identifier: MIT */
/* lxshim gallery: bugs that users of WSL have reported, each as a few lines that fail on a drive.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bug.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/relay.h"
#include "policy/image.h"
#include "policy/nearest.h"

/* Which signal wants an end, or 0. Its handler writes it. */
static volatile sig_atomic_t ending;

static void note_ending(int signal_number)
{
    ending = signal_number;
}

/* A run, what it has to say, and what it said. */
struct answer {
    const char *where;
    const char *script;
    bool native;
    const char *expected; /* a file of the bug's */
    const char *recorded;
    const char *printed;
};

enum outcome { AS_RECORDED, OTHERWISE, NOT_RUN };

/* Prints each line of a text behind a word. */
static void print_lines(const char *word, const char *text)
{
    while (*text != '\0') {
        int n = (int)strcspn(text, "\n");
        printf("%s%.*s\n", word, n, text);
        text += n + (text[n] == '\n');
    }
}

static void print_behind(const char *who, const char *text)
{
    char word[32];
    snprintf(word, sizeof(word), "  %-12s | ", who);
    print_lines(word, text[0] != '\0' ? text : "\n");
}

/* What there is to say of a bug before it is run. */
static void introduce(const struct bug *bug, struct lx_arena *arena)
{
    const char *policy = bug_text(bug, "policy.json", arena);
    printf("%s\n", bug->id);
    cli_wrap(2, bug->title);
    printf("  reported: %s\n", bug->reported);
    print_lines("  policy:   ", policy != NULL ? policy : "\n");
}

static bool is_as_recorded(const struct answer *a)
{
    return a->recorded != NULL && strcmp(a->printed, a->recorded) == 0;
}

static void print_difference(const struct answer *a)
{
    printf("  %s answers otherwise than %s has:\n", a->where, a->expected);
    print_behind(a->expected, a->recorded != NULL ? a->recorded : "there is no such file");
    print_behind("answered", a->printed);
}

/* Shows a run: its steps, before the first of two, and what it printed. */
static void show(const struct bug *bug, const struct answer *a, struct lx_arena *arena)
{
    bool fixed = strcmp(a->script, "fix.sh") == 0;
    if (a->native && fixed) {
        putchar('\n');
        cli_wrap(2, lx_arena_format(arena, "The fix: %s", bug->fix));
    }
    if (a->native) {
        putchar('\n');
        print_lines("  $ ", fixed ? bug->fix_steps : bug->steps);
        putchar('\n');
    }
    print_behind(a->where, a->printed);
    fflush(stdout);
}

/* Runs a bug, and tells. told: all is shown, and not only what is otherwise than recorded. */
static enum outcome run(const struct bug *bug, bool told, const char *lane, struct lx_arena *arena)
{
    struct answer answers[] = {
        {"plain Linux", "bug.sh", true, "linux.txt", NULL, NULL},
        {"the drive", "bug.sh", false, "wsl.txt", NULL, NULL},
        {"plain Linux", "fix.sh", true, "linux.txt", NULL, NULL},
        {"the drive", "fix.sh", false, "linux.txt", NULL, NULL},
    };
    static const char *const words[] = {"ok", "OTHERWISE", "not run"};
    size_t count = bug->fix != NULL ? 4 : 2;
    enum outcome outcome = AS_RECORDED;
    const char *why = bug_lacks(bug, arena);
    if (told)
        introduce(bug, arena);
    size_t answered = 0;
    while (why == NULL && ending == 0 && answered < count) {
        struct answer *a = &answers[answered];
        a->recorded = bug_text(bug, a->expected, arena);
        a->printed = bug_run(bug, a->script, a->native, lane, arena, &why);
        if (a->printed == NULL)
            break;
        answered++;
        if (told)
            show(bug, a, arena);
        if (!is_as_recorded(a))
            outcome = OTHERWISE;
    }
    progress_clear();
    if (ending != 0)
        return NOT_RUN;
    if (why != NULL)
        outcome = NOT_RUN;
    if (told)
        printf("\n  %s%s%s\n", words[outcome], why != NULL ? ": " : "", why != NULL ? why : "");
    else
        printf("%-9s %s%s%s\n", words[outcome], bug->id, why != NULL ? ": " : "",
               why != NULL ? why : "");
    for (size_t i = 0; outcome == OTHERWISE && i < answered; i++)
        if (!is_as_recorded(&answers[i]))
            print_difference(&answers[i]);
    if (told)
        putchar('\n');
    fflush(stdout);
    return outcome;
}

static void set_endings(const struct sigaction *action)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaction(signals[i], action, NULL);
}

/* Runs what was chosen. Returns an exit status, or -signal. */
static int run_all(const struct bug *const *bugs, size_t count, bool told, const char *lane)
{
    size_t outcomes[] = {0, 0, 0};
    const struct sigaction noted = {.sa_handler = note_ending};
    const struct sigaction before = {.sa_handler = SIG_DFL};
    set_endings(&noted);
    for (size_t i = 0; i < count && ending == 0; i++) {
        struct lx_arena arena = {NULL};
        if (!told)
            progress_show("%zu of %zu: %s", i + 1, count, bugs[i]->id);
        outcomes[run(bugs[i], told, lane, &arena)]++;
        lx_arena_free(&arena);
    }
    set_endings(&before);
    if (ending != 0)
        return -ending;
    printf("%zu as recorded, %zu otherwise, %zu not run\n", outcomes[AS_RECORDED],
           outcomes[OTHERWISE], outcomes[NOT_RUN]);
    return outcomes[OTHERWISE] == 0 && outcomes[AS_RECORDED] > 0 ? CLI_OK : CLI_NO;
}

static const struct bug *find(const struct bug *bugs, size_t count, const char *id)
{
    struct lx_nearest nearest;
    lx_nearest_start(&nearest, id);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(bugs[i].id, id) == 0)
            return &bugs[i];
        lx_nearest_try(&nearest, bugs[i].id);
    }
    cli_unknown("bug", id, lx_nearest_found(&nearest), "lxshim gallery --list");
    return NULL;
}

static int list(const struct bug *const *bugs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%-26s %-14s %s\n", bugs[i]->id, bugs[i]->profile, bugs[i]->title);
    return CLI_OK;
}

int cli_gallery(const struct cli_arguments *arguments)
{
    struct lx_arena arena = {NULL};
    struct bug *all = NULL;
    const char *gallery = arguments->from != NULL ? arguments->from : bug_gallery(&arena);
    size_t count = gallery == NULL ? 0 : bug_all(gallery, &arena, &all);
    char library[PATH_MAX * 2];
    size_t chosen = 0;
    int status = CLI_OK;
    if (count == 0) {
        cli_error("%s has no bugs", gallery != NULL ? gallery : "there is no gallery: this build");
        status = CLI_NO;
    } else if (getenv(LX_STATE_VARIABLE) != NULL && !arguments->list) {
        cli_error("this is on a drive already (" LX_STATE_VARIABLE
                  " is set): nothing here would run natively");
        status = CLI_FAILED;
    } else if (arguments->lane != NULL && cli_choose("lane", arguments->lane, cli_lanes) < 0) {
        status = CLI_USAGE;
    } else if (!arguments->list && !cli_library_ready(library, sizeof(library))) {
        status = CLI_FAILED;
    }
    const struct bug **bugs =
        lx_arena_alloc(&arena, (count + (size_t)arguments->count + 1) * sizeof(struct bug *));
    for (int i = 0; status == CLI_OK && i < arguments->count; i++) {
        bugs[chosen] = find(all, count, arguments->rest[i]);
        status = bugs[chosen++] == NULL ? CLI_USAGE : CLI_OK;
    }
    for (size_t i = 0; arguments->count == 0 && i < count; i++)
        bugs[chosen++] = &all[i];
    if (status == CLI_OK)
        status = arguments->list ? list(bugs, chosen)
                                 : run_all(bugs, chosen, arguments->count > 0,
                                           cli_lane_of_runs(arguments->lane, false));
    lx_arena_free(&arena);
    return status < 0 ? relay_end(-status) : status;
}
