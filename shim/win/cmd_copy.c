/* SPDX-License-Identifier: MIT */
/* copy, move and ren: files that get another name, or a second. */
#include <stdlib.h>
#include <string.h>

#include "nt/win32names.h"
#include "sys/sys.h"
#include "win/command.h"
#include "win/ea.h"

#define SEVERAL "lxshim: win: several files into one "

/* --- copying -------------------------------------------------------------------------------- */

/* The extended attributes: what Windows copies has WSL's metadata as well. [CopyFile] */
static nt_status copy_attributes(const char *from, const char *to)
{
    static uint8_t chain[WIN_EA_ROOM]; /* one thread */
    size_t size;
    nt_status status = win_ea_query(from, chain, &size);
    return status == NT_SUCCESS ? win_ea_set_all(to, chain, size) : status;
}

/* What CopyFile takes along: streams, attributes, and the time of the last write. */
static nt_status copy_rest(const struct win_handle *from, const char *to)
{
    struct win_stream *list;
    struct win_file file;
    nt_status status = NT_SUCCESS;
    size_t count = win_streams(from->path.native, &list);
    for (size_t i = 0; status == NT_SUCCESS && i < count; i++) {
        size_t size;
        uint8_t *data = win_stream_get(from->path.native, list[i].name, &size, &status);
        if (data != NULL)
            status = win_stream_set(to, list[i].name, data, size);
        free(data);
    }
    free(list);
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, from->file.times[WIN_WRITE]};
    sys_utimensat(AT_FDCWD, to, times, 0);
    if (status == NT_SUCCESS)
        status = win_file_stat(to, &file);
    if (status == NT_SUCCESS)
        status = win_set_attributes(to, &file, from->file.attributes | NT_ARCHIVE);
    return status == NT_SUCCESS ? copy_attributes(from->path.native, to) : status;
}

/* The one device that is read and written here: it is empty, and takes everything. (recalled) */
static bool is_nul(const char *name)
{
    return strcasecmp(name, "nul") == 0;
}

static nt_status copy_file(const struct win *win, const char *from, const char *to)
{
    struct win_handle source = {.fd = -1};
    struct win_handle target = {.fd = -1};
    static const struct win_request reading = {.access = NT_GENERIC_READ,
                                               .share = WIN_SHARE_READ | WIN_SHARE_WRITE,
                                               .disposition = WIN_OPEN,
                                               .options = WIN_NON_DIRECTORY_FILE};
    static const struct win_request writing = {.access = NT_GENERIC_WRITE,
                                               .share = WIN_SHARE_READ,
                                               .disposition = WIN_OVERWRITE_IF,
                                               .options = WIN_NON_DIRECTORY_FILE | WIN_KEEP_OLD};
    nt_status status = is_nul(from) ? NT_SUCCESS : win_create(win, from, &reading, &source);
    if (status != NT_SUCCESS)
        return status;
    if (is_nul(to)) {
        win_close(&source);
        return NT_SUCCESS;
    }
    status = win_create(win, to, &writing, &target);
    if (is_nul(from)) {
        if (status == NT_SUCCESS)
            status = win_write(&target, "", 0, false);
        win_close(&target);
        return status;
    }
    if (status == NT_SUCCESS) {
        status = win_copy_data(&source, &target);
        if (status == NT_SUCCESS && source.path.stream[0] == '\0' && target.path.stream[0] == '\0')
            status = copy_rest(&source, target.path.native);
        /* CopyFile leaves no part of a file that was not there before. (inference) */
        if (status != NT_SUCCESS && target.information == WIN_FILE_CREATED)
            (void)win_delete(&target);
        win_close(&target);
    }
    win_close(&source);
    return status;
}

static nt_status move_file(const struct win *win, const char *from, const char *to)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_DELETE | NT_READ_ATTRIBUTES,
                                               .share = WIN_SHARE_ALL,
                                               .disposition = WIN_OPEN,
                                               .options = WIN_OPEN_REPARSE_POINT};
    nt_status status = win_create(win, from, &request, &handle);
    if (status != NT_SUCCESS)
        return status;
    status = win_rename(win, &handle, to, true);
    win_close(&handle);
    return status;
}

