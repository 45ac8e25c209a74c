/* SPDX-License-Identifier: MIT */
/* type, more, echo and write: text in and out of files and streams. */
#include <stdlib.h>
#include <string.h>

#include "nt/win32names.h"
#include "win/command.h"

/* Prints a file. cmd.exe opens it as CreateFile does, so that a directory is denied. */
static nt_status print_file(struct win *win, const char *name)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_GENERIC_READ,
                                               .share = WIN_SHARE_ALL,
                                               .disposition = WIN_OPEN,
                                               .options = WIN_NON_DIRECTORY_FILE};
    size_t size = 0;
    nt_status status = win_create(win, name, &request, &handle);
    if (status != NT_SUCCESS)
        return status;
    uint8_t *data = win_read(&handle, &size, &status);
    if (data != NULL)
        fwrite(data, 1, size, win->out);
    free(data);
    win_close(&handle);
    return status;
}

/* `type` takes a colon for a mistake; `more` reads streams. (recalled) */
static bool names_stream(const struct win *win, const char *name)
{
    char full[WIN_PATH];
    char stream[WIN_STREAM];
    return win_full_name(win, name, WIN_WILD, full, stream) == NT_SUCCESS && stream[0] != '\0';
}

static int print_all(struct win *win, const char *typed, bool named)
{
    struct win_expansion e;
    char name[WIN_PATH];
    int result = 0;
    if (strcasecmp(typed, "nul") == 0)
        return 0; /* the one device that is read here: it is empty */
    nt_status status = win_expand(win, typed, &e);
    if (status == NT_SUCCESS && !e.wild)
        status = print_file(win, typed);
    for (size_t i = 0; status == NT_SUCCESS && e.wild && i < e.entries.count; i++) {
        if (!win_entry_name(&e, i, name))
            continue;
        fprintf(win->out, "\n%s\n\n\n", e.entries.list[i].name); /* recalled */
        nt_status one = print_file(win, name);
        if (one != NT_SUCCESS)
            result = win_fail(win, one);
    }
    if (status == NT_SUCCESS && e.wild && e.entries.count == 0)
        status = NT_OBJECT_NAME_NOT_FOUND;
    win_list_free(&e.entries);
    if (status == NT_SUCCESS)
        return result;
    win_fail(win, status);
    if (named)
        win_error(win, "Error occurred while processing: %s.", typed); /* recalled */
    return 1;
}

int win_type(struct win *win, const struct win_words *words)
{
    int result = 0;
    if (words->count == 0)
        return win_syntax(win);
    for (int i = 0; i < words->count; i++) {
        if (names_stream(win, words->word[i]))
            result = win_fail(win, NT_OBJECT_NAME_INVALID);
        else
            result |= print_all(win, words->word[i], words->count > 1);
    }
    return result;
}

int win_more(struct win *win, const struct win_words *words)
{
    if (words->count != 1)
        return win_syntax(win);
    nt_status status = print_file(win, words->word[0]);
    return status == NT_SUCCESS ? 0 : win_fail(win, status);
}

int win_echo(struct win *win, const struct win_words *words)
{
    const char *tail = words->tail != NULL ? words->tail : "";
    const char *end = win->redirected ? "\r\n" : "\n";
    if (words->tail == NULL) {
        for (int i = 0; i < words->count; i++)
            fprintf(win->out, "%s%s", i > 0 ? " " : "", words->word[i]);
        fputs(end, win->out);
        return 0;
    }
    /* One separator after the name goes, the rest is the text; "echo." is an empty line. */
    fprintf(win->out, "%s%s", tail[0] != '\0' ? tail + 1 : "ECHO is on.", end);
    return 0;
}

int win_write_text(struct win *win, const struct win_words *words)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_GENERIC_WRITE,
                                               .share = WIN_SHARE_READ,
                                               .disposition = WIN_OVERWRITE_IF,
                                               .options = WIN_NON_DIRECTORY_FILE | WIN_KEEP_OLD};
    char *text = NULL;
    size_t size = 0;
    if (words->count < 1)
        return win_syntax(win);
    FILE *f = open_memstream(&text, &size);
    if (f == NULL)
        return win_fail(win, NT_NO_MEMORY);
    for (int i = 1; i < words->count; i++)
        fprintf(f, "%s%s", i > 1 ? " " : "", words->word[i]);
    fputs("\r\n", f);
    fclose(f);
    nt_status status = win_create(win, words->word[0], &request, &handle);
    if (status == NT_SUCCESS) {
        status = win_write(&handle, text, size, false);
        win_close(&handle);
    }
    free(text);
    return status == NT_SUCCESS ? 0 : win_fail(win, status);
}
