/* SPDX-License-Identifier: MIT */
/* How far a command is that takes its time: one line on stderr, gone again at the end. */
#ifndef LXSHIM_CLI_PROGRESS_H
#define LXSHIM_CLI_PROGRESS_H

/* Shows a line in place of the one before; nothing where stderr is no terminal, or a dumb one. */
void progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Takes the line away, before anything else is written. */
void progress_clear(void);

#endif
