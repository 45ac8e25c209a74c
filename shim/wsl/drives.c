/* SPDX-License-Identifier: MIT */
#include "wsl/drives.h"

#include <ctype.h>

#include "nt/fold.h"
#include "nt/names.h"

/* True for a name with a drive letter, or of a share: "C:", "C:\x", "\\server\share". */
static bool is_windows(const char *name)
{
    if (isalpha((unsigned char)name[0]) && name[1] == ':')
        return name[2] == '\0' || name[2] == '\\';
    return name[0] == '\\' && name[1] == '\\' && name[2] != '\0';
}

/* Takes over a source as it was typed, with either kind of slash. */
static bool set_windows(struct wsl_text *t, const char *source)
{
    wsl_clear(t);
    wsl_put(t, source);
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i] == '/')
            t->at[i] = '\\';
    while (wsl_ends(t, '\\'))
        wsl_cut(t, t->n - 1);
    return !t->full && is_windows(t->at);
}

void wsl_add_escaped(struct wsl_text *t, const char *path)
{
    char name[3 * NAME_MAX + 1];
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        long length = nt_name_escape(path, n, name, sizeof(name));
        if (length < 0)
            t->full = true;
        else
            wsl_add(t, name, (size_t)length);
        path += n;
        if (*path == '/') {
            wsl_add(t, "\\", 1);
            path++;
        }
    }
}

/* Of a bind mount, the directory in the drive that is there. */
static bool add_root(struct wsl_text *t, const char *root)
{
    if (strcmp(root, "/") != 0)
        wsl_add_escaped(t, root);
    return !t->full;
}

/* What is read has no NUL behind it that would end a search. */
static bool is_octal(const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at[i] < '0' || at[i] > '7')
            return false;
    return true;
}

/*
 * True where the kernel has written octal digits for each backslash. Of a 9p mount's options it has
 * not, as far as is known ("path=C:\;uid=0").
 */
static bool is_escaped(struct sys_span part)
{
    for (size_t i = 0; i < part.n; i++)
        if (part.at[i] == '\\' && (part.n - i < 4 || !is_octal(part.at + i + 1, 3)))
            return false;
    return true;
}

/* The path of a 9p mount: "...,aname=drvfs;path=C:\;uid=0,..." False where it is another server's.
 */
static bool path_of_9p(struct sys_span super, struct wsl_text *t)
{
    static const char aname[] = "aname=drvfs";
    char options[2 * PATH_MAX];
    const size_t name = sizeof(aname) - 1;
    if (!is_escaped(super)) {
        if (super.n >= sizeof(options))
            return false;
        memcpy(options, super.at, super.n);
        options[super.n] = '\0';
    } else if (sys_mount_unescape(super, options, sizeof(options)) < 0) {
        return false;
    }
    char *save = NULL;
    char *option = strtok_r(options, ",", &save);
    while (option != NULL &&
           (strncmp(option, aname, name) != 0 || (option[name] != ';' && option[name] != '\0')))
        option = strtok_r(NULL, ",", &save);
    for (char *part = strtok_r(option, ";", &save); option != NULL && part != NULL;
         part = strtok_r(NULL, ";", &save)) {
        if (strncmp(part, "path=", 5) != 0)
            continue;
        part += 5;
        if (strncmp(part, "UNC\\", 4) == 0 || strncmp(part, "UNC/", 4) == 0) {
            part += 2; /* "\\server" from "UNC\server" */
            part[0] = '\\';
        }
        return set_windows(t, part);
    }
    return false;
}

/*
 * What a virtiofs mount is. Its source is a tag; where one device has the directories of all, it is
 * the first name in the root.
 */
