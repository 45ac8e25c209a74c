/* SPDX-License-Identifier: MIT */
/* A manual page for each command, man/lxshim-COMMAND.1: its --help, and the topic of its name. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "tools/generate.h"
#include "win/command.h"

#define MARK ".\\\" Made by \"make generate\".\n"

static void name_of(const struct cli_command *command, char *out, size_t room)
{
    snprintf(out, room, "man/lxshim-%s.1", command->name);
}

/* What troff would take for something else. */
static void put_letter(FILE *out, char c)
{
    switch (c) {
    case '\\':
        fputs("\\e", out);
        break;
    case '-':
        fputs("\\-", out);
        break;
    case '\'':
        fputs("\\(aq", out);
        break;
    case '`':
        fputs("\\(ga", out);
        break;
    case '^':
        fputs("\\(ha", out);
        break;
    case '~':
        fputs("\\(ti", out);
        break;
    default:
        putc(c, out);
    }
}

/* A line of text; one that begins with a dot would be a request. */
static void put_line(FILE *out, const char *text, size_t n)
{
    if (n > 0 && *text == '.')
        fputs("\\&", out);
    for (size_t i = 0; i < n; i++)
        put_letter(out, text[i]);
    putc('\n', out);
}

/* True for a line that stands as it is: one that is indented, or columns. */
static bool stands(const char *line, size_t n)
{
    return n > 0 && (*line == ' ' || memmem(line, n, "  ", 2) != NULL);
}

/* The words of a paragraph, each sentence from a line of its own on. */
static void put_words(FILE *out, const char *text, size_t n)
{
    size_t begin = 0;
    for (size_t i = 0; i + 1 < n; i++)
        if (strchr(".?!:", text[i]) != NULL && text[i + 1] == ' ' && i - begin > 40) {
            put_line(out, text + begin, i + 1 - begin);
            begin = i + 2;
        }
    put_line(out, text + begin, n - begin);
}

/* Where in a text a blank line, or a line of the other kind, ends what begins there. */
static size_t block(const char *text, bool as_it_is)
{
    size_t end = 0;
    while (text[end] != '\0') {
        size_t n = strcspn(text + end, "\n");
        if (n == 0 || stands(text + end, n) != as_it_is)
            break;
        end += n + (text[end + n] == '\n');
    }
    return end;
}

/* Text as --help and topics have it: paragraphs, and lines that stand as they are. */
static void put_text(FILE *out, const char *text)
{
    bool first = true;
    while (*text != '\0') {
        bool as_it_is = stands(text, strcspn(text, "\n"));
        size_t n = block(text, as_it_is);
        if (n == 0) { /* a blank line */
            text++;
            continue;
        }
        if (!first)
            fputs(as_it_is ? "" : ".PP\n", out);
        if (as_it_is)
            fputs(first ? ".nf\n" : ".PP\n.nf\n", out);
        const char *end = text + n;
        while (text < end) {
            size_t line = strcspn(text, "\n");
            if (as_it_is)
                put_line(out, text, line);
            else
                put_words(out, text, line);
            text += line + (text[line] == '\n');
        }
        if (as_it_is)
            fputs(".fi\n", out);
        first = false;
    }
}

/* One paragraph whose lines were broken by hand. */
static void put_filled(FILE *out, const char *text)
{
    char joined[2048];
    size_t n = 0;
    for (; *text != '\0' && n + 1 < sizeof(joined); text++)
        joined[n++] = (char)(*text == '\n' ? ' ' : *text);
    while (n > 0 && joined[n - 1] == ' ')
        n--;
    put_words(out, joined, n);
}

static void put_usage(FILE *out, const char *path, const struct cli_command *command)
{
    fprintf(out, ".B ");
    put_line(out, path, strlen(path));
    if (command->usage[0] != '\0')
        put_line(out, command->usage, strlen(command->usage));
}