/* True where a name is a directory, or a link to one. */
static bool is_directory(const struct win *win, const char *name)
{
    struct win_path path;
    return win_resolve(win, name, WIN_FOLLOW, &path) == NT_SUCCESS && win_leads_to_directory(&path);
}

/* True where both names lead to one file or stream, or the second to the whole file of the first.
 */
static bool same_file(const struct win *win, const char *from, const char *to)
{
    struct win_path a;
    struct win_path b;
    struct win_file x;
    struct win_file y;
    return win_resolve(win, from, WIN_FOLLOW, &a) == NT_SUCCESS && a.exists &&
           win_resolve(win, to, WIN_FOLLOW, &b) == NT_SUCCESS && b.exists &&
           win_file_stat(a.native, &x) == NT_SUCCESS && win_file_stat(b.native, &y) == NT_SUCCESS &&
           x.device == y.device && x.inode == y.inode &&
           (b.stream[0] == '\0' || strcasecmp(a.stream, b.stream) == 0);
}

/* What copy and move do with each file, and how they count. */
struct transfer {
    nt_status (*one)(const struct win *win, const char *from, const char *to);
    const char *verb;    /* "copied" */
    bool directories;    /* they are moved, and not copied */
    const char *several; /* what is said of several files that would become one */
};

static bool target_of(const struct win *win, const char *to, const char *leaf, char out[WIN_PATH])
{
    if (!is_directory(win, to))
        return win_print_path(out, "%s", to);
    return win_print_path(out, "%s\\%s", to, leaf);
}

/* True where several files would become one, of which the last was left. */
static bool several_into_one(const struct win *win, const struct win_expansion *e, const char *to)
{
    struct win_file file;
    unsigned files = 0;
    for (size_t i = 0; e->wild && files < 2 && i < e->entries.count; i++)
        files += win_entry_stat(e, i, &file) == NT_SUCCESS &&
                 (!win_is_directory(&file) || win_is_reparse(&file));
    return files > 1 && !is_nul(to) && !is_directory(win, to);
}

static int transfer(struct win *win, const struct win_words *words, const struct transfer *how)
{
    struct win_expansion e;
    unsigned count = 0;
    const char *what = "file";
    const char *to = words->count > 1 ? words->word[1] : ".";
    if (words->count < 1 || words->count > 2)
        return win_syntax(win);
    nt_status status = how->directories ? win_expand(win, words->word[0], &e)
                                        : win_expand_stream(win, words->word[0], &e);
    bool streamed = status == NT_SUCCESS && e.path.stream[0] != '\0';
    if (status == NT_SUCCESS && e.entries.count == 0)
        status = NT_OBJECT_NAME_NOT_FOUND;
    if (status == NT_SUCCESS && several_into_one(win, &e, to)) {
        win_list_free(&e.entries);
        return win_error(win, "%s", how->several);
    }
    for (size_t i = 0; status == NT_SUCCESS && i < e.entries.count; i++) {
        char from[WIN_PATH];
        char target[WIN_PATH];
        struct win_file file;
        if (!win_entry_name(&e, i, from) || !target_of(win, to, e.entries.list[i].name, target) ||
            win_entry_stat(&e, i, &file) != NT_SUCCESS)
            continue;
        bool directory = win_is_directory(&file) && !win_is_reparse(&file);
        if (directory && (e.wild || !how->directories))
            continue;
        if (e.wild)
            fprintf(win->out, "%s\n", e.entries.list[i].name);
        if (!how->directories &&
            same_file(win, streamed ? words->word[0] : from, target)) { /* recalled */
            win_error(win, "The file cannot be copied onto itself.");
            break;
        }
        status = how->one(win, streamed ? words->word[0] : from, target);
        count += status == NT_SUCCESS;
        what = directory ? "dir" : "file";
    }
    win_list_free(&e.entries);
    if (status != NT_SUCCESS)
        win_fail(win, status);
    if (status == NT_SUCCESS || !how->directories || count > 0)
        fprintf(win->out, "%9u %s(s) %s.\n", count, what, how->verb);
    return status == NT_SUCCESS && count > 0 ? 0 : 1;
}

/* `copy nul x` makes an empty file, or empties one. */
static int copy_nothing(struct win *win, const char *to)
{
    nt_status status = copy_file(win, "nul", to);
    if (status != NT_SUCCESS)
        win_fail(win, status);
    fprintf(win->out, "%9u file(s) copied.\n", status == NT_SUCCESS);
    return status != NT_SUCCESS;
}

