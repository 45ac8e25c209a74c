/* SPDX-License-Identifier: MIT */
/* The options of all commands, and commands found by their names. */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "policy/nearest.h"

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

const char *const cli_lanes[] = {"both", "preload", "supervisor", NULL};
const char *const cli_clients[] = {
#define CLIENT(symbol, word, protocol, us, evidence) word,
#define COST(protocol, class, each, more, us)
#include "policy/latency.def"
#undef CLIENT
#undef COST
    "off", NULL};
const char *const cli_binds[] = {"auto", "always", "never", NULL};  /* enum bind_when */
const char *const cli_fresh[] = {"copy", "worktree", "none", NULL}; /* enum trial_fresh */

#define KIND(symbol, word, axis, room) word,
const char *const cli_filesystems[] = {
#include "policy/axes.def"
    NULL};
#undef KIND

static const char *const clients[] = {"drvfs", "9p", "virtiofs", NULL};
static const char *const engines[] = {"github", "gitlab", NULL};

const struct cli_option_info cli_options[] = {
    {CLI_POLICY, 0, "policy", "FILE", "use this policy", NULL},
    {CLI_PROFILE, 0, "profile", "NAME", "start from this built-in profile", NULL},
    {CLI_FILESYSTEM, 0, "filesystem", "KIND",
     "all volumes are of this kind, whatever the policy says", cli_filesystems},
    {CLI_MOUNT, 0, "mount", "TYPE:SOURCE:TARGET[:BACKING][,OPTIONS]",
     "mount this, instead of the policy's mounts; may be repeated", NULL},
    {CLI_SET, 0, "set", "RULE=VALUE",
     "set a rule for all mounts, over everything else; may be "
     "repeated",
     NULL},
    {CLI_TRACE, 0, "trace", "[all:]FILE", "write changed calls, or all, to FILE as JSON lines",
     NULL},
    {CLI_OBSERVE, 0, "observe", NULL, "let every call through and count what rules would have done",
     NULL},
    {CLI_ENFORCE, 0, "enforce", "RULE[,RULE]...",
     "only these rules speak; what the others would have done is counted", NULL},
    {CLI_OVERRIDES, 0, "overrides", "FILE", "an array of overrides, instead of the policy's own",
     NULL},
    {CLI_SCANNER, 0, "scanner", "NAME[,KEY=VALUE]...",
     "a scanner of Windows' opens files that were written: see \"lxshim help scanner\"", NULL},
    {CLI_LATENCY, 0, "latency", "[count:]CLIENT[:SEED]",
     "calls in a drive take as long as on that client of Windows' drives, or it is only counted; "
     "see \"lxshim help latency\"",
     cli_clients},
    {CLI_LANE, 0, "lane", "LANE",
     "see calls by the preloaded library (preload), by the supervisor (supervisor), or by both",
     cli_lanes},
    {CLI_COMPLETE, 0, "require-complete", NULL, "do not start where the supervisor cannot be had",
     NULL},
    {CLI_BIND, 0, "bind", "WHEN",
     "mounts whose backing is elsewhere are bind mounts in a namespace of their own: with the "
     "privilege to mount (auto), without it in a user namespace, too, where other users are nobody "
     "and setuid programs change nothing (always), or translated paths (never)",
     cli_binds},
    {CLI_VERBOSE, 'v', "verbose", NULL,
     "say how the policy's mounts are made, and where the policy is from", NULL},
    {CLI_SAID, 'v', "verbose", NULL, "show what each run prints last", NULL},
    {CLI_QUIET, 'q', "quiet", NULL,
     "no word on which policy is used or that there is no supervisor, and no summary at the end",
     NULL},
    {CLI_JSON, 0, "json", NULL, "print JSON", NULL},
    {CLI_LIST, 0, "list", NULL, "print the directories that are trusted", NULL},
    {CLI_ELEVATED, 0, "elevated", NULL, "with an administrator's token, whatever the policy says",
     NULL},
    {CLI_REMOVE, 0, "remove", NULL, "trust the directory no longer", NULL},
    {CLI_REPORT, 0, "report", "FORMAT[:FILE]",
     "at the end, write a report to FILE or standard output; may be repeated; see \"lxshim help "
     "reports\", and for those of a matrix \"lxshim help matrix\"",
     NULL},
    {CLI_FAIL_ON, 0, "fail-on", "RULE[,RULE]...",
     "fail although the command has succeeded, where one of these rules refused something, or any "
     "that programs do not expect (denied)",
     NULL},
    {CLI_STACKS, 0, "stacks", NULL,
     "write the stack of each refused call to the trace, by the supervisor alone", NULL},
    {CLI_RUNS, 0, "runs", "N",
     "test each set of rules up to N times: it fails if one of the runs does (1)", NULL},
    {CLI_GOOD, 0, "good", "CODES", "exit statuses with which the command passes: 0,3-5 (0)", NULL},
    {CLI_BAD, 0, "bad", "CODES", "only these are the failure that is looked for", NULL},
    {CLI_SKIP, 0, "skip", "CODES", "exit statuses that say neither (125)", NULL},
    {CLI_TIME_LIMIT, 0, "time-limit", "SECONDS",
     "a run that takes longer is stopped, and has failed", NULL},
    {CLI_JOBS, 'j', "jobs", "N", "make up to N runs at once", NULL},
    {CLI_FRESH, 0, "fresh", "HOW",
     "each run finds a copy of the current directory (copy), a work tree of git's with what is "
     "committed (worktree), or the directory itself (none)",
     cli_fresh},
    {CLI_SETUP, 0, "setup", "COMMAND", "a line for sh, run natively in each fresh copy", NULL},
    {CLI_OUTPUT, 0, "output", "FILE", "write the policy to FILE", NULL},
    {CLI_RESTART, 0, "restart", NULL, "forget what an interrupted bisect has found out", NULL},
    {CLI_ERAS, 0, "eras", "LIST",
     "the eras, divided by commas: profiles, \"wsl1\" or \"wsl2\" for all of either, native, or "
     "all "
     "of these (all)",
     NULL},
    {CLI_VOLUMES, 0, "volumes", "LIST",
     "each era on each of these kinds of volumes, divided by commas, or on all", cli_filesystems},
    {CLI_CLIENTS, 0, "clients", "LIST",
     "of the eras those whose drives are seen by one of these: drvfs, 9p, virtiofs", clients},
    {CLI_IN_ERA, 0, "era", "LIST",
     "the value in these eras, divided by commas: profiles, \"wsl1\" or \"wsl2\" for all of either "
     "(all)",
     NULL},
    {CLI_IN_VOLUME, 0, "volume", "LIST", "on each of these kinds of volumes, or on all",
     cli_filesystems},
    {CLI_IN_CLIENT, 0, "client", "LIST",
     "in those eras whose drives are seen by one of these: drvfs, 9p, virtiofs", clients},
    {CLI_IN_METADATA, 0, "metadata", NULL, "where a mount has the option metadata", NULL},
    {CLI_BLAME, 0, "blame", NULL, "find the rules that each failing cell fails over, by more runs",
     NULL},
    {CLI_EACH, 0, "each", NULL, "a row for each cell, though several end alike", NULL},
    {CLI_SHARD, 0, "shard", "I/N|auto[/N]",
     "run the I-th of N parts alone, or the one that the variables of an engine name", NULL},
    {CLI_EMIT, 0, "emit", "ENGINE[:N]",
     "run nothing, and print what makes jobs of the cells, or N jobs of all, for github or gitlab",
     engines},
    {CLI_YES, 'y', "yes", NULL, "ask nothing", NULL},
    {CLI_DRY_RUN, 'n', "dry-run", NULL, "write nothing, and say what would be written", NULL},
    {CLI_ERA, 0, "era", "NAME",
     "be WSL of that era, a built-in profile; wsl2-9p where nothing says another", NULL},
    {CLI_DISTRIBUTION, 0, "distribution", "NAME",
     "be the distribution of that name (WSL_DISTRO_NAME)", NULL},
    {CLI_USER, 0, "user", "NAME",
     "be that user, with HOME, USER, LOGNAME, SHELL; another needs root", NULL},
    {CLI_CD, 0, "cd", "DIRECTORY", "begin there: a path of Linux' or Windows', or ~", NULL},
    {CLI_ETC, 0, "etc", "DIRECTORY", "read wsl.conf and fstab there instead of in /etc", NULL},
    {CLI_ROOT, 0, "root", "DIRECTORY",
     "have that directory for /, by root's right, in a user namespace, or translated", NULL},
    {CLI_BUGS, 0, "list", NULL, "print what there is, and run nothing", NULL},
    {CLI_FROM, 0, "from", "DIRECTORY", "take the bugs of another directory", NULL},
    {0, 0, NULL, NULL, NULL, NULL},
};
#define OPTION_COUNT (SIZE(cli_options) - 1)

