/* SPDX-License-Identifier: MIT */
/* Reads and writes of a caller's, where an override of the policy is about them: transfers.def. */
#ifndef LXSHIM_SUPERVISOR_TRANSFER_H
#define LXSHIM_SUPERVISOR_TRANSFER_H

#include "supervisor/request.h"

/* True for a call that moves bytes. */
bool transfers(long nr);

/*
 * Judges one, in the middle of its answer. What an override has to do with is made here, with the
 * caller's memory; its result, -errno, or -LX_CONTINUE where the caller makes it.
 */
long transfer(struct request *r);

#endif
