/* SPDX-License-Identifier: MIT */
/*
 * Values of LD_PRELOAD, as ld.so reads them. No function of libc is called: these are needed when a
 * sanitizer's own functions of those names are not ready (preload/sanitizer.c).
 */
#ifndef LXSHIM_SYS_PRELOAD_H
#define LXSHIM_SYS_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

#define PRELOAD "LD_PRELOAD=" /* as an environment has it */

/*
 * A way to / by a directory that glibc's ld.so expands, and musl's does not: what musl does not
 * find it passes over without a word.
 */
#define PRELOAD_WAY "/$LIB/../../../../../.."

/* What is behind a text that begins with another; NULL where it does not. */
static inline char *preload_behind(char *text, const char *beginning)
{
    while (*beginning != '\0')
        if (*text++ != *beginning++)
            return NULL;
    return text;
}

static inline bool preload_separates(char c)
{
    return c == ':' || c == ' ';
}

/* The next entry (*n bytes) of a list of libraries; false at its end. */
static inline bool preload_next(const char **list, const char **entry, size_t *n)
{
    const char *at = *list;
    while (preload_separates(*at))
        at++;
    *entry = at;
    while (*at != '\0' && !preload_separates(*at))
        at++;
    *n = (size_t)(at - *entry);
    *list = at;
    return *n > 0;
}

/*
 * True for the name of our library (n bytes) in any build of it: a nested `lxshim run` brings its
 * own, and one is enough.
 */
static inline bool preload_is_ours(const char *name, size_t n)
{
    static const char ours[] = "liblxshim.so";
    size_t length = sizeof(ours) - 1;
    if (n < length || (n > length && name[n - length - 1] != '/'))
        return false;
    for (size_t i = 0; i < length; i++)
        if (name[n - length + i] != ours[i])
            return false;
    return true;
}

#endif
