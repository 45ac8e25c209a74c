/* SPDX-License-Identifier: MIT */
/* From a full name to a file. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "nt/names.h"
#include "nt/utf16.h"
#include "store/foldnames.h"
#include "store/pending.h"
#include "sys/sys.h"
#include "win/file.h"

#define LINK_MAX 63 /* reparse points in one name; the number is recalled */

bool win_case_sensitive(const char *directory)
{
    const struct store_object o = {win_root_of(directory), AT_FDCWD, directory};
    char value = 0;
    return store_attr_get(&o, true, STORE_CASE, &value, 1) == 1 && value == '1';
}

bool win_find(const char *directory, const char *name, char out[WIN_PATH])
{
    struct stat st;
    char other[NT_NAME_BYTES * 3 + 1];
    size_t n = strlen(name);
    if (!win_print_path(out, "%s/%s", directory, name) || n >= sizeof(other))
        return false;
    if (sys_fstatat(AT_FDCWD, out, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    /* Made on Linux by a program that never heard of escapes: the name has the character itself. */
    memcpy(other, name, n + 1);
    if (nt_name_unescape(other, n) != n && win_print_path(out, "%s/%s", directory, other) &&
        sys_fstatat(AT_FDCWD, out, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    const struct store_object o = {win_root_of(directory), AT_FDCWD, directory};
    if (store_fold_lookup(&o, true, name, n, other, sizeof(other)) > 0 &&
        win_print_path(out, "%s/%s", directory, other))
        return true;
    if (win_find_short(directory, name, out))
        return true;
    (void)win_print_path(out, "%s/%s", directory, name);
    return false;
}

/* True for tags whose filter every Windows has, and which look like plain files. (inference) */
static bool tag_transparent(uint32_t tag)
{
    return tag == NT_TAG_WOF || tag == NT_TAG_DEDUP || (tag & 0xFFFF0FFFu) == NT_TAG_CLOUD ||
           tag == NT_TAG_PROJFS || tag == NT_TAG_FILE_PLACEHOLDER || tag == NT_TAG_ONEDRIVE;
}

/*
 * Puts a link's target in place of `name` up to `end`; what follows is kept. STATUS_IO_REPARSE_TAG_
 * NOT_HANDLED for a tag that Windows has no driver for: WSL's own links are of them.
 */
static nt_status replace_link(const struct win *win, const struct win_file *file,
                              const char *native, char *name, size_t end)
{
    static uint8_t buffer[NT_REPARSE_MAX]; /* one thread, and no call below comes back */
    char target[WIN_PATH];
    char rest[WIN_PATH];
    char next[WIN_PATH];
    char whole[WIN_PATH];
    char stream[WIN_STREAM];
    struct nt_reparse r;
    nt_status status;
    if (file->tag != NT_TAG_SYMLINK && file->tag != NT_TAG_MOUNT_POINT)
        return NT_IO_REPARSE_TAG_NOT_HANDLED;
    size_t size = win_reparse_get(native, file, buffer, &status);
    if (size == 0)
        return status;
    if (nt_reparse_decode(buffer, size, &r) < 0)
        return NT_IO_REPARSE_DATA_INVALID;
    if (nt_utf16le_to_utf8(r.substitute.at, r.substitute.n, target, sizeof(target)) < 0)
        return NT_IO_REPARSE_DATA_INVALID;
    (void)snprintf(rest, sizeof(rest), "%s", name + end);
    if (r.relative && target[0] != '\\') {
        /* From the directory of the link, as the name spells it. */
        name[end] = '\0';
        win_drop_leaf(name);
        if (!win_print_path(next, "%s\\%s%s", name, target, rest))
            return NT_NAME_TOO_LONG;
    } else if (r.relative) { /* from the root of the link's volume (recalled) */
        if (!win_print_path(next, "%.2s%s%s", name, target, rest))
            return NT_NAME_TOO_LONG;
    } else if (!win_print_path(next, "%s%s", target, rest)) {
        return NT_NAME_TOO_LONG;
    }
    status = win_full_name(win, next, WIN_FOLLOW, whole, stream);
    if (status == NT_SUCCESS)
        memcpy(name, whole, strlen(whole) + 1);
    return status;
}

/* True where what a name says waits to be deleted, whatever the case of the name. */
static bool is_pending(const char *root, const char *directory, const char *component)
{
    char marked[NT_NAME_BYTES * 3 + 1 + NT_PENDING_SUFFIX_LENGTH];
    char native[WIN_PATH];
    (void)snprintf(marked, sizeof(marked), "%s%s", component, NT_PENDING_SUFFIX);
    const struct store_object o = {root, AT_FDCWD, native};
    return win_find(directory, marked, native) && store_pending_look(&o) == STORE_PENDING_HELD;
}

/* What a walk has come to. */
struct walk {
    const struct win *win;
    struct win_path *out;
    unsigned how;
    unsigned links;
    bool again; /* a link was put in: begin anew */
};

/* One component of the walk: `name` is in out->native's directory; `end`: where it ends. */
static nt_status step(struct walk *w, const char *component, size_t end, bool last)
{
    struct win_path *p = w->out;
    char directory[WIN_PATH];
    struct win_file file;
    memcpy(directory, p->native, strlen(p->native) + 1);
    if (!win_find(directory, component, p->native)) {
        if (is_pending(p->drive->root, directory, component))
            return NT_DELETE_PENDING;
        return last ? NT_SUCCESS : NT_OBJECT_PATH_NOT_FOUND;
    }
    nt_status status = win_file_stat(p->native, &file);
    if (status != NT_SUCCESS)
        return status;
    if (win_is_reparse(&file) && !(last && (w->how & WIN_NO_FOLLOW) != 0) &&
        !tag_transparent(file.tag)) {
        if (++w->links > LINK_MAX)
            return NT_REPARSE_POINT_NOT_RESOLVED;
        if (last && !p->linked) {
            p->linked = true;
            p->linked_as_directory = win_is_directory(&file);
        }
        w->again = true;
        return replace_link(w->win, &file, p->native, p->name, end);
    }
    if (!last && !win_is_directory(&file))
        return NT_OBJECT_PATH_NOT_FOUND;
    p->exists = last;
    return NT_SUCCESS;
}

static nt_status walk(struct walk *w)
{
    struct win_path *p = w->out;
    char component[NT_NAME_BYTES * 3 + 1];
    struct stat st;
    p->drive = win_drive_of(w->win, p->name);
    if (p->drive == NULL || !win_print_path(p->native, "%s", p->drive->root) ||
        sys_fstatat(AT_FDCWD, p->native, &st, 0) < 0)
        return NT_OBJECT_PATH_NOT_FOUND;
    size_t at = strlen(p->drive->source);
    w->again = false;
    p->exists = p->name[at] == '\0' || p->name[at + 1] == '\0';
    nt_status status = NT_SUCCESS;
    while (status == NT_SUCCESS && !w->again && p->name[at] == '\\' && p->name[at + 1] != '\0') {
        size_t start = ++at;
        while (p->name[at] != '\0' && p->name[at] != '\\')
            at++;
        if (at - start >= sizeof(component))
            return NT_OBJECT_NAME_INVALID;
        memcpy(component, p->name + start, at - start);
        component[at - start] = '\0';
        status = step(w, component, at, p->name[at] == '\0');
    }
    return status;
}

/* True where a name says "::$DATA": the content of a file, and not a directory. */
static bool names_data(const char *typed)
{
    static const char data[] = "::$DATA";
    const size_t n = strlen(typed);
    return n >= sizeof(data) && strcasecmp(typed + n - (sizeof(data) - 1), data) == 0;
}

nt_status win_resolve(const struct win *win, const char *typed, unsigned how, struct win_path *out)
{
    struct walk w = {.win = win, .out = out, .how = how};
    struct win_file file;
    char first[WIN_PATH];
    size_t n = strlen(typed);
    *out = (struct win_path){.directory_wanted = n > 0 && strchr("\\/", typed[n - 1]) != NULL};
    nt_status status = win_full_name(win, typed, how, out->name, out->stream);
    memcpy(first, out->name, strlen(out->name) + 1);
    do {
        if (status == NT_SUCCESS)
            status = walk(&w);
    } while (status == NT_SUCCESS && w.again);
    if (status == NT_SUCCESS && out->linked && out->exists &&
        win_file_stat(out->native, &file) == NT_SUCCESS &&
        win_is_directory(&file) != out->linked_as_directory)
        status = out->linked_as_directory ? NT_NOT_A_DIRECTORY : NT_ACCESS_DENIED; /* recalled */
    if (status == NT_SUCCESS && out->exists && names_data(typed) &&
        win_file_stat(out->native, &file) == NT_SUCCESS && win_is_directory(&file))
        status = NT_FILE_IS_A_DIRECTORY; /* which has none (inference) */
    /* Messages show what was asked for, and who asks again asks for the same. */
    size_t raw = (size_t)(win_plain(typed) - typed);
    if (!win_print_path(out->name, "%.*s%s", (int)raw, typed, first))
        return status == NT_SUCCESS ? NT_NAME_TOO_LONG : status;
    return status;
}

bool win_leads_to_directory(const struct win_path *path)
{
    struct win_file file;
    return path->exists && win_file_stat(path->native, &file) == NT_SUCCESS &&
           win_is_directory(&file);
}
