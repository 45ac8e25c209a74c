/* SPDX-License-Identifier: MIT */
/* attrib */
#include <string.h>

#include "nt/win32names.h"
#include "win/command.h"
#include "win/security.h"

#define NAME_COLUMN 21

/* The letters, where each stands in a line (from O on but for I recalled), and what may be set. */
static const struct {
    char letter;
    unsigned column;
    uint32_t value;
} letters[] = {
    {'A', 0, NT_ARCHIVE},  {'S', 3, NT_SYSTEM},  {'H', 4, NT_HIDDEN},
    {'R', 5, NT_READONLY}, {'O', 6, NT_OFFLINE}, {'I', 8, NT_NOT_INDEXED},
    {'X', 9, NT_NO_SCRUB}, {'P', 12, NT_PINNED}, {'U', 13, NT_UNPINNED},
};
#define LETTERS (sizeof(letters) / sizeof(letters[0]))

struct attrib {
    struct win *win;
    uint32_t set;
    uint32_t clear;
    bool recurse;
    bool directories;
    bool link; /* the link itself */
    bool found;
    int result;
};

/* "+r", "-hs": false for a letter nobody knows. */
static bool read_change(struct attrib *a, const char *word)
{
    uint32_t *to = word[0] == '+' ? &a->set : &a->clear;
    for (const char *c = word + 1; *c != '\0'; c++) {
        size_t i = 0;
        while (i < LETTERS && letters[i].letter != (*c & ~0x20))
            i++;
        if (i == LETTERS)
            return false;
        *to |= letters[i].value;
    }
    return word[1] != '\0';
}

static void show(const struct attrib *a, const char *name, const struct win_file *file)
{
    char line[NAME_COLUMN + 1];
    memset(line, ' ', NAME_COLUMN);
    line[NAME_COLUMN] = '\0';
    for (size_t i = 0; i < LETTERS; i++)
        if ((file->attributes & letters[i].value) != 0)
            line[letters[i].column] = letters[i].letter;
    fprintf(a->win->out, "%s%s\n", line, name);
}

/* Hidden and system files stay as they are unless the change names that attribute. (recalled) */
static bool guarded(const struct attrib *a, uint32_t attributes, uint32_t bit)
{
    return (attributes & bit) != 0 && ((a->set | a->clear) & bit) == 0;
}

static void change(struct attrib *a, const char *name, const char *native,
                   const struct win_file *file)
{
    const char *why = guarded(a, file->attributes, NT_HIDDEN)   ? "hidden"
                      : guarded(a, file->attributes, NT_SYSTEM) ? "system"
                                                                : NULL;
    if (why != NULL) {
        fprintf(a->win->out, "Not resetting %s file - %s\n", why, name);
        return;
    }
    nt_status status = win_may(a->win, native, NT_WRITE_ATTRIBUTES);
    if (status == NT_SUCCESS)
        status = win_set_attributes(native, file, (file->attributes & ~a->clear) | a->set);
    if (status == NT_SUCCESS)
        return;
    if (nt_status_win32(status) == 5)
        a->result = win_error(a->win, "Access denied - %s", name);
    else
        a->result = win_error(a->win, "Unable to change attribute - %s", name); /* recalled */
}

static void visit_entry(struct attrib *a, const struct win_expansion *e, size_t i)
{
    struct win_path path;
    struct win_file file;
    char name[WIN_PATH];
    if (!win_entry_name(e, i, name) || win_entry_stat(e, i, &file) != NT_SUCCESS)
        return;
    if (e->wild && win_is_directory(&file) && !a->directories)
        return;
    a->found = true;
    nt_status status = win_resolve(a->win, name, a->link ? WIN_NO_FOLLOW : WIN_FOLLOW, &path);
    if (status == NT_SUCCESS && !path.exists)
        status = NT_OBJECT_NAME_NOT_FOUND;
    if (status == NT_SUCCESS)
        status = win_file_stat(path.native, &file);
    if (status != NT_SUCCESS) /* a link of WSL's: inference */
        a->result = win_fail(a->win, status);
    else if ((a->set | a->clear) != 0)
        change(a, name, path.native, &file);
    else
        show(a, name, &file);
}

static nt_status visit(void *data, const char *typed)
{
    struct attrib *a = data;
    struct win_expansion e;
    nt_status status = win_expand(a->win, typed, &e);
    if (status == NT_SUCCESS) {
        for (size_t i = 0; i < e.entries.count; i++)
            visit_entry(a, &e, i);
        win_list_free(&e.entries);
        return NT_SUCCESS;
    }
    a->found = true;
    a->result = status == NT_OBJECT_PATH_NOT_FOUND
                    ? win_error(a->win, "Path not found - %s", e.path.name)
                    : win_fail(a->win, status);
    return NT_SUCCESS;
}

int win_attrib(struct win *win, const struct win_words *words)
{
    struct attrib a = {.win = win};
    const char *name = NULL;
    if (!win_switches_known(win, words, "sdl", ""))
        return 1;
    a.recurse = win_switch(words, "s") != NULL;
    a.directories = win_switch(words, "d") != NULL;
    a.link = win_switch(words, "l") != NULL;
    for (int i = 0; i < words->count; i++) {
        const char *word = words->word[i];
        bool is_change = word[0] == '+' || (word[0] == '-' && word[1] != '\0');
        if ((is_change && !read_change(&a, word)) || (!is_change && name != NULL))
            return win_error(win, "Parameter format not correct - %s", word);
        if (!is_change)
            name = word;
    }
    name = name != NULL ? name : "*";
    nt_status status = a.recurse ? win_for_tree(win, name, &a, visit) : visit(&a, name);
    if (status != NT_SUCCESS)
        return win_fail(win, status);
    if (!a.found) {
        struct win_path path;
        (void)win_resolve(win, name, WIN_NO_FOLLOW | WIN_WILD, &path);
        a.result = win_error(win, "File not found - %s", path.name);
    }
    return a.result;
}
