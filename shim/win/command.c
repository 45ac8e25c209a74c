/* SPDX-License-Identifier: MIT */
#include "win/command.h"
#include "win/security.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nt/names.h"
#include "nt/win32names.h"
#include "sys/sys.h"

void win_print_commands(const struct win_command *commands, FILE *out)
{
    for (const struct win_command *c = commands; c->name != NULL; c++)
        if (c->summary != NULL)
            fprintf(out, "  %-9s %s\n", c->name, c->summary);
}

const struct win_command *win_find_command(const struct win_command *commands, const char *name)
{
    const struct win_command *c = commands;
    while (c->name != NULL && strcasecmp(c->name, name) != 0)
        c++;
    return c->name != NULL ? c : NULL;
}

/* "/s/q" as two; a word that is full is cut, and then unknown. False for more than there is room.
 */
static bool add_switches(struct win_words *words, const char *text)
{
    while (*text == '/' && words->switch_count < WIN_WORDS) {
        size_t n = strcspn(++text, "/");
        char *out = words->switches[words->switch_count++];
        (void)snprintf(out, sizeof(words->switches[0]), "%.*s", (int)n, text);
        out[0] = (char)tolower((unsigned char)out[0]);
        text += n;
    }
    return *text == '\0';
}

/* Another name of a command has no help of its own. */
static int print_help(struct win *win, const struct win_command *command)
{
    const struct win_command *c = win->commands;
    while (c->run != command->run || c->usage == NULL)
        c++;
    fprintf(win->out, "usage: lxshim win %s %s\n\nTo %s.\n", c->name, c->usage, c->summary);
    for (const struct win_command *other = win->commands; other->name != NULL; other++)
        if (other != c && other->run == c->run)
            fprintf(win->out, "Another name: %s.\n", other->name);
    if (c->help != NULL)
        fprintf(win->out, "\n%s", c->help);
    return 0;
}

