/* SPDX-License-Identifier: MIT */
#include "policy/glob.h"

#include <stddef.h>
#include <string.h>

/* The ']' that ends the set opened by the '[' at `set`; NULL where there is none. */
static const char *set_end(const char *set)
{
    const char *p = set + 1;
    if (*p == '!')
        p++;
    if (*p == ']') /* first in the set: an ordinary character */
        p++;
    while (*p != '\0' && *p != ']')
        p++;
    return *p == ']' ? p : NULL;
}

static bool in_set(const char *set, const char *end, char c)
{
    const char *p = set + 1;
    bool inverted = *p == '!';
    bool found = false;
    if (inverted)
        p++;
    for (; p < end; p++) {
        if (p + 2 < end && p[1] == '-') {
            found |=
                (unsigned char)c >= (unsigned char)p[0] && (unsigned char)c <= (unsigned char)p[2];
            p += 2;
        } else {
            found |= c == *p;
        }
    }
    return found != inverted;
}

/* Matches one character of path against one element of glob; returns what is after the element. */
static const char *match_one(const char *glob, char c)
{
    switch (*glob) {
    case '?':
        return c != '/' ? glob + 1 : NULL;
    case '[': {
        const char *end = set_end(glob);
        return end != NULL && c != '/' && in_set(glob, end, c) ? end + 1 : NULL;
    }
    case '\\':
        return glob[1] != '\0' && glob[1] == c ? glob + 2 : NULL;
    default:
        return *glob == c ? glob + 1 : NULL;
    }
}

/* Where a star may try next: its glob, and the text it has not swallowed yet. */
struct retry {
    const char *glob; /* NULL: no such star yet */
    const char *path;
    bool whole; /* the glob says "**" and a slash: only whole directories are swallowed */
};

static bool grow_star(struct retry *star, const char **glob, const char **path)
{
    if (star->glob == NULL || *star->path == '\0' || *star->path == '/')
        return false;
    *glob = star->glob;
    *path = ++star->path;
    return true;
}

static bool grow_stars(struct retry *stars, const char **glob, const char **path)
{
    if (stars->glob == NULL || *stars->path == '\0')
        return false;
    if (stars->whole) {
        const char *slash = strchr(stars->path, '/');
        if (slash == NULL)
            return false;
        stars->path = slash;
    }
    *glob = stars->glob;
    *path = ++stars->path;
    return true;
}

/* Backtracks to the last `*` only, and to the last `**` where that one cannot grow. */
bool lx_glob_match(const char *glob, const char *path)
{
    struct retry star = {NULL, NULL, false};
    struct retry stars = {NULL, NULL, false};

    for (;;) {
        if (glob[0] == '*' && glob[1] == '*') {
            bool whole = glob[2] == '/';
            glob += whole ? 3 : 2;
            stars = (struct retry){glob, path, whole};
            star.glob = NULL;
            continue;
        }
        if (*glob == '*') {
            glob++;
            star = (struct retry){glob, path, false};
            continue;
        }
        if (*path == '\0' && *glob == '\0')
            return true;
        const char *next = *path != '\0' && *glob != '\0' ? match_one(glob, *path) : NULL;
        if (next != NULL) {
            glob = next;
            path++;
        } else if (!grow_star(&star, &glob, &path)) {
            if (!grow_stars(&stars, &glob, &path))
                return false;
            star.glob = NULL;
        }
    }
}

const char *lx_glob_error(const char *glob)
{
    for (const char *p = glob; *p != '\0'; p++) {
        if (*p == '[') {
            p = set_end(p);
            if (p == NULL)
                return "a '[' without its ']'";
        } else if (*p == '\\' && *++p == '\0') {
            return "a backslash at the end";
        }
    }
    if (glob[0] == '\0')
        return "an empty glob matches nothing";
    return glob[0] == '/' ? "a glob is relative to the mount's root: no leading '/'" : NULL;
}
