/* SPDX-License-Identifier: MIT */
/* del and rd: one entry after the other, so that an interrupted one leaves whole entries. */
#include <string.h>

#include "nt/win32names.h"
#include "win/command.h"

struct del {
    struct win *win;
    bool force;
    bool recurse;
    bool quiet;
    bool hidden; /* hidden and system files, too */
    unsigned count;
    int result;
};

/* The name in question, then what is wrong. (that the name comes first is recalled) */
static void complain(struct del *d, const char *name, nt_status status)
{
    win_error(d->win, "%s", name);
    d->result = win_fail(d->win, status);
}

static void delete_entry(struct del *d, const struct win_expansion *e, size_t i)
{
    char name[WIN_PATH];
    char native[WIN_PATH];
    struct win_file file;
    if (!win_entry_name(e, i, name) || win_entry_stat(e, i, &file) != NT_SUCCESS ||
        !win_print_path(native, "%s/%s", e->native, e->entries.list[i].native))
        return;
    if (win_is_directory(&file))
        return; /* del removes files alone */
    if (!d->hidden && (file.attributes & (NT_HIDDEN | NT_SYSTEM)) != 0)
        return;
    d->count++;
    nt_status status = NT_SUCCESS;
    if (d->force && (file.attributes & NT_READONLY) != 0)
        status = win_set_attributes(native, &file, file.attributes & ~(uint32_t)NT_READONLY);
    if (status == NT_SUCCESS)
        status = win_remove(d->win, name, 0);
    if (status != NT_SUCCESS)
        complain(d, name, status);
    else if (d->recurse && !d->quiet)
        fprintf(d->win->out, "Deleted file - %s\n", name); /* recalled */
}

static void delete_in(struct del *d, const char *typed);

static void delete_below(struct del *d, const struct win_expansion *e)
{
    struct win_expansion all;
    char name[WIN_PATH];
    if (!win_print_path(name, "%s\\*", e->directory) || win_expand(d->win, name, &all) != 0)
        return;
    for (size_t i = 0; i < all.entries.count; i++) {
        struct win_file file;
        if (win_entry_stat(&all, i, &file) == NT_SUCCESS && win_is_directory(&file) &&
            !win_is_reparse(&file) &&
            win_print_path(name, "%s\\%s\\%s", e->directory, all.entries.list[i].name, e->pattern))
            delete_in(d, name);
    }
    win_list_free(&all.entries);
}

static void delete_in(struct del *d, const char *typed)
{
    struct win_expansion e;
    nt_status status = win_expand(d->win, typed, &e);
    if (status == NT_DELETE_PENDING) {
        complain(d, e.path.name, status);
        d->count++;
        return;
    }
    if (status != NT_SUCCESS) {
        d->result = win_fail(d->win, status);
        d->count++;
        return;
    }
    for (size_t i = 0; i < e.entries.count; i++)
        delete_entry(d, &e, i);
    win_list_free(&e.entries);
    if (d->recurse)
        delete_below(d, &e);
}

static void delete_argument(struct del *d, const char *typed)
{
    struct win_path path;
    struct win_file file;
    char name[WIN_PATH];
    d->count = 0;
    nt_status status = win_resolve(d->win, typed, WIN_NO_FOLLOW | WIN_WILD, &path);
    if (status == NT_OBJECT_NAME_INVALID) {
        d->result = win_fail(d->win, status);
        return;
    }
    /* A directory means what is in it: through a link, what is in its target. (recalled) */
    bool directory = status == NT_SUCCESS && path.exists &&
                     win_file_stat(path.native, &file) == NT_SUCCESS && win_is_directory(&file);
    (void)win_print_path(name, "%s%s", path.name, directory ? "\\*" : "");
    if (!d->quiet &&
        (directory || strcmp(win_leaf(name), "*") == 0 || strcmp(win_leaf(name), "*.*") == 0)) {
        if (!win_sure(d->win, name)) {
            d->result |= 0;
            return;
        }
    }
    delete_in(d, name);
    if (d->count == 0 && !directory) {
        win_error(d->win, "Could Not Find %s", name);
        d->result = 1;
    }
}

int win_del(struct win *win, const struct win_words *words)
{
    struct del d = {.win = win};
    if (!win_switches_known(win, words, "afpqs"))
        return 1;
    if (words->count == 0)
        return win_syntax(win);
    d.force = win_switch(words, "f") != NULL;
    d.recurse = win_switch(words, "s") != NULL;
    d.quiet = win_switch(words, "q") != NULL;
    d.hidden = win_switch(words, "a") != NULL;
    for (int i = 0; i < words->count; i++)
        delete_argument(&d, words->word[i]);
    return d.result;
}

/* --- rd ------------------------------------------------------------------------------------- */

/* Everything below a directory, and it; a link is removed and not entered. */
static nt_status remove_tree(struct del *d, const char *name)
{
    struct win_expansion e;
    char below[WIN_PATH];
    nt_status first = NT_SUCCESS;
    if (!win_print_path(below, "%s\\*", name))
        return NT_NAME_TOO_LONG;
    nt_status status = win_expand(d->win, below, &e);
    if (status != NT_SUCCESS)
        return status;
    for (size_t i = 0; i < e.entries.count; i++) {
        struct win_file file;
        if (!win_entry_name(&e, i, below) || win_entry_stat(&e, i, &file) != NT_SUCCESS)
            continue;
        if (win_is_directory(&file) && !win_is_reparse(&file))
            status = remove_tree(d, below);
        else
            status = win_remove(d->win, below, 0);
        if (status != NT_SUCCESS && status != NT_DIRECTORY_NOT_EMPTY) {
            win_error(d->win, "%s - %s", below, nt_status_message(status)); /* recalled */
            d->result = 1;
        }
        if (status != NT_SUCCESS && first == NT_SUCCESS)
            first = status;
    }
    win_list_free(&e.entries);
    return first != NT_SUCCESS ? NT_DIRECTORY_NOT_EMPTY
                               : win_remove(d->win, name, WIN_DIRECTORY_FILE);
}

static void remove_argument(struct del *d, const char *typed)
{
    struct win_path path;
    struct win_file file;
    nt_status status = win_resolve(d->win, typed, WIN_NO_FOLLOW, &path);
    bool tree = d->recurse && status == NT_SUCCESS && path.exists &&
                win_file_stat(path.native, &file) == NT_SUCCESS && win_is_directory(&file) &&
                !win_is_reparse(&file);
    if (status == NT_SUCCESS && tree) {
        if (!d->quiet && !win_sure(d->win, path.name))
            return;
        status = remove_tree(d, path.name);
    } else if (status == NT_SUCCESS) {
        status = win_remove(d->win, typed, WIN_DIRECTORY_FILE);
    }
    if (status != NT_SUCCESS && !(tree && d->result != 0))
        d->result = win_fail(d->win, status);
}

int win_rd(struct win *win, const struct win_words *words)
{
    struct del d = {.win = win};
    if (!win_switches_known(win, words, "qs"))
        return 1;
    if (words->count == 0)
        return win_syntax(win);
    d.recurse = win_switch(words, "s") != NULL;
    d.quiet = win_switch(words, "q") != NULL;
    for (int i = 0; i < words->count; i++)
        remove_argument(&d, words->word[i]);
    return d.result;
}
