/* SPDX-License-Identifier: MIT */
/*
 * The list of directories whose policies count as named: lxshim/trusted in the user's directory for
 * settings, an absolute directory a line, "#" before comments.
 */
#ifndef LXSHIM_POLICY_TRUSTED_H
#define LXSHIM_POLICY_TRUSTED_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/arena.h"

/* A longer list is a mistake. */
#define LX_TRUSTED_MAX ((size_t)1 << 20)

struct lx_trusted {
    const char
        *directory;   /* that the list is in, or would be; NULL where there is no place for it */
    const char *file; /* the list, there or not; NULL likewise */
    const char
        *text; /* what it says, size bytes with a NUL behind them; "" where it says nothing */
    size_t size;
    const char *problem; /* why it is ignored, a sentence; or NULL */
};

/*
 * Reads the list. Its place is told by XDG_CONFIG_HOME and HOME: who can set those can set
 * LXSHIM_POLICY and LD_PRELOAD as well. What counts is that nobody but the user and root may write
 * it or its directory, so that a HOME that sudo has left as it was gives root no list.
 */
void lx_trusted_read(struct lx_arena *arena, struct lx_trusted *out);

/* One line of a list, without its end. */
struct lx_trusted_line {
    const char *at;
    size_t n;      /* of the directory, without slashes at its end; 0: it names none */
    size_t length; /* of the whole line */
};

/* The next line, from *at on, which starts with the text. False at the end. */
bool lx_trusted_next(const struct lx_trusted *list, const char **at, struct lx_trusted_line *line);

/* True where a line names that directory, in these words: canonical, as getcwd tells it. */
bool lx_trusted_has(const struct lx_trusted *list, const char *directory);

#endif
