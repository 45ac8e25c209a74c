/* SPDX-License-Identifier: MIT */
/* lxshim: run programs on a Windows drive that is none, and look into policies. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/relay.h"
#include "cli/sizes.h"

#ifndef LXSHIM_VERSION
#define LXSHIM_VERSION "unknown"
#endif

static void print_help(void)
{
    cli_heading(stdout, "usage:", " lxshim COMMAND [OPTION]... [ARGUMENT]...\n");
    printf("       lxshim --help | --version\n\n"
           "An ordinary directory that behaves like a Windows drive seen from WSL.\n\n");
    cli_heading(stdout, "commands:", "\n");
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
        if (c->summary != NULL)
            printf("  %-10s %s\n", c->name, c->summary);
    printf("\n\"lxshim COMMAND --help\" tells more, and so does lxshim(1).\n");
}

static int start(int argc, char **argv)
{
    if (argc < 2) {
        cli_error("no command; see lxshim --help");
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("lxshim %s\n", LXSHIM_VERSION);
        return CLI_OK;
    }
    return cli_dispatch(cli_commands, "lxshim", argc - 1, argv + 1);
}

/* Answers that were not written are no answers. */
static int finish(int status)
{
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0 || failed || (fclose(stdout) != 0 && errno != EBADF)) {
        cli_error("cannot write to standard output: %s", strerror(errno));
        return status == CLI_OK ? CLI_NO : status;
    }
    return status;
}

int main(int argc, char **argv)
{
    /* It opens what options, variables and a repository's policy name, with all that it may. */
    if (getuid() != geteuid() || getgid() != getegid()) {
        cli_error(
            "does not run setuid or setgid: it would read, write and run what its caller names "
            "with another's rights");
        return CLI_FAILED;
    }
    if (argc > 1 && strcmp(argv[0], RELAY_STAGE) == 0)
        return relay_stage(argv + 1);
    sizes_lift();
    return finish(start(argc, argv));
}
