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
    bool ask; /* before each file */
    uint32_t want;
    uint32_t refuse;
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
    if (!win_wanted(&file, d->want, d->refuse))
        return;
    d->count++;
    if (d->ask && !win_ask(d->win, name, "Delete"))
        return;
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

static nt_status delete_in(void *data, const char *typed)
{
    struct del *d = data;
    struct win_expansion e;
    nt_status status = win_expand(d->win, typed, &e);
    if (status != NT_SUCCESS) {
        if (status == NT_DELETE_PENDING)
            complain(d, e.path.name, status);
        else
            d->result = win_fail(d->win, status);
        d->count++;
        return NT_SUCCESS;
    }
    for (size_t i = 0; i < e.entries.count; i++)
        delete_entry(d, &e, i);
    win_list_free(&e.entries);
    return NT_SUCCESS;
}

/* (of "*." inference) */
static bool is_everything(const char *pattern)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, "*.*") == 0 || strcmp(pattern, "*.") == 0;
}

static void delete_argument(struct del *d, const char *typed)
{
    struct win_path path;
    char name[WIN_PATH];
    d->count = 0;
    nt_status status = win_resolve(d->win, typed, WIN_NO_FOLLOW | WIN_WILD, &path);
    if (status == NT_SUCCESS && path.stream[0] != '\0') /* its name below is without it */
        status = NT_OBJECT_NAME_INVALID;
    /* A directory means what is in it: through a link, what is in its target. (recalled) */
    bool directory = status == NT_SUCCESS && win_leads_to_directory(&path);
    if (status == NT_SUCCESS && path.directory_wanted && path.exists && !directory)
        status = NT_OBJECT_NAME_INVALID;
    if (status == NT_OBJECT_NAME_INVALID || status == NT_FILE_IS_A_DIRECTORY) {
        d->result = win_fail(d->win, status);
        return;
    }
    if (!win_print_path(name, "%s%s", path.name, directory ? "\\*" : "")) {
        d->result = win_fail(d->win, NT_NAME_TOO_LONG);
        return;
    }
    if (!d->quiet && (directory || is_everything(win_leaf(name))) &&
        !win_ask(d->win, name, "Are you sure"))
        return;
    status = d->recurse ? win_for_tree(d->win, name, d, delete_in) : delete_in(d, name);
    if (status != NT_SUCCESS)
        d->result = win_fail(d->win, status);
    if (d->count == 0 && !directory) {
        win_error(d->win, "Could Not Find %s", name);
        d->result = 1;
    }
}

int win_del(struct win *win, const struct win_words *words)
{
    struct del d = {.win = win};
    const char *attributes = win_switch(words, "a");
    if (!win_switches_known(win, words, "afpqs", ""))
        return 1;
    if (!win_read_attributes(attributes, &d.want, &d.refuse))
        return win_error(win, "Parameter format not correct - \"a%s\".", attributes);
    if (words->count == 0)
        return win_syntax(win);
    d.force = win_switch(words, "f") != NULL;
    d.recurse = win_switch(words, "s") != NULL;
    d.quiet = win_switch(words, "q") != NULL;
    d.ask = win_switch(words, "p") != NULL;
    for (int i = 0; i < words->count; i++)
        delete_argument(&d, words->word[i]);
    return d.result;
}

/* --- rd ------------------------------------------------------------------------------------- */

/* What went wrong below; that a directory was not empty then goes without saying. */
static void note(struct del *d, const char *name, nt_status status, nt_status *worst)
{
    if (status == NT_SUCCESS)
        return;
    if (status != NT_DIRECTORY_NOT_EMPTY || *worst == NT_SUCCESS)
        d->result = win_error(d->win, "%s - %s", name, nt_status_message(status)); /* recalled */
    *worst = NT_DIRECTORY_NOT_EMPTY;
}

/* What is in one directory of the tree but for directories: those were emptied before, and went. */
static void remove_files(struct del *d, const char *directory, nt_status *worst)
{
    struct win_expansion e;
    char name[WIN_PATH];
    if (!win_print_path(name, "%s\\*", directory))
        return;
    nt_status status = win_expand(d->win, name, &e);
    note(d, directory, status, worst);
    for (size_t i = 0; status == NT_SUCCESS && i < e.entries.count; i++) {
        struct win_file file;
        if (win_entry_name(&e, i, name) && win_entry_stat(&e, i, &file) == NT_SUCCESS &&
            (!win_is_directory(&file) || win_is_reparse(&file) || file.mounted))
            note(d, name, win_remove(d->win, name, 0), worst);
    }
    win_list_free(&e.entries);
}

/*
 * Everything below a directory, and it: the deepest first; a link is removed and not entered. What
 * somebody has mounted below is not entered either, and stays, since nobody here unmounts it.
 */
static nt_status remove_tree(struct del *d, const struct win_path *path)
{
    struct win_listing tree;
    nt_status worst = NT_SUCCESS;
    nt_status status = win_tree(path->name, path->native, &tree);
    for (size_t i = tree.count; status == NT_SUCCESS && i-- > 0;) {
        const char *name = tree.list[i].name;
        remove_files(d, name, &worst);
        note(d, name, win_remove(d->win, name, WIN_DIRECTORY_FILE), &worst);
    }
    win_list_free(&tree);
    return status == NT_SUCCESS ? worst : status;
}

static void remove_argument(struct del *d, const char *typed)
{
    struct win_path path;
    struct win_file file;
    nt_status status = win_resolve(d->win, typed, WIN_NO_FOLLOW, &path);
    if (status == NT_SUCCESS && path.stream[0] != '\0')
        status = NT_OBJECT_NAME_INVALID;
    bool tree = d->recurse && status == NT_SUCCESS && path.exists &&
                win_file_stat(path.native, &file) == NT_SUCCESS && win_is_directory(&file) &&
                !win_is_reparse(&file) &&
                (!file.mounted || strcmp(path.native, path.drive->root) == 0);
    if (status == NT_SUCCESS && tree) {
        if (!d->quiet && !win_ask(d->win, path.name, "Are you sure"))
            return;
        status = remove_tree(d, &path);
    } else if (status == NT_SUCCESS) {
        status = win_remove(d->win, typed, WIN_DIRECTORY_FILE);
    }
    if (status != NT_SUCCESS && !(tree && d->result != 0))
        d->result = win_fail(d->win, status);
}

int win_rd(struct win *win, const struct win_words *words)
{
    struct del d = {.win = win};
    if (!win_switches_known(win, words, "qs", ""))
        return 1;
    if (words->count == 0)
        return win_syntax(win);
    d.recurse = win_switch(words, "s") != NULL;
    d.quiet = win_switch(words, "q") != NULL;
    for (int i = 0; i < words->count; i++)
        remove_argument(&d, words->word[i]);
    return d.result;
}