/* Options that are kept as they are given. */
static const struct {
    cli_option bit;
    size_t at; /* a const char * of the arguments */
} texts[] = {
    {CLI_PROFILE, offsetof(struct cli_arguments, request.profile)},
    {CLI_ERA, offsetof(struct cli_arguments, request.profile)},
    {CLI_FILESYSTEM, offsetof(struct cli_arguments, request.filesystem)},
    {CLI_ERAS, offsetof(struct cli_arguments, eras)},
    {CLI_VOLUMES, offsetof(struct cli_arguments, volumes)},
    {CLI_CLIENTS, offsetof(struct cli_arguments, clients)},
    {CLI_IN_ERA, offsetof(struct cli_arguments, eras)},
    {CLI_IN_VOLUME, offsetof(struct cli_arguments, volumes)},
    {CLI_IN_CLIENT, offsetof(struct cli_arguments, clients)},
    {CLI_SHARD, offsetof(struct cli_arguments, shard)},
    {CLI_EMIT, offsetof(struct cli_arguments, emit)},
    {CLI_DISTRIBUTION, offsetof(struct cli_arguments, distribution)},
    {CLI_USER, offsetof(struct cli_arguments, user)},
    {CLI_CD, offsetof(struct cli_arguments, directory)},
    {CLI_ETC, offsetof(struct cli_arguments, etc)},
    {CLI_ROOT, offsetof(struct cli_arguments, root)},
    {CLI_FROM, offsetof(struct cli_arguments, from)},
    {CLI_ENFORCE, offsetof(struct cli_arguments, request.enforce)},
    {CLI_OVERRIDES, offsetof(struct cli_arguments, request.overrides)},
    {CLI_SCANNER, offsetof(struct cli_arguments, request.scanner)},
    {CLI_LATENCY, offsetof(struct cli_arguments, request.latency)},
    {CLI_LANE, offsetof(struct cli_arguments, lane)},
    {CLI_BIND, offsetof(struct cli_arguments, bind)},
    {CLI_FAIL_ON, offsetof(struct cli_arguments, fail_on)},
    {CLI_RUNS, offsetof(struct cli_arguments, runs)},
    {CLI_GOOD, offsetof(struct cli_arguments, good)},
    {CLI_BAD, offsetof(struct cli_arguments, bad)},
    {CLI_SKIP, offsetof(struct cli_arguments, skip)},
    {CLI_TIME_LIMIT, offsetof(struct cli_arguments, time_limit)},
    {CLI_JOBS, offsetof(struct cli_arguments, jobs)},
    {CLI_FRESH, offsetof(struct cli_arguments, fresh)},
    {CLI_SETUP, offsetof(struct cli_arguments, setup)},
    {CLI_OUTPUT, offsetof(struct cli_arguments, output)},
};

