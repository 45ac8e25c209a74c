/* SPDX-License-Identifier: MIT */
/* dir */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <time.h>

#include "nt/accounts.h"
#include "nt/utf16.h"
#include "nt/win32names.h"
#include "sys/sys.h"
#include "win/command.h"
#include "win/security.h"

/* A row that is to be printed. */
struct row {
    const char *name;
    const struct win_entry *entry;
    char native[WIN_PATH];
    struct win_file file;
};

struct dir {
    struct win *win;
    bool bare;
    bool recurse;
    bool shorts;
    bool streams;
    bool owners;
    bool separators;
    enum win_time time;
    const char *order; /* "" : by name; NULL: as it comes, which on NTFS is by name too */
    uint32_t want;     /* attributes that have to be set, and those that must not be */
    uint32_t refuse;
    bool headed; /* the volume's lines were printed */
    bool top;    /* what was typed, and nothing below it */
    bool found;
    uint64_t files;
    uint64_t bytes;
    uint64_t directories;
};

/* --- what is printed ------------------------------------------------------------------------ */

static void print_head(struct dir *d, const char *name)
{
    const struct win_drive *drive = win_drive_of(d->win, name);
    if (d->headed || drive == NULL)
        return;
    d->headed = true;
    if (drive->label != NULL && drive->label[0] != '\0')
        fprintf(d->win->out, " Volume in drive %c is %s\n", drive->source[0], drive->label);
    else
        fprintf(d->win->out, " Volume in drive %c has no label.\n", drive->source[0]);
    fprintf(d->win->out, " Volume Serial Number is %04X-%04X\n", drive->serial >> 16,
            drive->serial & 0xFFFF);
}

/* The target of a link in brackets. A tag that Windows cannot read has no name to show. */
static void print_target(const struct row *row, FILE *out)
{
    static uint8_t buffer[NT_REPARSE_MAX];
    char text[WIN_PATH];
    struct nt_reparse r;
    nt_status status;
    size_t n = win_reparse_get(row->native, &row->file, buffer, &status);
    if ((row->file.tag != NT_TAG_SYMLINK && row->file.tag != NT_TAG_MOUNT_POINT) || n == 0 ||
        nt_reparse_decode(buffer, n, &r) < 0) {
        fputs(" [...]", out);
        return;
    }
    const struct nt_bytes *name = r.print.n > 0 ? &r.print : &r.substitute;
    if (nt_utf16le_to_utf8(name->at, name->n, text, sizeof(text)) < 0)
        (void)snprintf(text, sizeof(text), "...");
    fprintf(out, " [%s]", text);
}

/* What stands in the place of a size; NULL for a file. Every surrogate but a symlink is a junction
 * to dir. */
static const char *kind(const struct win_file *file)
{
    if (win_is_reparse(file) && nt_tag_surrogate(file->tag)) {
        if (file->tag != NT_TAG_SYMLINK)
            return "<JUNCTION>";
        return win_is_directory(file) ? "<SYMLINKD>" : "<SYMLINK>";
    }
    return win_is_directory(file) ? "<DIR>" : NULL;
}

static void print_date(struct timespec when, FILE *out)
{
    char text[32];
    struct tm tm;
    localtime_r(&when.tv_sec, &tm);
    strftime(text, sizeof(text), "%m/%d/%Y  %I:%M %p", &tm);
    fputs(text, out);
}

/* As icacls has it. "...": of a descriptor that is none nobody is told. (recalled, as the width) */
static void print_owner(const struct row *row, FILE *out)
{
    static struct win_security s; /* large; one thread */
    char text[NT_ACCOUNT_NAME] = "...";
    if (win_security_get(row->native, &s) == NT_SUCCESS) {
        nt_account_name(s.owner, text);
        win_security_free(&s);
    }
    fprintf(out, "%-23.22s", text);
}

static void print_streams(const struct dir *d, const struct row *row)
{
    struct win_stream *list;
    char number[32];
    size_t count = win_streams(row->native, &list);
    for (size_t i = 0; i < count; i++)
        fprintf(d->win->out, "%38s %s:%s:$DATA\n", win_number(list[i].size, d->separators, number),
                row->name, list[i].name);
    free(list);
}

