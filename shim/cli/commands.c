/* SPDX-License-Identifier: MIT */
/* The commands of lxshim. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

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
    return cli_help(arguments);
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
        .options = CLI_POLICY | CLI_PROFILE | CLI_MOUNT | CLI_SET | CLI_TRACE | CLI_OBSERVE |
                   CLI_LANE | CLI_COMPLETE | CLI_BIND | CLI_VERBOSE | CLI_QUIET | CLI_REPORT |
                   CLI_FAIL_ON | CLI_ENFORCE | CLI_OVERRIDES | CLI_LATENCY,
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
            "there is nothing to find. See \"lxshim help bisect\".\n",
        .options = CLI_POLICY | CLI_PROFILE | CLI_MOUNT | CLI_SET | CLI_LANE | CLI_COMPLETE |
                   CLI_BIND | CLI_RUNS | CLI_GOOD | CLI_BAD | CLI_SKIP | CLI_TIME_LIMIT | CLI_JOBS |
                   CLI_FRESH | CLI_SETUP | CLI_OUTPUT | CLI_RESTART | CLI_JSON,
        .least = 1,
        .most = -1,
        .run = cli_bisect,
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
        .options = CLI_POLICY | CLI_ERA | CLI_DISTRIBUTION | CLI_USER | CLI_CD | CLI_ETC | CLI_SET |
                   CLI_TRACE | CLI_LANE | CLI_COMPLETE | CLI_BIND | CLI_VERBOSE | CLI_QUIET |
                   CLI_REPORT | CLI_FAIL_ON,
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
        .name = "policy",
        .usage = "COMMAND [OPTION]... [FILE]",
        .summary = "check and show policies, list profiles and rules",
        .help = "Looks into policies. \"lxshim policy COMMAND --help\" tells more of each.\n",
        .commands = cli_policy_commands,
    },
    {
        .name = "explain",
        .usage = "RULE|WORD",
        .summary = "say what a rule does, its values, and why",
        .help =
            "Explains a rule, by its id or the unique beginning of one; or lists the rules that "
            "have WORD\nin their id or text.\n",
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
