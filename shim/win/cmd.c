/* SPDX-License-Identifier: MIT */
/* cmd: lines as cmd.exe reads them, and the commands that are about the session itself. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "win/command.h"
#include "win/line.h"

#define TOO_LONG "The command line is too long."

/* --- what is about the session -------------------------------------------------------------- */

static int change_directory(struct win *win, const char *typed)
{
    struct win_path path;
    struct win_file file;
    nt_status status = win_resolve(win, typed, WIN_FOLLOW, &path);
    if (status == NT_OBJECT_NAME_NOT_FOUND || (status == NT_SUCCESS && !path.exists))
        status = NT_OBJECT_PATH_NOT_FOUND;
    if (status == NT_SUCCESS)
        status = win_file_stat(path.native, &file);
    if (status == NT_SUCCESS && !win_is_directory(&file))
        status = NT_NOT_A_DIRECTORY;
    if (status != NT_SUCCESS)
        return win_fail(win, status);
    (void)win_print_path(win->directory, "%s", win_plain(path.name));
    return 0;
}

static int run_cd(struct win *win, const char *rest)
{
    char word[WIN_PATH];
    rest = win_skip_blanks(rest);
    if (strncasecmp(rest, "/d", 2) == 0)
        rest = win_skip_blanks(rest + 2);
    if (win_read_word(rest, word, sizeof(word)) == NULL)
        return win_fail(win, NT_NAME_TOO_LONG);
    if (word[0] == '\0') {
        fprintf(win->out, "%s\n", win->directory);
        return 0;
    }
    return change_directory(win, word);
}

static int run_exit(struct win *win, const char *rest)
{
    rest = win_skip_blanks(rest);
    if (strncasecmp(rest, "/b", 2) == 0)
        rest += 2;
    win->left = true;
    return atoi(rest);
}

static int run_rem(struct win *win, const char *rest)
{
    (void)win;
    (void)rest;
    return 0;
}

static int run_help(struct win *win, const char *rest)
{
    (void)rest;
    win_print_commands(win->commands, win->out);
    fputs("\"COMMAND /?\" says more of one; cd, exit, rem and X: are about this prompt.\n",
          win->out);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct win *win, const char *rest);
} session[] = {
    {"cd", run_cd}, {"chdir", run_cd}, {"exit", run_exit}, {"help", run_help}, {"rem", run_rem},
};

/* --- running -------------------------------------------------------------------------------- */

/* Of cmd.exe's own and of its companions, what somebody may miss. */
static const char *const missing[] = {
    "assoc", "call", "cls",   "color", "date",  "find",   "findstr",  "for",   "goto",
    "if",    "path", "popd",  "pause", "pushd", "set",    "setlocal", "shift", "sort",
    "start", "time", "title", "tree",  "ver",   "verify", "vol",      "where", "xcopy",
};

static int unknown(struct win *win, const char *text)
{
    char name[WIN_PATH];
    (void)win_read_word(text, name, sizeof(name)); /* the text is recalled */
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
        if (strcasecmp(missing[i], name) == 0)
            return win_error(win, "lxshim: win: %s is not done here; \"help\" lists what is", name);
    return win_error(win,
                     "'%s' is not recognized as an internal or external command,\n"
                     "operable program or batch file.",
                     name);
}

static int run_words(struct win *win, const struct win_command *command, const char *tail,
                     const char *source)
{
    static char words[WIN_WORDS][WIN_PATH]; /* one thread */
    char *arguments[WIN_WORDS];
    int count = 0;
    for (const char *s = win_skip_blanks(tail); *s != '\0'; s = win_skip_blanks(s)) {
        if (count == WIN_WORDS - 1)
            return win_error(win, "%s", TOO_LONG);
        s = win_read_word(s, words[count], WIN_PATH);
        if (s == NULL)
            return win_fail(win, NT_NAME_TOO_LONG);
        arguments[count] = words[count];
        count++;
    }
    if (source[0] != '\0') { /* `more < file:stream` */
        (void)win_print_path(words[count], "%s", source);
        arguments[count] = words[count];
        count++;
    }
    return win_run(win, command, count, arguments, tail);
}

static int run_text(struct win *win, const char *text, const char *source)
{
    char name[32];
    size_t n = 0;
    text += strspn(text, " \t@,;=");
    while (isalnum((unsigned char)text[n]) && n + 1 < sizeof(name))
        n++;
    (void)snprintf(name, sizeof(name), "%.*s", (int)n, text);
    const char *rest = text + n;
    if (n == 0 || strchr(" \t/\\.,;=:\"+", *rest) == NULL)
        return *text == '\0' ? 0 : unknown(win, text);
    if (n == 1 && *rest == ':') /* another drive */
        return win_drive_of(win, text) != NULL ? change_directory(win, text)
                                               : win_fail(win, NT_OBJECT_PATH_NOT_FOUND);
    for (size_t i = 0; i < sizeof(session) / sizeof(session[0]); i++)
        if (strcasecmp(session[i].name, name) == 0)
            return session[i].run(win, rest);
    const struct win_command *command = win_find_command(win->commands, name);
    return command != NULL ? run_words(win, command, rest, source) : unknown(win, text);
}

