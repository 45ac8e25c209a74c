/* SPDX-License-Identifier: MIT */
/* Everything below a directory, by a list and not by recursion: trees are deeper than stacks. */
#include <stdlib.h>
#include <string.h>

#include "win/command.h"

static bool add(struct win_listing *l, const char *name, const char *native)
{
    struct win_entry *more = realloc(l->list, (l->count + 1) * sizeof(*more));
    if (more == NULL)
        return false;
    l->list = more;
    more[l->count] = (struct win_entry){strdup(name), strdup(native)};
    l->count++;
    return more[l->count - 1].name != NULL && more[l->count - 1].native != NULL;
}

/* The directories in a directory, the last first: they are taken from the end. */
static bool add_below(struct win_listing *waiting, const struct win_entry *parent)
{
    struct win_listing entries;
    char name[WIN_PATH];
    char native[WIN_PATH];
    struct win_file file;
    bool ok = true;
    if (win_list(parent->native, &entries) != NT_SUCCESS)
        return true; /* whoever wants to know what is in it is told that it cannot be read */
    for (size_t i = entries.count; ok && i-- > 0;) {
        const struct win_entry *e = &entries.list[i];
        if (win_print_path(name, "%s\\%s", parent->name, e->name) &&
            win_print_path(native, "%s/%s", parent->native, e->native) &&
            win_file_stat(native, &file) == NT_SUCCESS && win_is_directory(&file) &&
            !win_is_reparse(&file) && !file.mounted)
            ok = add(waiting, name, native);
    }
    win_list_free(&entries);
    return ok;
}

nt_status win_tree(const char *name, const char *native, struct win_listing *out)
{
    struct win_listing waiting = {.list = NULL};
    *out = (struct win_listing){.list = NULL};
    bool ok = add(&waiting, name, native);
    while (ok && waiting.count > 0) {
        const struct win_entry next = waiting.list[--waiting.count];
        ok = add(out, next.name, next.native) && add_below(&waiting, &next);
        free(next.name);
        free(next.native);
    }
    win_list_free(&waiting);
    return ok ? NT_SUCCESS : NT_NO_MEMORY;
}

nt_status win_for_tree(const struct win *win, const char *typed, void *data,
                       nt_status (*visit)(void *data, const char *typed))
{
    struct win_expansion e;
    struct win_listing tree;
    char name[WIN_PATH];
    nt_status status = win_expand(win, typed, &e);
    win_list_free(&e.entries);
    if (status != NT_SUCCESS)
        return visit(data, typed);
    status = win_tree(e.directory, e.native, &tree);
    for (size_t i = 0; status == NT_SUCCESS && i < tree.count; i++)
        if (win_print_path(name, "%s\\%s", tree.list[i].name, e.pattern))
            status = visit(data, name);
    win_list_free(&tree);
    return status;
}
