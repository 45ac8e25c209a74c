/* SPDX-License-Identifier: MIT */
/*
 * A poll that waits without a limit for one descriptor, which is a mount table (vfs/watch.h). Of
 * all other polls the filter tells nobody.
 */
#ifndef LXSHIM_SUPERVISOR_TABLEWAIT_H
#define LXSHIM_SUPERVISOR_TABLEWAIT_H

#include <stdbool.h>

#include "supervisor/request.h"

/* True for that call, by its number. */
bool tablewait_is(long nr);

/* True where such a call waits for a table. */
bool tablewait_asks(const struct request *r);

/* Waits in its caller's place: what poll returns, -errno, or -LX_CONTINUE where there is nothing to
 * wait by. */
long tablewait(struct request *r);

#endif
