/* SPDX-License-Identifier: MIT */
/* 8.3 names: not stored anywhere, but worked out from a directory as Windows would have given them.
 */
#include <fcntl.h>
#include <string.h>

#include "nt/names.h"
#include "nt/shortname.h"
#include "store/shortnames.h"
#include "win/file.h"

static bool created(const char *directory, const struct win_entry *e, struct timespec *when)
{
    char native[WIN_PATH];
    const struct store_object o = {win_root_of(directory), AT_FDCWD, native};
    return win_print_path(native, "%s/%s", directory, e->native) && store_created(&o, when) == 0;
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
    char leaf[NT_NAME_BYTES + 1];
    const struct store_object o = {win_root_of(directory), AT_FDCWD, directory};
    return store_short_lookup(&o, STORE_SHORT_HEED, name, strlen(name), leaf, sizeof(leaf)) > 0 &&
           win_print_path(out, "%s/%s", directory, leaf);
}