int win_copy(struct win *win, const struct win_words *words)
{
    static const struct transfer copy = {
        .one = copy_file, .verb = "copied", .several = SEVERAL "are not copied here"};
    for (int i = 0; i < words->count; i++)
        if (strchr(words->word[i], '+') != NULL)
            return win_error(win, SEVERAL "(+) are not copied here");
    if (!win_switches_known(win, words, "by", "adlnvz-"))
        return 1;
    return words->count == 2 && is_nul(words->word[0]) ? copy_nothing(win, words->word[1])
                                                       : transfer(win, words, &copy);
}

int win_move(struct win *win, const struct win_words *words)
{
    static const struct transfer move = {
        .one = move_file,
        .verb = "moved",
        .directories = true,
        .several = "Cannot move multiple files to a single file."}; /* recalled */
    return win_switches_known(win, words, "y", "-") ? transfer(win, words, &move) : 1;
}

/* --- ren ------------------------------------------------------------------------------------ */

/* One part of the new name: "*" stands for the old one's. */
static void part(const char *pattern, size_t n, const char *old, size_t old_n, char *out)
{
    size_t used = strlen(out);
    for (size_t i = 0; i < n && used + old_n + 1 < WIN_PATH; i++) {
        if (pattern[i] == '*') {
            (void)snprintf(out + used, WIN_PATH - used, "%.*s", (int)old_n, old);
            break;
        }
        if (pattern[i] != '?' || i < old_n) {
            const char *from = pattern[i] == '?' ? old + i : pattern + i;
            out[used++] = *from;
            out[used] = '\0';
        }
        used = strlen(out);
    }
}

static void new_name(const char *pattern, const char *old, char out[WIN_PATH])
{
    const char *dot = strrchr(pattern, '.');
    const char *old_dot = strrchr(old, '.');
    size_t old_base = old_dot != NULL && dot != NULL ? (size_t)(old_dot - old) : strlen(old);
    out[0] = '\0';
    part(pattern, dot != NULL ? (size_t)(dot - pattern) : strlen(pattern), old, old_base, out);
    if (dot == NULL)
        return;
    strcat(out, ".");
    part(dot + 1, strlen(dot + 1), old_dot != NULL ? old_dot + 1 : "",
         old_dot != NULL ? strlen(old_dot + 1) : 0, out);
    out[nt_win32_strip(out, strlen(out))] = '\0';
}

static nt_status rename_one(struct win *win, const struct win_expansion *e, size_t i,
                            const char *pattern)
{
    struct win_handle handle;
    static const struct win_request request = {.access = NT_DELETE | NT_READ_ATTRIBUTES,
                                               .share = WIN_SHARE_ALL,
                                               .disposition = WIN_OPEN,
                                               .options = WIN_OPEN_REPARSE_POINT};
    char from[WIN_PATH];
    char leaf[WIN_PATH];
    char to[WIN_PATH * 2];
    if (!win_entry_name(e, i, from))
        return NT_NAME_TOO_LONG;
    new_name(pattern, e->entries.list[i].name, leaf);
    (void)snprintf(to, sizeof(to), "%s\\%s", e->directory, leaf);
    nt_status status = win_create(win, from, &request, &handle);
    if (status == NT_SUCCESS) {
        status = win_rename(win, &handle, to, false);
        win_close(&handle);
    }
    return status;
}

int win_ren(struct win *win, const struct win_words *words)
{
    struct win_expansion e;
    if (words->count != 2 || strpbrk(words->word[1], "\\/:") != NULL)
        return win_syntax(win);
    nt_status status = win_expand(win, words->word[0], &e);
    if (status == NT_SUCCESS && e.entries.count == 0)
        status = NT_OBJECT_NAME_NOT_FOUND;
    for (size_t i = 0; status == NT_SUCCESS && i < e.entries.count; i++)
        status = rename_one(win, &e, i, words->word[1]);
    win_list_free(&e.entries);
    if (status == NT_OBJECT_NAME_COLLISION)
        return win_error(win, "A duplicate file name exists, or the file\ncannot be found.");
    return status == NT_SUCCESS ? 0 : win_fail(win, status);
}
