/* SPDX-License-Identifier: MIT */
/*
 * Gives processes of a run what it has open, where /proc does not: see policy/giver.h. A thread
 * listens, and nobody has to be waited for: who says nothing has his place until others come.
 */
#ifndef LXSHIM_CLI_GIVER_H
#define LXSHIM_CLI_GIVER_H

#include "policy/policy.h"

/*
 * Makes the socket, before anything is started. stats, table: descriptors to be given, the table
 * for reading alone. Returns what the state says of it, LX_GIVER_LENGTH digits, which stay; NULL
 * where there are no such sockets.
 */
const char *giver_prepare(int stats, int table);

/* Begins to give, once what is forked has been. What is asked for before then waits for that. */
void giver_start(const struct lx_policy *policy);

/* Ends that. Who asks later is told at once that nobody is there. */
void giver_end(void);

#endif
