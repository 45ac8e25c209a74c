/* SPDX-License-Identifier: MIT */
#include "wsl/translate.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

#include "nt/names.h"

#define SERVER "\\\\wsl.localhost\\"

static bool has_letter(const char *path)
{
    return isalpha((unsigned char)path[0]) && path[1] == ':';
}

/* A Linux path, absolute and without dots, as Windows knows it; a slash at its end is kept. */
static int windows_of(const struct wsl_view *view, const char *path, struct wsl_text *out)
{
    static struct wsl_drive drive; /* large; a program has one thread */
    wsl_clear(out);
    if (wsl_drive_of_path(&view->table, path, &drive)) {
        const char *rest = path + (strcmp(drive.point, "/") == 0 ? 0 : strlen(drive.point));
        wsl_add(out, drive.windows.at, drive.windows.n);
        wsl_add_escaped(out, *rest == '\0' && out->n == 2 && has_letter(out->at) ? "/" : rest);
    } else if (view->distro == NULL) {
        return EINVAL;
    } else {
        wsl_put(out, SERVER);
        wsl_put(out, view->distro);
        wsl_add_escaped(out, path);
    }
    return out->full ? ENAMETOOLONG : 0;
}

/* What is left of a path behind `prefix`, which may end with its separator; NULL: it is not below.
 */
static const char *below(const char *path, const struct wsl_text *prefix, char separator)
{
    if (strncmp(path, prefix->at, prefix->n) != 0)
        return NULL;
    path += prefix->n;
    if (*path == separator && !wsl_ends(prefix, separator))
        return path + 1;
    return *path == '\0' || wsl_ends(prefix, separator) ? path : NULL;
}

/* Makes a path relative to where the caller is, if it leads below. */
static void make_relative(struct wsl_text *path, const struct wsl_text *cwd, char separator)
{
    const char *rest = below(path->at, cwd, separator);
    if (rest == NULL)
        return;
    size_t n = path->n - (size_t)(rest - path->at);
    memmove(path->at, rest, n + 1);
    path->n = n;
    if (n == 0)
        wsl_put(path, ".");
}

/*
 * Adds a path to one that is absolute, component by component: "." is left out, ".." takes one off,
 * but of the first `least` bytes none. A separator at its end is kept. False where there is nothing
 * left to take off.
 */
static bool add_by_text(struct wsl_text *t, size_t least, const char *path, char separator)
{
    const char ends[] = {separator, '\0'};
    bool climbs = false;
    while (*path != '\0') {
        size_t n = strcspn(path, ends);
        if (n == 2 && memcmp(path, "..", 2) == 0) {
            climbs |= t->n <= least;
            while (t->n > least && t->at[t->n - 1] != separator)
                wsl_cut(t, t->n - 1);
            if (t->n > least)
                wsl_cut(t, t->n - 1);
        } else if (n > 0 && !(n == 1 && path[0] == '.')) {
            wsl_add(t, ends, 1);
            wsl_add(t, path, n);
        }
        path += n;
        if (*path == separator && path[1] == '\0')
            wsl_add(t, ends, 1);
        path += *path == separator;
    }
    return !climbs;
}

/* A path that is not there, by its text alone: absolute and without dots. */
static void absolute_by_text(const struct wsl_view *view, const char *path, struct wsl_text *out)
{
    wsl_clear(out);
    if (path[0] != '/' && strcmp(view->cwd, "/") != 0)
        wsl_put(out, view->cwd);
    add_by_text(out, 0, path, '/'); /* above "/" is "/" */
    if (out->n == 0)
        wsl_put(out, "/");
}

int wsl_to_windows(const struct wsl_view *view, const char *path, const char *real, bool absolute,
                   struct wsl_text *out)
{
    static struct wsl_text whole; /* large; a program has one thread */
    if (path[0] == '\0')
        return EINVAL;
    if (real == NULL) {
        absolute_by_text(view, path, &whole);
    } else {
        wsl_clear(&whole);
        wsl_put(&whole, real);
        if (path[strlen(path) - 1] == '/' && !wsl_ends(&whole, '/'))
            wsl_put(&whole, "/");
    }
    int error = whole.full ? ENAMETOOLONG : windows_of(view, whole.at, out);
    if (error != 0 || absolute || real != NULL || path[0] == '/')
        return error;
    error = windows_of(view, view->cwd, &whole);
    if (error == 0)
        make_relative(out, &whole, '\\');
    return error;
}