int win_run(struct win *win, const struct win_command *command, int count, char *const *arguments,
            const char *tail)
{
    struct win_words words = {.tail = tail};
    struct stat st;
    if (count > 0 && (strcmp(arguments[0], "/?") == 0 || strcmp(arguments[0], "--help") == 0))
        return print_help(win, command);
    for (int i = 0; i < count; i++) {
        /* A path of Linux' is all switches to Windows. */
        if (!command->plain && arguments[i][0] == '/' && strchr(arguments[i] + 1, '/') != NULL &&
            sys_fstatat(AT_FDCWD, arguments[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
            return win_error(win, "lxshim: win: %s: names are written C:\\DIR\\FILE, or from here",
                             arguments[i]);
        bool fits = true;
        if (!command->plain && arguments[i][0] == '/' && arguments[i][1] != '\0')
            fits = add_switches(&words, arguments[i]);
        else if (words.count < WIN_WORDS)
            words.word[words.count++] = arguments[i];
        else
            fits = false;
        if (!fits)
            return win_error(win, "The command line is too long.");
    }
    return command->run(win, &words);
}

const char *win_switch(const struct win_words *words, const char *letter)
{
    size_t n = strlen(letter);
    for (int i = words->switch_count - 1; i >= 0; i--) {
        const char *s = words->switches[i];
        if (strncmp(s, letter, n) == 0)
            return s + n + (s[n] == ':');
    }
    return NULL;
}

bool win_switches_known(struct win *win, const struct win_words *words, const char *letters,
                        const char *others)
{
    for (int i = 0; i < words->switch_count; i++) {
        const char *s = words->switches[i];
        const char *letter = s[0] == '-' ? s + 1 : s;
        if (*letter != '\0' &&
            (strchr(others, *letter) != NULL || (*s == '-' && strchr(others, '-') != NULL))) {
            win_error(win, "lxshim: win: switch \"/%s\" is not done here: say it without", s);
            return false;
        }
        if (*letter == '\0' || strchr(letters, *letter) == NULL) {
            win_error(win, "Invalid switch - \"%s\".", s); /* recalled */
            return false;
        }
    }
    return true;
}

int win_error(struct win *win, const char *format, ...)
{
    va_list args;
    fflush(win->out);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return 1;
}

int win_fail(struct win *win, nt_status status)
{
    return win_error(win, "%s", nt_status_message(status));
}

int win_syntax(struct win *win)
{
    return win_error(win, "The syntax of the command is incorrect.");
}

bool win_ask(struct win *win, const char *text, const char *question)
{
    char answer[256];
    fprintf(win->out, "%s, %s (Y/N)? ", text, question);
    fflush(win->out);
    return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] | 0x20) == 'y';
}

bool win_read_attributes(const char *text, uint32_t *want, uint32_t *refuse)
{
    static const struct {
        char letter;
        uint32_t value;
    } letters[] = {
        {'h', NT_HIDDEN},  {'s', NT_SYSTEM},        {'d', NT_DIRECTORY},   {'r', NT_READONLY},
        {'a', NT_ARCHIVE}, {'l', NT_REPARSE_POINT}, {'i', NT_NOT_INDEXED}, {'o', NT_OFFLINE},
    };
    const size_t count = sizeof(letters) / sizeof(letters[0]);
    *want = 0;
    *refuse = text == NULL ? NT_HIDDEN | NT_SYSTEM : 0;
    for (; text != NULL && *text != '\0'; text++) {
        bool off = *text == '-';
        text += off;
        size_t i = 0;
        while (i < count && letters[i].letter != (*text | 0x20))
            i++;
        if (i == count)
            return false;
        *(off ? refuse : want) |= letters[i].value;
    }
    return true;
}

static bool keep_matching(struct win_expansion *out, const struct win_listing *all)
{
    for (size_t i = 0; i < all->count; i++) {
        struct win_entry *e = &all->list[i];
        if (!nt_wild_match(out->pattern, e->name)) {
            free(e->name);
            free(e->native);
            continue;
        }
        out->entries.list[out->entries.count++] = *e;
    }
    return true;
}

static nt_status one_entry(struct win_expansion *out)
{
    char name[NT_NAME_BYTES * 3 + 1];
    const char *slash = strrchr(out->path.native, '/');
    if (!out->path.exists)
        return NT_SUCCESS;
    if (nt_name_escape(slash + 1, strlen(slash + 1), name, sizeof(name)) < 0)
        return NT_NAME_TOO_LONG;
    out->entries.list = calloc(1, sizeof(*out->entries.list));
    if (out->entries.list == NULL)
        return NT_NO_MEMORY;
    out->entries.list[0] = (struct win_entry){strdup(name), strdup(slash + 1)};
    out->entries.count = 1;
    return NT_SUCCESS;
}

nt_status win_expand(const struct win *win, const char *typed, struct win_expansion *out)
{
    nt_status status = win_expand_stream(win, typed, out);
    if (status != NT_SUCCESS || out->path.stream[0] == '\0')
        return status;
    win_list_free(&out->entries);
    return NT_OBJECT_NAME_INVALID;
}

nt_status win_expand_stream(const struct win *win, const char *typed, struct win_expansion *out)
{
    *out = (struct win_expansion){.wild = false};
    nt_status status = win_resolve(win, typed, WIN_NO_FOLLOW | WIN_WILD, &out->path);
    if (status != NT_SUCCESS)
        return status;
    (void)win_print_path(out->pattern, "%s", win_leaf(out->path.name));
    (void)win_print_path(out->directory, "%.*s",
                         (int)(win_leaf(out->path.name) - out->path.name - 1), out->path.name);
    (void)win_print_path(out->native, "%s", out->path.native);
    *strrchr(out->native, '/') = '\0';
    out->wild = !out->path.exists && nt_wild(out->pattern);
    if (!out->wild)
        return one_entry(out);
    struct win_listing all;
    status = win_may(win, out->native, NT_READ_DATA);
    if (status != NT_SUCCESS)
        return status;
    status = win_list(out->native[0] != '\0' ? out->native : "/", &all);
    if (status == NT_SUCCESS && all.count > 0) {
        out->entries.list = calloc(all.count, sizeof(*all.list));
        if (out->entries.list == NULL || !keep_matching(out, &all))
            status = NT_NO_MEMORY;
    }
    free(all.list);
    return status;
}

bool win_entry_name(const struct win_expansion *e, size_t i, char out[WIN_PATH])
{
    return win_print_path(out, "%s\\%s", e->directory, e->entries.list[i].name);
}

nt_status win_entry_stat(const struct win_expansion *e, size_t i, struct win_file *out)
{
    char native[WIN_PATH];
    if (!win_print_path(native, "%s/%s", e->native, e->entries.list[i].native))
        return NT_NAME_TOO_LONG;
    return win_file_stat(native, out);
}

const char *win_number(uint64_t value, bool separators, char out[32])
{
    char digits[32];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    size_t used = 0;
    for (int i = 0; i < n; i++) {
        if (separators && i > 0 && (n - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}
