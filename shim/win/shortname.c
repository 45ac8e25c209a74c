/* SPDX-License-Identifier: MIT */
/* 8.3 names: not stored anywhere, but worked out from a directory as Windows would have given them.
 */
#include <string.h>

#include "nt/fold.h"
#include "nt/win32names.h"
#include "win/file.h"

static bool created(const char *directory, const struct win_entry *e, struct timespec *when)
{
    char native[WIN_PATH];
    struct win_file file;
    if (!win_print_path(native, "%s/%s", directory, e->native) ||
        win_file_stat(native, &file) != NT_SUCCESS)
        return false;
    *when = file.times[WIN_CREATION];
    return true;
}

/* Windows numbers names in the order in which they were made. */
static bool older(const char *directory, const struct win_entry *a, const struct win_entry *b)
{
    struct timespec x;
    struct timespec y;
    if (!created(directory, a, &x) || !created(directory, b, &y))
        return false;
    if (x.tv_sec != y.tv_sec)
        return x.tv_sec < y.tv_sec;
    return x.tv_nsec != y.tv_nsec ? x.tv_nsec < y.tv_nsec : strcmp(a->name, b->name) < 0;
}

const char *win_short_name(const char *directory, const struct win_listing *all,
                           const struct win_entry *entry, char out[NT_SHORT_NAME])
{
    char first[NT_SHORT_NAME];
    char other[NT_SHORT_NAME];
    unsigned count = 1;
    if (nt_short_name(entry->name, strlen(entry->name), 1, first) == 0)
        return "";
    for (size_t i = 0; i < all->count; i++) {
        const struct win_entry *e = &all->list[i];
        if (strcmp(e->name, entry->name) != 0 &&
            nt_short_name(e->name, strlen(e->name), 1, other) != 0 && strcmp(other, first) == 0 &&
            older(directory, e, entry))
            count++;
    }
    nt_short_name(entry->name, strlen(entry->name), count, out);
    return out;
}

bool win_find_short(const char *directory, const char *name, char out[WIN_PATH])
{
    struct win_listing all;
    char alias[NT_SHORT_NAME];
    bool found = false;
    size_t n = strlen(name);
    if (n >= NT_SHORT_NAME || strchr(name, '~') == NULL || win_list(directory, &all) != NT_SUCCESS)
        return false;
    for (size_t i = 0; !found && i < all.count; i++) {
        const char *s = win_short_name(directory, &all, &all.list[i], alias);
        found = nt_fold_equal(s, strlen(s), name, n) &&
                win_print_path(out, "%s/%s", directory, all.list[i].native);
    }
    win_list_free(&all);
    return found;
}