/* Options without an argument. */
static const struct {
    cli_option bit;
    size_t at; /* a bool */
} flags[] = {
    {CLI_OBSERVE, offsetof(struct cli_arguments, request.observe)},
    {CLI_QUIET, offsetof(struct cli_arguments, quiet)},
    {CLI_JSON, offsetof(struct cli_arguments, json)},
    {CLI_COMPLETE, offsetof(struct cli_arguments, complete)},
    {CLI_VERBOSE, offsetof(struct cli_arguments, verbose)},
    {CLI_SAID, offsetof(struct cli_arguments, verbose)},
    {CLI_STACKS, offsetof(struct cli_arguments, stacks)},
    {CLI_LIST, offsetof(struct cli_arguments, list)},
    {CLI_BUGS, offsetof(struct cli_arguments, list)},
    {CLI_ELEVATED, offsetof(struct cli_arguments, elevated)},
    {CLI_REMOVE, offsetof(struct cli_arguments, remove)},
    {CLI_RESTART, offsetof(struct cli_arguments, restart)},
    {CLI_BLAME, offsetof(struct cli_arguments, blame)},
    {CLI_EACH, offsetof(struct cli_arguments, each)},
    {CLI_IN_METADATA, offsetof(struct cli_arguments, metadata)},
    {CLI_YES, offsetof(struct cli_arguments, yes)},
    {CLI_DRY_RUN, offsetof(struct cli_arguments, dry_run)},
};

