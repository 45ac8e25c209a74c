/* SPDX-License-Identifier: MIT */
/* A text that is put together in a buffer of fixed size, with a NUL behind. */
#ifndef LXSHIM_WSL_TEXT_H
#define LXSHIM_WSL_TEXT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A path by Windows' words: a character that it escapes has three bytes there. */
#define WSL_TEXT_MAX ((size_t)PATH_MAX * 4)

struct wsl_text {
    char at[WSL_TEXT_MAX];
    size_t n;
    bool full; /* something did not fit */
};

static inline void wsl_clear(struct wsl_text *t)
{
    t->n = 0;
    t->at[0] = '\0';
    t->full = false;
}

static inline void wsl_add(struct wsl_text *t, const char *text, size_t n)
{
    if (n >= sizeof(t->at) - t->n) {
        t->full = true;
        return;
    }
    memcpy(t->at + t->n, text, n);
    t->n += n;
    t->at[t->n] = '\0';
}

static inline void wsl_put(struct wsl_text *t, const char *text)
{
    wsl_add(t, text, strlen(text));
}

static inline void wsl_cut(struct wsl_text *t, size_t n)
{
    t->n = n;
    t->at[n] = '\0';
}

/* True for a text that is not empty and ends with c. */
static inline bool wsl_ends(const struct wsl_text *t, char c)
{
    return t->n > 0 && t->at[t->n - 1] == c;
}

#endif