/* A path as it is typed to Windows: backslashes, and one where there are more, but two at its
 * beginning. */
static void tidy(const char *path, struct wsl_text *out)
{
    wsl_clear(out);
    for (; *path != '\0'; path++) {
        bool slash = *path == '/' || *path == '\\';
        if (!slash || out->n == 1 || !wsl_ends(out, '\\'))
            wsl_add(out, slash ? "\\" : path, 1);
    }
}

/* The length of what ".." does not take off: "C:", "\\server\share". */
static size_t root_length(const char *windows)
{
    if (has_letter(windows))
        return 2;
    size_t n = 2 + strcspn(windows + 2, "\\");
    return windows[n] == '\0' ? n : n + 1 + strcspn(windows + n + 1, "\\");
}

/* A relative path, or one from the root of the caller's drive, as an absolute one of Windows'. */
static int make_absolute(const struct wsl_text *cwd, const struct wsl_text *path,
                         struct wsl_text *out)
{
    bool from_root = path->at[0] == '\\';
    size_t root = root_length(cwd->at);
    if (from_root && !has_letter(cwd->at))
        return EINVAL;
    wsl_clear(out);
    wsl_add(out, cwd->at, from_root ? root : cwd->n);
    while (out->n > root && wsl_ends(out, '\\'))
        wsl_cut(out, out->n - 1);
    if (!add_by_text(out, root, path->at, '\\'))
        return EINVAL;
    if (out->n == 2)
        wsl_put(out, "\\");
    return out->full ? ENAMETOOLONG : 0;
}

static void to_slashes(struct wsl_text *t, size_t from)
{
    for (size_t i = from; i < t->n; i++)
        if (t->at[i] == '\\')
            t->at[i] = '/';
}

/* What of a path is behind the distribution's name; NULL where it is not the distribution's. */
static const char *in_distro(const struct wsl_view *view, const char *windows)
{
    static const char *const servers[] = {SERVER, "\\\\wsl$\\"};
    for (size_t i = 0; view->distro != NULL && i < sizeof(servers) / sizeof(servers[0]); i++) {
        size_t n = strlen(servers[i]);
        size_t length = strlen(view->distro);
        if (strncasecmp(windows, servers[i], n) == 0 &&
            strncasecmp(windows + n, view->distro, length) == 0 &&
            (windows[n + length] == '\0' || windows[n + length] == '\\'))
            return windows + n + length;
    }
    return NULL;
}

/* An absolute Windows path as Linux knows it. */
static int linux_of(const struct wsl_view *view, const char *windows, struct wsl_text *out)
{
    static struct wsl_drive drive; /* large; a program has one thread */
    const char *rest;
    if (strncmp(windows, "\\\\?\\", 4) == 0)
        windows += 4;
    wsl_clear(out);
    if (wsl_drive_of_windows(&view->table, windows, &drive, &rest)) {
        if (strcmp(drive.point, "/") != 0)
            wsl_put(out, drive.point);
        wsl_put(out, rest);
        to_slashes(out, strcmp(drive.point, "/") == 0 ? 0 : strlen(drive.point));
    } else if ((rest = in_distro(view, windows)) != NULL) {
        wsl_put(out, rest);
        to_slashes(out, 0);
        wsl_cut(out, nt_name_unescape(out->at, out->n));
    } else {
        return EINVAL;
    }
    if (out->n == 0)
        wsl_put(out, "/");
    return out->full ? ENAMETOOLONG : 0;
}

int wsl_to_linux(const struct wsl_view *view, const char *path, bool absolute, struct wsl_text *out)
{
    /* Large; a program has one thread. */
    static struct wsl_text typed;
    static struct wsl_text cwd;
    static struct wsl_text whole;
    tidy(path, &typed);
    if (typed.full)
        return ENAMETOOLONG;
    if (typed.n == 0)
        return EINVAL;
    if (typed.n >= 3 && (has_letter(typed.at) || memcmp(typed.at, "\\\\", 2) == 0))
        return linux_of(view, typed.at, out);
    int error = windows_of(view, view->cwd, &cwd);
    if (error == 0)
        error = make_absolute(&cwd, &typed, &whole);
    if (error == 0)
        error = linux_of(view, whole.at, out);
    if (error != 0 || absolute)
        return error;
    error = linux_of(view, cwd.at, &whole);
    if (error == 0)
        make_relative(out, &whole, '/');
    return error;
}