static void note_option(struct cli_arguments *out, cli_option bit, char *value, char **mounts,
                        char **sets)
{
    struct lx_request *request = &out->request;
    char *base = (char *)out;
    for (size_t i = 0; i < SIZE(texts); i++)
        if (texts[i].bit == bit)
            *(const char **)(void *)(base + texts[i].at) = value;
    for (size_t i = 0; i < SIZE(flags); i++)
        if (flags[i].bit == bit)
            *(bool *)(void *)(base + flags[i].at) = true;
    if (bit == CLI_ERA)
        request->profile_from = "--era";
    if (bit == CLI_POLICY) {
        request->file = value;
        request->file_from = "--policy";
    } else if (bit == CLI_MOUNT) {
        mounts[request->mount_count++] = value;
    } else if (bit == CLI_SET) {
        sets[request->set_count++] = value;
    } else if (bit == CLI_TRACE) {
        request->trace = value;
        request->trace_from = "--trace";
    } else if (bit == CLI_REPORT) {
        out->reports[out->report_count++] = value;
    }
}

/* The options of a command for getopt_long: `val` is the index in our table plus one. */
static void long_options(cli_option wanted, struct option *out)
{
    size_t n = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((wanted & cli_options[i].bit) != 0)
            out[n++] =
                (struct option){cli_options[i].name,
                                cli_options[i].argument != NULL ? required_argument : no_argument,
                                NULL, (int)i + 1};
    out[n++] = (struct option){"help", no_argument, NULL, 'h'};
    out[n] = (struct option){NULL, 0, NULL, 0};
}

/* What is wrong with the option that getopt_long has just refused. */
static void refused_option(const char *path, const char *given, const struct option *known)
{
    struct lx_nearest nearest;
    char cure[64];
    char word[64];
    char dashed[72];
    char near[72];
    const char letter[] = {(char)optopt, '\0'};
    bool is_long = strncmp(given, "--", 2) == 0;
    /* Of letters in one word it is the one that getopt_long has come to. */
    const char *start = is_long ? given + 2 : letter;
    snprintf(word, sizeof(word), "%.*s", (int)strcspn(start, "="), start);
    lx_nearest_start(&nearest, word);
    for (const struct option *o = known; o->name != NULL; o++) {
        if (optopt == o->val && strcmp(o->name, word) == 0) {
            cli_error("--%s takes no argument; see %s --help", word, path);
            return;
        }
        lx_nearest_try(&nearest, o->name);
    }
    const char *found = is_long ? lx_nearest_found(&nearest) : NULL;
    snprintf(cure, sizeof(cure), "%s --help", path);
    snprintf(dashed, sizeof(dashed), "%s%s", is_long ? "--" : "-", word);
    snprintf(near, sizeof(near), "--%s", found == NULL ? "" : found);
    cli_unknown("option", dashed, found == NULL ? NULL : near, cure);
}

/* getopt takes what comes next for an option's argument, whatever it is: "--trace -- make". */
static void missing_argument(const struct cli_option_info *option, const char *next)
{
    cli_error("--%s needs an argument (%s) before %s; one that is meant so is written --%s=%s",
              option->name, option->argument, next, option->name, next);
}

static void free_arguments(struct cli_arguments *arguments)
{
    free((void *)(uintptr_t)arguments->request.mounts);
    free((void *)(uintptr_t)arguments->request.sets);
    free(arguments->reports);
}

static bool usage(const struct cli_command *command, int *status)
{
    *status = command->misused != 0 ? command->misused : CLI_USAGE;
    return false;
}

/* The index of what getopt_long has returned, a letter or a number; or OPTION_COUNT. */
static size_t option_of(const struct cli_command *command, int c)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((command->options & cli_options[i].bit) != 0 &&
            (c == (int)i + 1 || c == cli_options[i].letter))
            return i;
    return OPTION_COUNT;
}

bool cli_parse(const struct cli_command *command, const char *path, int argc, char **argv,
               struct cli_arguments *out, int *status)
{
    struct option known[OPTION_COUNT + 2];
    char **mounts = calloc((size_t)argc + 1, sizeof(char *));
    char **sets = calloc((size_t)argc + 1, sizeof(char *));
    int c;

