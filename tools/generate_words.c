/* SPDX-License-Identifier: MIT */
/*
 * The words of completions: of commands, options, what options take, rules and their values. Each
 * list has a name, by which the shells' own parts of completions/ ask for it: "commands",
 * "commands policy", "options policy show", "arguments" (options that take one), "--profile",
 * "rules", "values names.illegal".
 */
#include "cli/cli.h"
#include "policy/embedded.h"
#include "policy/rules.h"
#include "tools/generate.h"
#include "win/command.h"

/* How a shell spells a branch of its switch. */
struct spelling {
    const char *head;
    const char *before; /* the name of a branch, */
    const char *after;  /* and behind it */
    const char *end;    /* of a branch */
    const char *tail;
};

static const struct spelling posix = {"_lxshim_words() {\n  case $1 in\n", "    '", "') echo",
                                      " ;;\n", "  esac\n}\n"};
static const struct spelling fish = {"function __lxshim_words\n    switch \"$argv[1]\"\n",
                                     "        case '", "'\n            printf '%s\\n'", "\n",
                                     "    end\nend\n"};

static void branch(FILE *out, const struct spelling *s, const char *kind, const char *of)
{
    fprintf(out, "%s%s%s%s%s", s->before, kind, of[0] != '\0' ? " " : "", of, s->after);
}

static void commands(FILE *out, const struct spelling *s, const struct cli_command *table,
                     const char *path)
{
    branch(out, s, "commands", path);
    for (const struct cli_command *c = table; c->name != NULL; c++)
        if (c->summary != NULL)
            fprintf(out, " %s", c->name);
    fputs(s->end, out);
}

static void options_of(FILE *out, const struct spelling *s, const struct cli_command *command,
                       const char *path)
{
    branch(out, s, "options", path);
    for (const struct cli_option_info *o = cli_options; o->name != NULL; o++)
        if ((command->options & o->bit) != 0)
            fprintf(out, " --%s", o->name);
    fprintf(out, " --help");
    fputs(s->end, out);
}

/* Every command with its options, and those below it. */
static void command_words(FILE *out, const struct spelling *s, const struct cli_command *table,
                          const char *above)
{
    char path[64];
    commands(out, s, table, above);
    for (const struct cli_command *c = table; c->name != NULL; c++) {
        if (c->summary == NULL)
            continue;
        snprintf(path, sizeof(path), "%s%s%s", above, above[0] != '\0' ? " " : "", c->name);
        options_of(out, s, c, path);
        if (c->commands != NULL)
            command_words(out, s, c->commands, path);
    }
}

static void other_words(FILE *out, const struct spelling *s)
{
    branch(out, s, "commands", "win");
    for (const struct win_command *c = win_commands; c->name != NULL; c++)
        if (c->summary != NULL)
            fprintf(out, " %s", c->name);
    fputs(s->end, out);
    branch(out, s, "topics", "");
    for (size_t i = 0; cli_topic(i) != NULL; i++)
        fprintf(out, " %s", cli_topic(i));
    fputs(s->end, out);
    static const char *const profiles[] = {"--profile", "--era", "--eras"};
    for (size_t k = 0; k < sizeof(profiles) / sizeof(profiles[0]); k++) {
        branch(out, s, profiles[k], "");
        for (size_t i = 0; lx_embedded_profiles[i].name != NULL; i++)
            fprintf(out, " %s", lx_embedded_profiles[i].name);
        fputs(s->end, out);
    }
    branch(out, s, "arguments", "");
    for (const struct cli_option_info *o = cli_options; o->name != NULL; o++)
        if (o->argument != NULL)
            fprintf(out, " --%s", o->name);
    fputs(s->end, out);
    for (const struct cli_option_info *o = cli_options; o->name != NULL; o++) {
        char name[32];
        if (o->words == NULL)
            continue;
        snprintf(name, sizeof(name), "--%s", o->name);
        branch(out, s, name, "");
        for (size_t i = 0; o->words[i] != NULL; i++)
            fprintf(out, " %s", o->words[i]);
        fputs(s->end, out);
    }
}

static void rule_words(FILE *out, const struct spelling *s)
{
    branch(out, s, "rules", "");
    for (unsigned i = 0; i < LX_RULE_COUNT; i++)
        fprintf(out, " %s", lx_rules[i].id);
    fputs(s->end, out);
    for (unsigned i = 0; i < LX_RULE_COUNT; i++) {
        branch(out, s, "values", lx_rules[i].id);
        for (unsigned v = 0; v < LX_VALUE_COUNT; v++)
            if ((lx_rules[i].values >> v & 1) != 0)
                fprintf(out, " %s", lx_value_word((enum lx_value)v));
        fputs(s->end, out);
    }
}

static void words(FILE *out, const struct spelling *s)
{
    fputs(s->head, out);
    command_words(out, s, cli_commands, "");
    other_words(out, s);
    rule_words(out, s);
    fputs(s->tail, out);
}

void generate_words(FILE *out)
{
    words(out, &posix);
}

void generate_words_fish(FILE *out)
{
    words(out, &fish);
}

/* A command's options, and those of the commands below it. */
static void options_by_command(FILE *out, const struct cli_command *table, const char *above)
{
    char path[64];
    for (const struct cli_command *c = table; c->name != NULL; c++) {
        const char *between = "";
        if (c->summary == NULL)
            continue;
        snprintf(path, sizeof(path), "%s%s%s", above, above[0] != '\0' ? " " : "", c->name);
        if (c->options != 0)
            fprintf(out, ".TP\n.B %s\n", path);
        for (const struct cli_option_info *o = cli_options; o->name != NULL; o++) {
            if ((c->options & o->bit) == 0)
                continue;
            fprintf(out, "%s\\-\\-", between);
            for (const char *at = o->name; *at != '\0'; at++)
                fprintf(out, *at == '-' ? "\\-" : "%c", *at);
            between = ",\n";
        }
        if (c->options != 0)
            putc('\n', out);
        if (c->commands != NULL)
            options_by_command(out, c->commands, path);
    }
}

void generate_options(FILE *out)
{
    options_by_command(out, cli_commands, "");
}