static bool path_of_virtiofs(const struct wsl_table *table, const char *source, const char *root,
                             struct wsl_text *t)
{
    char windows[PATH_MAX];
    char tag[NAME_MAX + 1];
    if (table->tag == NULL)
        return false;
    if (source[0] != '\0' && strchr(source, '/') == NULL &&
        table->tag(source, windows, sizeof(windows)) > 0)
        return set_windows(t, windows) && add_root(t, root);
    size_t n = strcspn(root + 1, "/");
    if (n == 0 || n >= sizeof(tag))
        return false;
    memcpy(tag, root + 1, n);
    tag[n] = '\0';
    return table->tag(tag, windows, sizeof(windows)) > 0 && set_windows(t, windows) &&
           add_root(t, root[1 + n] == '\0' ? "/" : root + 1 + n);
}

enum wsl_kind wsl_drive_of(const struct wsl_table *table, const struct sys_mount_line *line,
                           struct wsl_drive *drive)
{
    char source[PATH_MAX];
    char root[PATH_MAX];
    enum wsl_kind kind = sys_span_is(line->type, "drvfs")      ? WSL_DRVFS
                         : sys_span_is(line->type, "9p")       ? WSL_9P
                         : sys_span_is(line->type, "virtiofs") ? WSL_VIRTIOFS
                                                               : WSL_NONE;
    if (kind == WSL_NONE || sys_mount_unescape(line->source, source, sizeof(source)) < 0 ||
        sys_mount_unescape(line->root, root, sizeof(root)) < 0 || root[0] != '/')
        return WSL_NONE;
    bool is = kind == WSL_DRVFS
                  ? set_windows(&drive->windows, source) && add_root(&drive->windows, root)
              : kind == WSL_9P
                  ? path_of_9p(line->super, &drive->windows) && add_root(&drive->windows, root)
                  : path_of_virtiofs(table, source, root, &drive->windows);
    return is ? kind : WSL_NONE;
}

/* True where a path is a directory (a mount point), or below it. */
static bool is_below(const char *path, const char *directory)
{
    size_t n = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    return strncmp(path, directory, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

bool wsl_drive_of_path(const struct wsl_table *table, const char *path, struct wsl_drive *drive)
{
    static struct wsl_drive one; /* large; a program has one thread */
    struct sys_span text = table->text;
    struct sys_mount_line line;
    bool found = false;
    while (sys_mount_next(&text, &line, NULL)) {
        if (sys_mount_unescape(line.point, one.point, sizeof(one.point)) < 0 ||
            !is_below(path, one.point))
            continue;
        found = wsl_drive_of(table, &line, &one) != WSL_NONE;
        if (found)
            *drive = one;
    }
    return found;
}

/* What of a Windows path is behind a drive's name; NULL where it is not on that. */
static const char *behind(const char *path, const char *name)
{
    for (;;) {
        size_t n = strcspn(name, "\\");
        size_t length = strcspn(path, "\\");
        if (!nt_fold_equal(path, length, name, n))
            return NULL;
        path += length;
        name += n;
        if (*name == '\0')
            return path;
        if (*path == '\0')
            return NULL;
        path++;
        name++;
    }
}

bool wsl_drive_of_windows(const struct wsl_table *table, const char *windows,
                          struct wsl_drive *drive, const char **rest)
{
    static struct wsl_drive one; /* large; a program has one thread */
    struct sys_span text = table->text;
    struct sys_mount_line line;
    bool found = false;
    while (sys_mount_next(&text, &line, NULL)) {
        if (sys_mount_unescape(line.point, one.point, sizeof(one.point)) < 0)
            continue;
        if (found && is_below(drive->point, one.point))
            found = false;
        if (wsl_drive_of(table, &line, &one) == WSL_NONE)
            continue;
        const char *left = behind(windows, one.windows.at);
        if (left == NULL || (found && one.windows.n < drive->windows.n))
            continue;
        found = true;
        *drive = one;
        *rest = left;
    }
    return found;
}

enum wsl_kind wsl_kind_of_table(const struct wsl_table *table)
{
    static struct wsl_drive one; /* large; a program has one thread */
    struct sys_span text = table->text;
    struct sys_mount_line line;
    while (sys_mount_next(&text, &line, NULL)) {
        enum wsl_kind kind = wsl_drive_of(table, &line, &one);
        if (kind != WSL_NONE)
            return kind;
    }
    return WSL_NONE;
}
