/* SPDX-License-Identifier: MIT */
/* A line as cmd.exe reads it: commands and what joins them, redirections, quotes. Pure functions.
 */
#ifndef LXSHIM_WIN_LINE_H
#define LXSHIM_WIN_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define WIN_LINE        8192 /* what cmd.exe reads of one */
#define WIN_REDIRECTION 4096

/* What comes after a command, and so when the next one runs. */
enum win_joint {
    WIN_END,
    WIN_ALWAYS,   /* & */
    WIN_SUCCESS,  /* && */
    WIN_FAILURE,  /* || */
    WIN_PIPE,     /* | */
    WIN_MISPLACED /* an operator or redirection without what belongs to it */
};

struct win_line {
    char text[WIN_LINE];          /* the command as it was typed, blanks and quotes and all */
    char target[WIN_REDIRECTION]; /* of ">" */
    char source[WIN_REDIRECTION]; /* of "<" */
    bool append;
    bool errors; /* the redirection is one of standard error */
    enum win_joint joint;
    const char *word; /* the operator for joint, "&&"; of a misplaced one, too */
};

/* Skips blanks. */
const char *win_skip_blanks(const char *s);

/* Reads one word of a command that was taken, without its quotes; returns what comes after it, NULL
 * where it does not fit: half a name is another file's. */
const char *win_read_word(const char *s, char *out, size_t room);

/*
 * Takes the first command off a line, with its redirections taken out, and returns what comes after
 * its joint; "^" makes the next character an ordinary one.
 */
const char *win_take_command(const char *s, struct win_line *out);

#endif
