/* SPDX-License-Identifier: MIT */
/* The limit of a file's size (RLIMIT_FSIZE): the command's, and not ours. */
#ifndef LXSHIM_CLI_SIZES_H
#define LXSHIM_CLI_SIZES_H

/*
 * What limits a command's files counts for the memory that is shared with it, and for reports, too:
 * it is lifted for us alone as far as we may, and what is beyond is -EFBIG and no signal. Whom fork
 * makes of us has what we were given. Before there is a thread.
 */
void sizes_lift(void);

/* In a child of vfork: it has what we were given. */
void sizes_give_back(void);

#endif
