/* SPDX-License-Identifier: MIT */
/* What the commands of cmd.exe share: their table, switches, wildcards and messages. */
#ifndef LXSHIM_WIN_COMMAND_H
#define LXSHIM_WIN_COMMAND_H

#include "win/ntcreate.h"

#define WIN_WORDS 64

/* A command line, taken apart: "/s/q" are two switches, wherever they stand. */
struct win_words {
    int count;
    const char *word[WIN_WORDS];
    int switch_count;
    char switches[WIN_WORDS][32]; /* without the slash; the first letter in lower case */
    const char *tail;             /* everything after the command's name as it was typed */
};

struct win_command {
    const char *name;
    const char *usage;
    const char *summary; /* "list directories"; NULL for another name of a command */
    const char *help;    /* what more there is to say, or NULL */
    bool plain;          /* words with a slash are words */
    int (*run)(struct win *win, const struct win_words *words);
};

/* All there are; ends with name NULL. Commands go by their session's, win->commands. */
extern const struct win_command win_commands[];

/* Lists commands, a line each. */
void win_print_commands(const struct win_command *commands, FILE *out);

/* The command of a name, whatever its case; NULL for none. */
const struct win_command *win_find_command(const struct win_command *commands, const char *name);

/* Runs a command with its arguments; returns the exit status, 1 for failure as in Windows. */
int win_run(struct win *win, const struct win_command *command, int count, char *const *arguments,
            const char *tail);

/* Runs a line as cmd.exe reads it: quotes, ">", ">>", "<", "&&", "||" and "&". Returns the exit
 * status. */
int win_run_line(struct win *win, const char *line);

/* What follows a switch: "h" of "/a:h" or "/ah", "" of "/a"; NULL where it is not there. */
const char *win_switch(const struct win_words *words, const char *letter);

/*
 * True where every switch begins with one of these letters; complains otherwise, and of the others
 * that cmd.exe has that they are not done here: none is silently ignored.
 */
bool win_switches_known(struct win *win, const struct win_words *words, const char *letters,
                        const char *others);

/* A line on standard error, after everything that was printed before. Always returns 1. */
int win_error(struct win *win, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The message of a status, as win_error. */
int win_fail(struct win *win, nt_status status);

/* "The syntax of the command is incorrect." */
int win_syntax(struct win *win);

/* Asks "TEXT, QUESTION (Y/N)? " and reads the answer from standard input. */
bool win_ask(struct win *win, const char *text, const char *question);

/* The files that a name with or without wildcards means. */
struct win_expansion {
    struct win_path path;     /* of the name as it is */
    char directory[WIN_PATH]; /* full name of the directory, without a separator at its end */
    char native[WIN_PATH];    /* the directory */
    char pattern[WIN_PATH];   /* the last component */
    bool wild;
    struct win_listing entries; /* that match */
};

/*
 * Expands a name. A name without wildcards has one entry, or none where it is not there. Give the
 * entries back with win_list_free.
 */
nt_status win_expand(const struct win *win, const char *typed, struct win_expansion *out);

/*
 * The same of a name that may be a stream's. win_expand refuses it, as FindFirstFile does: what a
 * command does to the entry of a directory it would do to the whole file.
 */
nt_status win_expand_stream(const struct win *win, const char *typed, struct win_expansion *out);

/* The full name of an entry: "C:\testing\a.txt". */
bool win_entry_name(const struct win_expansion *e, size_t i, char out[WIN_PATH]);

/* The facts of an entry. */
nt_status win_entry_stat(const struct win_expansion *e, size_t i, struct win_file *out);

/*
 * Directory `name`, native path `native`, and every directory below it, but not through links,
 * nor into what is mounted below, which is another volume to Windows and is not entered either
 * (inference): parents first, in NTFS's order. Names are full ones. Give the list back with
 * win_list_free.
 */
nt_status win_tree(const char *name, const char *native, struct win_listing *out);

/*
 * For `/s`: calls visit with what was typed, and again with its last component (or pattern) in
 * every directory below. Ends with the first status that is no success.
 */
nt_status win_for_tree(const struct win *win, const char *typed, void *data,
                       nt_status (*visit)(void *data, const char *typed));

/*
 * Attributes as `/a:` has them, "h-d": those a file must have and those it must not. NULL, without
 * the switch: neither hidden nor system. False for a letter nobody knows.
 */
bool win_read_attributes(const char *text, uint32_t *want, uint32_t *refuse);

/* True for a file that `/a:` asks for: see win_read_attributes. */
static inline bool win_wanted(const struct win_file *file, uint32_t want, uint32_t refuse)
{
    return (file->attributes & want) == want && (file->attributes & refuse) == 0;
}

/* A number with thousands separated, in a buffer of 32. */
const char *win_number(uint64_t value, bool separators, char out[32]);

/* The commands of the table: each returns its exit status. */
int win_dir(struct win *win, const struct win_words *words);
int win_type(struct win *win, const struct win_words *words);
int win_more(struct win *win, const struct win_words *words);
int win_echo(struct win *win, const struct win_words *words);
int win_write_text(struct win *win, const struct win_words *words);
int win_copy(struct win *win, const struct win_words *words);
int win_move(struct win *win, const struct win_words *words);
int win_ren(struct win *win, const struct win_words *words);
int win_del(struct win *win, const struct win_words *words);
int win_rd(struct win *win, const struct win_words *words);
int win_md(struct win *win, const struct win_words *words);
int win_mklink(struct win *win, const struct win_words *words);
int win_attrib(struct win *win, const struct win_words *words);
int win_fsutil(struct win *win, const struct win_words *words);

/* fsutil sparse queryflag, setflag, setrange and queryrange. */
int win_sparse_query(struct win *win, const struct win_words *words);
int win_sparse_set(struct win *win, const struct win_words *words);
int win_sparse_range(struct win *win, const struct win_words *words);
int win_sparse_ranges(struct win *win, const struct win_words *words);

int win_ea(struct win *win, const struct win_words *words);
int win_cmd(struct win *win, const struct win_words *words);
int win_ntcreate(struct win *win, const struct win_words *words);
int win_icacls(struct win *win, const struct win_words *words);
int win_takeown(struct win *win, const struct win_words *words);
int win_hold(struct win *win, const struct win_words *words);
int win_nt(struct win *win, const struct win_words *words);

#endif