static void put_options(FILE *out, const struct cli_command *command)
{
    for (const struct cli_option_info *o = cli_options; o->name != NULL; o++) {
        char letter[] = "-?, ";
        letter[1] = o->letter;
        if ((command->options & o->bit) == 0)
            continue;
        fputs(".TP\n", out);
        if (o->argument == NULL)
            fputs(".B ", out);
        else
            fputs(".BI ", out);
        char name[128];
        int n = snprintf(name, sizeof(name), "%s--%s", o->letter != 0 ? letter : "", o->name);
        if (o->argument != NULL) {
            putc('"', out);
            for (int i = 0; i < n; i++)
                put_letter(out, name[i]);
            fputs(" \" \"", out);
            for (const char *c = o->argument; *c != '\0'; c++)
                put_letter(out, *c);
            fputs("\"\n", out);
        } else {
            put_line(out, name, (size_t)n);
        }
        put_words(out, o->help, strlen(o->help));
    }
}

/* The commands below one, each with its own help. */
static void put_commands(FILE *out, const struct cli_command *command)
{
    for (const struct cli_command *c = command->commands; c->name != NULL; c++) {
        char path[64];
        if (c->summary == NULL)
            continue;
        snprintf(path, sizeof(path), "lxshim %s %s", command->name, c->name);
        fprintf(out, ".SS %s\n", path);
        put_usage(out, path, c);
        fputs(".PP\n", out);
        put_filled(out, c->help);
        put_options(out, c);
    }
}

/* What Windows' commands do. */
static void put_win_commands(FILE *out)
{
    for (const struct win_command *c = win_commands; c->name != NULL; c++) {
        if (c->summary == NULL)
            continue;
        fprintf(out, ".TP\n.B %s\n", c->name);
        put_line(out, c->summary, strlen(c->summary));
    }
}

/* The topic of a command's name, or of more than one such. */
static const char *topic_of(const struct cli_command *command)
{
    char many[32];
    snprintf(many, sizeof(many), "%ss", command->name);
    const char *text = cli_topic_text(command->name);
    return text != NULL ? text : cli_topic_text(many);
}

static void write_page(const struct cli_command *command, FILE *out)
{
    char path[64];
    const char *topic = topic_of(command);
    bool is_win = strcmp(command->name, "win") == 0;
    snprintf(path, sizeof(path), "lxshim %s", command->name);
    fprintf(out, ".TH LXSHIM\\-");
    for (const char *c = command->name; *c != '\0'; c++)
        putc(*c - 'a' + 'A', out);
    fprintf(out, " 1 2026-11-30 \"lxshim %s\" \"User Commands\"\n.SH NAME\nlxshim\\-%s \\- ",
            LXSHIM_VERSION, command->name);
    put_line(out, command->summary, strlen(command->summary));
    fputs(".SH SYNOPSIS\n", out);
    put_usage(out, path, command);
    fputs(".SH DESCRIPTION\n", out);
    put_filled(out, command->help);
    if (topic != NULL) {
        fputs(".PP\n", out);
        put_text(out, topic);
    }
    if (command->options != 0) {
        fputs(".SH OPTIONS\n", out);
        put_options(out, command);
    }
    if (command->commands != NULL || is_win)
        fputs(".SH COMMANDS\n", out);
    if (command->commands != NULL)
        put_commands(out, command);
    if (is_win)
        put_win_commands(out);
    fputs(".SH SEE ALSO\n.BR lxshim (1),\n.BR lxshim\\-policy (5),\n.BR liblxshim (7)\n", out);
}

void generate_man_names(void)
{
    char name[128];
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        name_of(c, name, sizeof(name));
        if (c->summary != NULL)
            puts(name);
    }
}

int generate_man(const char *root)
{
    int status = 0;
    for (const struct cli_command *c = cli_commands; c->name != NULL; c++) {
        char name[128];
        if (c->summary == NULL)
            continue;
        name_of(c, name, sizeof(name));
        FILE *out = generate_file(root, name, MARK);
        if (out == NULL) {
            status = 1;
            continue;
        }
        write_page(c, out);
        status |= ferror(out) != 0;
        status |= fclose(out) != 0;
    }
    return status;
}