static void print_row(const struct dir *d, const struct row *row, const char *short_name)
{
    FILE *out = d->win->out;
    const char *tag = kind(&row->file);
    char number[32];
    char offline[36];
    print_date(row->file.times[d->time], out);
    if (tag != NULL) {
        fprintf(out, "    %-15s", tag);
    } else {
        win_number(row->file.size, d->separators, number);
        (void)snprintf(offline, sizeof(offline),
                       (row->file.attributes & NT_OFFLINE) != 0 ? "(%s)" : "%s", number);
        fprintf(out, "%18s ", offline); /* parentheses: recalled */
    }
    if (d->shorts)
        fprintf(out, "%-12s ", short_name);
    if (d->owners)
        print_owner(row, out);
    fputs(row->name, out);
    if (tag != NULL && win_is_reparse(&row->file))
        print_target(row, out);
    fputc('\n', out);
    if (d->streams)
        print_streams(d, row);
}

static void print_files(const struct dir *d, uint64_t files, uint64_t bytes)
{
    char a[32];
    char b[32];
    fprintf(d->win->out, "%16s File(s) %14s bytes\n", win_number(files, d->separators, a),
            win_number(bytes, d->separators, b));
}

static void print_free(const struct dir *d, const char *native)
{
    struct statfs fs;
    char a[32];
    char b[32];
    uint64_t available = 0;
    if (sys_statfs(native, &fs) == 0)
        available = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
    fprintf(d->win->out, "%16s Dir(s)  %14s bytes free\n",
            win_number(d->directories, d->separators, a), win_number(available, d->separators, b));
}

/* --- which rows, in which order ------------------------------------------------------------- */

static const char *extension(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL ? dot : "";
}

static const struct dir *sorting; /* qsort has no argument for it; one thread */

static int compare_by(char key, const struct row *a, const struct row *b)
{
    const struct timespec *x = &a->file.times[sorting->time];
    const struct timespec *y = &b->file.times[sorting->time];
    switch (key) {
    case 'n':
        return strcasecmp(a->name, b->name);
    case 'e':
        return strcasecmp(extension(a->name), extension(b->name));
    case 's':
        return (a->file.size > b->file.size) - (a->file.size < b->file.size);
    case 'd':
        if (x->tv_sec != y->tv_sec)
            return x->tv_sec < y->tv_sec ? -1 : 1;
        return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
    default: /* g: directories first */
        return (int)win_is_directory(&b->file) - (int)win_is_directory(&a->file);
    }
}

