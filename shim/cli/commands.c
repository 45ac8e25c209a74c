/* SPDX-License-Identifier: MIT */
/* The commands of lxshim. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "win/command.h"

/* True where a word is no topic, and where there is help about it is said: rules have their own
 * command, and so have the words below a command. */
static bool point_on(const char *word)
{
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        for (const struct cli_command *below = c->commands; below != NULL && below->name != NULL;
             below++)
            if (strcmp(below->name, word) == 0) {
                cli_error("\"%s\" is no topic; see lxshim %s %s --help", word, c->name, word);
                return true;
            }
    for (const struct win_command *c = win_commands; c->name != NULL; c++)
        if (c->summary != NULL && strcmp(c->name, word) == 0) {
            cli_error("\"%s\" is no topic; see lxshim win %s --help", word, word);
            return true;
        }
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        if (strchr(word, '.') != NULL && strncmp(lx_rules[i].id, word, strlen(word)) == 0) {
            cli_error("\"%s\" is no topic; see lxshim explain %s", word, word);
            return true;
        }
    return false;
}

/* What there is help of beside topics. */
static void list_others(void)
{
    printf("or help of a command, as COMMAND --help has it:");
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        if (c->summary != NULL && !cli_is_topic(c->name) && strcmp(c->name, "help") != 0)
            printf(" %s", c->name);
    printf("\n\"lxshim explain RULE\" tells of a rule.\n");
}

/* A topic, or the help of a command that is none. */
static int help(const struct cli_arguments *arguments)
{
    const char *word = arguments->count > 0 ? arguments->rest[0] : "";
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        if (strcmp(c->name, word) == 0 && !cli_is_topic(word)) {
            char path[64];
            snprintf(path, sizeof(path), "lxshim %s", c->name);
            cli_print_help(c, path);
            return CLI_OK;
        }
    if (word[0] != '\0' && !cli_is_topic(word) && point_on(word))
        return CLI_USAGE;
    int status = cli_help(arguments);
    if (word[0] == '\0')
        list_others();
    return status;
}

