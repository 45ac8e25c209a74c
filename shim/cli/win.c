/* SPDX-License-Identifier: MIT */
/* lxshim win: the drives of a policy as Windows sees them. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "policy/nearest.h"
#include "win/command.h"

static int unknown(const char *name)
{
    struct lx_nearest nearest;
    if (strcmp(name, "cd") == 0 || strcmp(name, "chdir") == 0 || strcmp(name, "exit") == 0) {
        fprintf(stderr, "lxshim: %s is about a prompt, and \"lxshim win cmd\" has one\n", name);
        return CLI_USAGE;
    }
    lx_nearest_start(&nearest, name);
    for (const struct win_command *c = win_commands; c->name != NULL; c++)
        lx_nearest_try(&nearest, c->name);
    cli_unknown("command", name, lx_nearest_found(&nearest), "lxshim win");
    return CLI_USAGE;
}

/* True where an argument says which drive it is about. */
static bool names_drive(const struct cli_arguments *arguments)
{
    for (int i = 1; i < arguments->count; i++)
        if (isalpha((unsigned char)arguments->rest[i][0]) && arguments->rest[i][1] == ':')
            return true;
    return false;
}

int cli_win(const struct cli_arguments *arguments)
{
    static struct win win; /* large */
    struct lx_effective policy;
    struct lx_request request = arguments->request;
    int status = CLI_FAILED;
    if (arguments->count == 0 || strcmp(arguments->rest[0], "help") == 0) {
        puts("lxshim win COMMAND:");
        win_print_commands(win_commands, stdout);
        puts("\n\"lxshim win COMMAND --help\" says more of one.");
        return CLI_OK;
    }
    const struct win_command *command = win_find_command(win_commands, arguments->rest[0]);
    if (command == NULL)
        return unknown(arguments->rest[0]);
    if (request.file == NULL && request.mount_count == 0)
        cli_default_policy(&request);
    if (cli_load(&request, &policy)) {
        bool here = win_start(&win, &policy, win_commands);
        if (arguments->elevated)
            win.elevated = win.may_link = true;
        if (win.drive_count == 0) {
            cli_error("the policy has no drive with a letter");
        } else {
            if (!here && !names_drive(arguments) && command->run != win_nt)
                cli_error("this directory is on no drive; what is named without one is from %s",
                          win.directory);
            status = win_run(&win, command, arguments->count - 1, arguments->rest + 1, NULL);
        }
    }
    lx_effective_free(&policy);
    return status;
}