/* Runs a command with its output kept, and writes that to a file. */
static int run_redirected(struct win *win, const struct win_line *line)
{
    struct win_handle handle;
    struct win_request request = {.access = NT_GENERIC_WRITE,
                                  .share = WIN_SHARE_READ,
                                  .disposition = line->append ? WIN_OPEN_IF : WIN_OVERWRITE_IF,
                                  .options = WIN_NON_DIRECTORY_FILE | WIN_KEEP_OLD};
    FILE *console = win->out;
    bool nowhere = strcasecmp(line->target, "nul") == 0;
    fflush(console); /* messages of what follows come after it */
    char *text = NULL;
    size_t size = 0;
    nt_status status = nowhere ? NT_SUCCESS : win_create(win, line->target, &request, &handle);
    if (status != NT_SUCCESS)
        return win_fail(win, status);
    win->out = open_memstream(&text, &size);
    if (win->out == NULL) {
        win->out = console;
        if (!nowhere)
            win_close(&handle);
        return win_fail(win, NT_NO_MEMORY);
    }
    win->redirected = true;
    int result = run_text(win, line->text, line->source);
    win->redirected = false;
    fclose(win->out);
    win->out = console;
    if (!nowhere) {
        status = win_write(&handle, text, size, line->append);
        win_close(&handle);
    }
    free(text);
    return status == NT_SUCCESS ? result : win_fail(win, status);
}

/* What is wrong with a line is said before any of it runs. */
static bool check_line(struct win *win, const char *text, struct win_line *line)
{
    do {
        text = win_take_command(text, line);
        if (line->joint == WIN_MISPLACED) {
            win_error(win, "%s was unexpected at this time.", line->word);
            return false;
        }
        const char *why = line->joint == WIN_PIPE ? "a pipe (|)"
                          : line->errors          ? "redirection of standard error"
                          : line->text[strspn(line->text, " \t@,;=")] == '('
                              ? "a group in parentheses"
                              : NULL;
        if (why != NULL) {
            win_error(win, "lxshim: win: %s is not done here; say it without", why);
            return false;
        }
    } while (line->joint != WIN_END);
    return true;
}

/*
 * `&&` binds closer than `||`, and both closer than `&`: what does not run is skipped up to the
 * next joint that binds less.
 */
int win_run_line(struct win *win, const char *text)
{
    struct win_line *line = malloc(sizeof(*line)); /* large, and `cmd /c` runs a line in a line */
    enum win_joint skipping = WIN_END;
    int result = 0;
    if (line == NULL)
        return win_fail(win, NT_NO_MEMORY);
    if (!check_line(win, text, line)) {
        free(line);
        return 1;
    }
    do {
        text = win_take_command(text, line);
        if (skipping == WIN_END)
            result = line->target[0] != '\0' ? run_redirected(win, line)
                                             : run_text(win, line->text, line->source);
        if (line->joint == WIN_ALWAYS)
            skipping = WIN_END;
        else if (line->joint == WIN_FAILURE && skipping != WIN_FAILURE)
            skipping = result == 0 ? WIN_FAILURE : WIN_END;
        else if (line->joint == WIN_SUCCESS && skipping == WIN_END && result != 0)
            skipping = WIN_SUCCESS;
    } while (line->joint != WIN_END && !win->left);
    free(line);
    return result;
}

/* As `cmd /k` without its greeting; what is not typed at a terminal is shown after the prompt. */
int win_cmd(struct win *win, const struct win_words *words)
{
    int result = 0;
    if (words->count > 0 && strcasecmp(words->word[0], "/c") == 0) {
        char line[WIN_LINE];
        line[0] = '\0';
        for (int i = 1; i < words->count; i++) {
            size_t used = strlen(line);
            int n = snprintf(line + used, sizeof(line) - used, "%s%s", i > 1 ? " " : "",
                             words->word[i]);
            if (n < 0 || (size_t)n >= sizeof(line) - used)
                return win_error(win, "%s", TOO_LONG);
        }
        return win_run_line(win, line);
    }
    if (words->count > 0)
        return win_syntax(win);
    char *line = NULL;
    size_t room = 0;
    bool typed = isatty(STDIN_FILENO);
    fprintf(win->out, "%s>", win->directory);
    fflush(win->out);
    for (ssize_t n; !win->left && (n = getline(&line, &room, stdin)) >= 0;) {
        size_t length = strcspn(line, "\r\n");
        bool fits = length < WIN_LINE && strspn(line + length, "\r\n") == (size_t)n - length;
        line[length] = '\0';
        if (!typed)
            fprintf(win->out, "%s\n", line);
        if (line[0] != '\0' || !fits) {
            result = fits ? win_run_line(win, line) : win_error(win, "%s", TOO_LONG);
            fflush(win->out);
            if (!win->left)
                fputc('\n', win->out);
        }
        if (!win->left)
            fprintf(win->out, "%s>", win->directory);
        fflush(win->out);
    }
    free(line);
    if (!win->left)
        fputc('\n', win->out);
    return result;
}
