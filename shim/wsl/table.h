/* SPDX-License-Identifier: MIT */
/* The caller's mount table, as the programs get it: from /proc, like everybody. */
#ifndef LXSHIM_WSL_TABLE_H
#define LXSHIM_WSL_TABLE_H

#include "wsl/drives.h"

/* Reads /proc/self/mountinfo. Returns 0 or an errno; to be given back in either case. */
int wsl_table_read(struct wsl_table *table);

/* The client that lxshim run says, in whose run we are; WSL_NONE where we are in none. */
enum wsl_kind wsl_kind_of_run(void);

void wsl_table_free(struct wsl_table *table);

#endif