const struct cli_command cli_commands[] = {
    {
        .name = "run",
        .usage = "[OPTION]... [--] COMMAND [ARGUMENT]...",
        .summary = "run a command with the rules of a policy",
        .help = "Runs COMMAND in a directory that behaves like a Windows drive seen from WSL. The "
                "policy\nis --policy, else $LXSHIM_POLICY, else ./.lxshim.json, else the current "
                "directory as a\ndrive. The exit status is COMMAND's; 127 if it is not found, 126 "
                "if it cannot be run,\n125 if lxshim itself fails. At the end a summary says what "
                "was denied or altered.\n",
        .options = CLI_POLICY | CLI_PROFILE | CLI_FILESYSTEM | CLI_MOUNT | CLI_SET | CLI_TRACE |
                   CLI_OBSERVE | CLI_LANE | CLI_COMPLETE | CLI_BIND | CLI_VERBOSE | CLI_QUIET |
                   CLI_REPORT | CLI_FAIL_ON | CLI_ENFORCE | CLI_OVERRIDES | CLI_SCANNER |
                   CLI_LATENCY | CLI_STACKS,
        .least = 1,
        .most = -1,
        .misused = CLI_FAILED,
        .run = cli_run,
    },
    {
        .name = "bisect",
        .usage = "[OPTION]... [--] COMMAND [ARGUMENT]...",
        .summary = "find the rules, and the calls, that a command fails over",
        .help =
            "Runs COMMAND natively, where it has to pass, and under the policy, where it has to "
            "fail; then\nwith fewer and fewer rules, on fewer and fewer calls, each time in a "
            "fresh copy of the current\ndirectory, until nothing can be left out. Prints the "
            "rules, the calls and a policy in which it\nfails by these alone. Exits 1 where "
            "there is nothing to find, 125 where a run could not be seen whole.\nSee "
            "\"lxshim help bisect\".\n",
        .options = CLI_POLICY | CLI_PROFILE | CLI_FILESYSTEM | CLI_MOUNT | CLI_SET | CLI_LANE |
                   CLI_COMPLETE | CLI_BIND | CLI_RUNS | CLI_GOOD | CLI_BAD | CLI_SKIP |
                   CLI_TIME_LIMIT | CLI_JOBS | CLI_FRESH | CLI_SETUP | CLI_OUTPUT | CLI_RESTART |
                   CLI_JSON | CLI_SCANNER | CLI_LATENCY | CLI_SAID,
        .least = 1,
        .most = -1,
        .run = cli_bisect,
    },
    {
        .name = "matrix",
        .usage = "[OPTION]... [--] COMMAND [ARGUMENT]...",
        .summary = "run a command in every era, and put the results in a table",
        .help =
            "Runs COMMAND natively and in each era of WSL, each time in a fresh copy of the "
            "current directory,\nand prints how it ended, and which rules refused it "
            "something. Exits 0 where it passes in all of\nthem, 1 where it does not, 125 where "
            "it could not be run. See \"lxshim help matrix\".\n",
        .options = CLI_POLICY | CLI_MOUNT | CLI_SET | CLI_LANE | CLI_COMPLETE | CLI_BIND |
                   CLI_ERAS | CLI_VOLUMES | CLI_CLIENTS | CLI_SCANNER | CLI_LATENCY | CLI_BLAME |
                   CLI_EACH | CLI_REPORT | CLI_SHARD | CLI_EMIT | CLI_RUNS | CLI_GOOD | CLI_BAD |
                   CLI_SKIP | CLI_TIME_LIMIT | CLI_JOBS | CLI_FRESH | CLI_SETUP,
        .least = 1,
        .most = -1,
        .run = cli_matrix,
        .commands = cli_matrix_commands,
    },
    {
        .name = "wsl",
        .usage = "[OPTION]... [--] [COMMAND [ARGUMENT]...]",
        .summary = "run a command in what looks like a session of WSL",
        .help =
            "Runs COMMAND, or a login shell, as \"lxshim run\" does, in a session of WSL: every "
            "volume of the\npolicy that has a letter is mounted as /mnt/c is, after the drives of "
            "/etc/fstab, by\n/etc/wsl.conf; the environment has WSL_DISTRO_NAME, WSLENV and "
            "Windows' part of PATH; and\nuname and /proc say that this is WSL (the rules "
            "identity.*, but for what the policy says of\nthem). See \"lxshim help wsl\".\n",
        .options = CLI_POLICY | CLI_ERA | CLI_DISTRIBUTION | CLI_USER | CLI_CD | CLI_ETC |
                   CLI_ROOT | CLI_SET | CLI_TRACE | CLI_LANE | CLI_COMPLETE | CLI_BIND |
                   CLI_VERBOSE | CLI_QUIET | CLI_REPORT | CLI_FAIL_ON | CLI_SCANNER,
        .least = 0,
        .most = -1,
        .misused = CLI_FAILED,
        .run = cli_wsl,
    },
    {
        .name = "report",
        .usage = "[--fail-on RULE[,RULE]...] FORMAT[:FILE]... TRACE",
        .summary = "tell what a trace has of refused calls, for people and for CI",
        .help = "Reads TRACE, which \"lxshim run --trace\" has written (- for standard input), and "
                "writes what\nwas refused in each FORMAT: sarif, junit, github, gitlab, tap, json, "
                "markdown or html; see\n\"lxshim help reports\". Exits 1 where TRACE is none, a "
                "report cannot be written, or\n--fail-on says so.\n",
        .options = CLI_FAIL_ON,
        .least = 2,
        .most = 64,
        .run = cli_report,
    },
    {
        .name = "init",
        .usage = "[OPTION]... [--] [COMMAND [ARGUMENT]...]",
        .summary = "write a policy and a CI workflow for this project",
        .help =
            "Writes .lxshim.json with --era, a workflow for GitHub that runs COMMAND in --eras "
            "by \"lxshim\nmatrix\", and a .gitignore, each where nothing is: what is there stays "
            "as it is, and is said.\nAsks on a terminal for what is not given; --yes asks "
            "nothing, --dry-run prints what it would write.\nExits 1 where nothing was written "
            "because the answer was no, or a file could not be.\n",
        .options = CLI_ERA | CLI_ERAS | CLI_YES | CLI_DRY_RUN,
        .least = 0,
        .most = -1,
        .run = cli_init,
    },
    {
        .name = "gallery",
        .usage = "[OPTION]... [BUG]...",
        .summary = "show bugs that only users of WSL meet, and run them",
        .help =
            "Runs bugs that users of WSL have reported, each as a few lines that work on plain "
            "Linux, fail on\nsuch a drive, and work again with a fix, where there is one; without "
            "BUG all of them. Says of each\nwhether it answers as it was reported, and exits 1 "
            "where one does not, or none could be run.\nSee \"lxshim help gallery\".\n",
        .options = CLI_BUGS | CLI_FROM | CLI_LANE,
        .least = 0,
        .most = 64,
        .run = cli_gallery,
    },
    {
        .name = "policy",
        .usage = "COMMAND [OPTION]... [FILE]",
        .summary = "check and show policies, list profiles and rules",
        .help = "Looks into policies. \"lxshim policy COMMAND --help\" tells more of each.\n",
        .commands = cli_policy_commands,
    },
    {
        .name = "explain",
        .usage = "[OPTION]... RULE|WORD",
        .summary = "say what a rule does, its values, and why",
        .help =
            "Explains a rule, by its id or the unique beginning of one; or lists the rules that "
            "have WORD\nin their id or text, or that answer with an errno (EACCES, \"Permission "
            "denied\"), and in which\neras, and the bugs of the gallery that have it in their "
            "name, title or policy.\nWith options it tells the value that the rule has in those "
            "eras, on that volume, and why.\n",
        .options = CLI_IN_ERA | CLI_IN_VOLUME | CLI_IN_CLIENT | CLI_IN_METADATA,
        .least = 1,
        .most = 1,
        .run = cli_explain,
    },
    {
        .name = "doctor",
        .usage = "[COMMAND]",
        .summary = "say what works here, and for a command",
        .help =
            "Tries what lxshim needs of the kernel and of the current directory, and names the\n"
            "consequence of what is missing. With COMMAND, also whether that program can be\n"
            "covered. Exits 1 if something essential is missing or COMMAND is not covered.\n",
        .least = 0,
        .most = 1,
        .run = cli_doctor,
    },
    {
        .name = "win",
        .usage = "[OPTION]... [COMMAND [ARGUMENT]...]",
        .summary = "see and change the drives as Windows does",
        .help =
            "Runs a command of Windows on the drives of a policy, as cmd.exe would: dir, type, "
            "copy,\nmove, ren, del, md, rd, mklink, attrib, ea, icacls, takeown, fsutil and "
            "others,\n\"lxshim win\" lists them all. Needs no preloaded library. Exits 1 where the "
            "command fails.\n",
        .options = CLI_POLICY | CLI_PROFILE | CLI_MOUNT | CLI_ELEVATED,
        .least = 0,
        .most = -1,
        .run = cli_win,
    },
    {
        .name = "help",
        .usage = "[TOPIC]",
        .summary = "explain a topic",
        .help = "Prints a topic, or the list of them.\n",
        .least = 0,
        .most = 1,
        .run = help,
    },
    {.name = NULL},
};
