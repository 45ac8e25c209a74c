/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a call whose worker has died. It fails with EIO, whether it was done or not, but
 * for one: a descriptor that has reached its caller already, who would have it and not know of it.
 * That call is answered as it would have been. As the kernel tells a worker the number, and that
 * may die before it has told anybody else, the descriptor itself has a mark until then.
 */
#ifndef LXSHIM_SUPERVISOR_RESCUE_H
#define LXSHIM_SUPERVISOR_RESCUE_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/pool.h"

/* Marks a descriptor that is to be given to the caller of a call, and takes the mark away. */
void rescue_mark(int fd, uint64_t id);
void rescue_unmark(int fd);

/*
 * For the call of a slot whose worker, or whose worker's child, has died. True where it has failed
 * by that; false where it was answered.
 */
bool rescue_call(const struct pool *pool, const struct slot *slot);

#endif