static int compare(const void *a, const void *b)
{
    for (const char *o = sorting->order[0] != '\0' ? sorting->order : "gn"; *o != '\0'; o++) {
        bool backwards = *o == '-';
        if (backwards && *++o == '\0')
            break;
        int r = compare_by((char)(*o | 0x20), a, b);
        if (r != 0)
            return backwards ? -r : r;
    }
    return strcasecmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/*
 * "." and ".." of a directory. A volume's root has neither; and the post's listing of a directory
 * right below it has "." alone and counts so, which other versions of Windows do not.
 */
static void print_dots(struct dir *d, const char *name, const char *native)
{
    bool first_level = strchr(name + 3, '\\') == NULL;
    static const char *const dots[] = {".", ".."};
    for (size_t i = 0; i < (first_level ? 1u : 2u); i++) {
        struct row row = {.name = dots[i]};
        char parent[WIN_PATH];
        (void)win_print_path(parent, "%s%s", native, i == 0 ? "" : "/..");
        (void)win_print_path(row.native, "%s", native);
        if (win_file_stat(parent, &row.file) != NT_SUCCESS ||
            !win_wanted(&row.file, d->want, d->refuse))
            continue;
        print_row(d, &row, "");
        d->directories++;
    }
}

static void print_bare(const struct dir *d, const struct win_expansion *e, const struct row *row)
{
    if (d->recurse)
        fprintf(d->win->out, "%s\\", e->directory);
    fprintf(d->win->out, "%s\n", row->name);
}

/* --- one directory -------------------------------------------------------------------------- */

/* The rows that an expansion has for us; to be freed. */
static size_t collect(const struct dir *d, const struct win_expansion *e, struct row **rows)
{
    size_t count = 0;
    *rows = calloc(e->entries.count + 1, sizeof(**rows));
    for (size_t i = 0; *rows != NULL && i < e->entries.count; i++) {
        struct row *row = &(*rows)[count];
        row->entry = &e->entries.list[i];
        row->name = row->entry->name;
        if (win_entry_stat(e, i, &row->file) == NT_SUCCESS &&
            win_wanted(&row->file, d->want, d->refuse) &&
            win_print_path(row->native, "%s/%s", e->native, e->entries.list[i].native))
            count++;
    }
    sorting = d;
    if (d->order != NULL && count > 1)
        qsort(*rows, count, sizeof(**rows), compare);
    return count;
}

static void print_directory(struct dir *d, const struct win_expansion *e, const struct row *rows,
                            size_t count, bool dots)
{
    uint64_t files = 0;
    uint64_t bytes = 0;
    char alias[NT_SHORT_NAME];
    struct win_listing all = {.list = NULL};
    if (d->shorts)
        (void)win_list(e->native, &all);
    bool root = win_is_volume_root(e->directory);
    print_head(d, win_plain(e->path.name));
    if (!d->bare)
        fprintf(d->win->out, "\n Directory of %s%s\n\n", e->directory, root ? "\\" : "");
    if (dots && !root && !d->bare)
        print_dots(d, e->directory, e->native);
    for (size_t i = 0; i < count; i++) {
        const struct win_file *f = &rows[i].file;
        if (d->bare)
            print_bare(d, e, &rows[i]);
        else
            print_row(d, &rows[i],
                      d->shorts ? win_short_name(e->native, &all, rows[i].entry, alias) : "");
        if (win_is_directory(f)) {
            d->directories++;
        } else {
            files++;
            bytes += f->size;
        }
    }
    win_list_free(&all);
    d->files += files;
    d->bytes += bytes;
    if (!d->bare && (count > 0 || dots))
        print_files(d, files, bytes);
}

static nt_status list(void *data, const char *name)
{
    struct dir *d = data;
    struct win_expansion e;
    struct row *rows;
    nt_status status = win_expand(d->win, name, &e);
    if (status != NT_SUCCESS)
        return d->top ? status : NT_SUCCESS; /* below, what cannot be read is left out (recalled) */
    bool everything = strcmp(e.pattern, "*") == 0 || strcmp(e.pattern, "*.*") == 0;
    size_t count = collect(d, &e, &rows);
    bool dots = everything && (d->refuse & NT_DIRECTORY) == 0;
    if (count > 0 || (everything && (d->top || !d->bare)) || (d->top && !d->recurse))
        print_directory(d, &e, rows, count, dots);
    d->found |= count > 0 || (dots && !d->bare && !win_is_volume_root(e.directory));
    d->top = false;
    free(rows);
    win_list_free(&e.entries);
    return NT_SUCCESS;
}

/* One argument: a directory means everything in it. */
static int list_argument(struct dir *d, const char *typed)
{
    struct win_path path;
    char name[WIN_PATH];
    d->headed = d->bare;
    d->found = false;
    d->files = d->bytes = d->directories = 0;
    /* A link to a directory shows what it leads to; one that leads nowhere shows itself. */
    nt_status status = win_resolve(d->win, typed, WIN_FOLLOW | WIN_WILD, &path);
    bool directory = status == NT_SUCCESS && win_leads_to_directory(&path);
    if (directory &&
        !win_print_path(name, "%s%s*", path.name, win_is_volume_root(path.name) ? "" : "\\"))
        return win_fail(d->win, NT_NAME_TOO_LONG);
    d->top = true;
    status = d->recurse ? win_for_tree(d->win, directory ? name : typed, d, list)
                        : list(d, directory ? name : typed);
    if (status != NT_SUCCESS)
        return win_fail(d->win, status);
    if (!d->found)
        return win_error(d->win, "File Not Found");
    if (d->bare)
        return 0;
    if (d->recurse) {
        fputs("\n     Total Files Listed:\n", d->win->out);
        print_files(d, d->files, d->bytes);
    }
    print_free(d, path.drive != NULL ? path.drive->root : "/");
    return 0;
}

int win_dir(struct win *win, const struct win_words *words)
{
    struct dir d = {.win = win, .time = WIN_WRITE};
    const char *time = win_switch(words, "t");
    int result = 0;
    if (!win_switches_known(win, words, "abcnoqrstx4", "dlpw"))
        return 1;
    d.bare = win_switch(words, "b") != NULL;
    d.recurse = win_switch(words, "s") != NULL;
    d.shorts = win_switch(words, "x") != NULL;
    d.streams = win_switch(words, "r") != NULL;
    d.owners = win_switch(words, "q") != NULL;
    d.separators = win_switch(words, "-c") == NULL;
    d.order = win_switch(words, "o");
    if (time != NULL && time[0] != '\0')
        d.time = (time[0] | 0x20) == 'c'   ? WIN_CREATION
                 : (time[0] | 0x20) == 'a' ? WIN_ACCESS
                                           : WIN_WRITE;
    if (!win_read_attributes(win_switch(words, "a"), &d.want, &d.refuse))
        return win_error(win, "Parameter format not correct - \"a%s\".", win_switch(words, "a"));
    if (words->count == 0)
        return list_argument(&d, win->directory);
    for (int i = 0; i < words->count; i++)
        result |= list_argument(&d, words->word[i]);
    return result;
}