    *out = (struct cli_arguments){.request.mounts = mounts,
                                  .request.sets = sets,
                                  .reports = calloc((size_t)argc + 1, sizeof(char *))};
    if (mounts == NULL || sets == NULL || out->reports == NULL) {
        cli_error("out of memory");
        *status = CLI_FAILED;
        return false;
    }
    long_options(command->options, known);
    opterr = 0;
    optind = 0; /* glibc: begin anew */
    /* A command line of somebody else's begins at the first argument: its options are not ours. */
    while ((c = getopt_long(argc, argv, command->most < 0 ? "+:hqvynj:" : ":hqvynj:", known,
                            NULL)) != -1) {
        if (c == 'h') {
            cli_print_help(command, path);
            *status = CLI_OK;
            return false;
        }
        size_t i = option_of(command, c);
        if (c == ':') {
            cli_error("%s needs an argument; see %s --help", argv[optind - 1], path);
            return usage(command, status);
        }
        if (i == OPTION_COUNT) {
            refused_option(path, argv[optind - 1], known);
            return usage(command, status);
        }
        if (optarg != NULL && optarg == argv[optind - 1] && strncmp(optarg, "--", 2) == 0) {
            missing_argument(&cli_options[i], optarg);
            return usage(command, status);
        }
        note_option(out, cli_options[i].bit, optarg, mounts, sets);
    }
    out->count = argc - optind;
    out->rest = argv + optind;
    if (out->count < command->least || (command->most >= 0 && out->count > command->most)) {
        cli_error("usage: %s%s%s", path, command->usage[0] != '\0' ? " " : "", command->usage);
        return usage(command, status);
    }
    return true;
}

void cli_print_help(const struct cli_command *command, const char *path)
{
    cli_heading(stdout, "usage:", " ");
    printf("%s%s%s\n\n", path, command->usage[0] != '\0' ? " " : "", command->usage);
    cli_fill(command->help);
    if (command->options != 0)
        cli_heading(stdout, "\noptions:", "\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if ((command->options & cli_options[i].bit) == 0)
            continue;
        const char *argument = cli_options[i].argument;
        const char letter[] = {',', ' ', '-', cli_options[i].letter, '\0'};
        printf("  --%s%s%s%s\n", cli_options[i].name, argument != NULL ? " " : "",
               argument != NULL ? argument : "", letter[3] != 0 ? letter : "");
        cli_wrap(8, cli_options[i].help);
    }
    if (command->commands == NULL)
        return;
    cli_heading(stdout, "\ncommands:", "\n");
    for (const struct cli_command *c = command->commands; c->name != NULL; c++)
        if (c->summary != NULL)
            printf("  %-10s %s\n", c->name, c->summary);
}

/* The command of a name, or the end of the table. */
static const struct cli_command *find(const struct cli_command *table, const char *name)
{
    while (table->name != NULL && strcmp(table->name, name) != 0)
        table++;
    return table;
}

static int unknown_command(const struct cli_command *table, const char *path, const char *name)
{
    struct lx_nearest nearest;
    char cure[64];
    lx_nearest_start(&nearest, name);
    for (const struct cli_command *c = table; c->name != NULL; c++)
        lx_nearest_try(&nearest, c->name);
    snprintf(cure, sizeof(cure), "%s --help", path);
    cli_unknown("command", name, lx_nearest_found(&nearest), cure);
    return CLI_USAGE;
}

int cli_dispatch(const struct cli_command *table, const char *path, int argc, char **argv)
{
    const struct cli_command *c = find(table, argv[0]);
    struct cli_arguments arguments;
    char below[64];
    int status;
    if (c->name == NULL)
        return unknown_command(table, path, argv[0]);
    snprintf(below, sizeof(below), "%s %s", path, c->name);
    if (c->commands != NULL && argc > 1 && argv[1][0] != '-' &&
        (c->run == NULL || find(c->commands, argv[1])->name != NULL))
        return cli_dispatch(c->commands, below, argc - 1, argv + 1);
    if (cli_parse(c, below, argc, argv, &arguments, &status)) {
        status = CLI_USAGE;
        if (c->run != NULL)
            status = c->run(&arguments);
        else
            cli_error("%s needs a command; see %s --help", below, below);
    }
    free_arguments(&arguments);
    return status;
}
